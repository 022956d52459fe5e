/** Statements and payouts for pages: lists, one with all that is behind it, and the payments inside. */
import { type SqlTx, withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { fromPublicId, type IdKind, toPublicId } from "@/server/platform/ids";
import type { OperatorScope, PortalScope } from "@/server/platform/scope";
import type { PayoutState } from "../constants";
import { findPartyId } from "../repository/read-explanation";
import * as payouts from "../repository/read-payouts";
import { getProgram } from "../repository/read-program";
import * as statements from "../repository/read-statements";
import type {
  FlowView,
  PayoutDetail,
  PayoutTotals,
  PayoutView,
  SplitView,
  StatementDetail,
  StatementItem,
  StatementView,
} from "../schema";
import {
  money,
  presentFlow,
  presentLine,
  presentParty,
  presentPayout,
  presentStatement,
} from "../view/present";
import { reckonStatement } from "../view/reckon-statement";

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Who may be asked about: a party sees its own, the operator everybody. Row-level security says the same. */
function ownParty(scope: PortalScope): string | null {
  return scope.kind === "operator" ? null : scope.organisationId;
}

export function pageOf<T extends { id: string }, V>(
  kind: IdKind,
  rows: readonly T[],
  limit: number,
  present: (row: T) => V,
): Page<V> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(present), nextCursor: last ? toPublicId(kind, last.id) : null };
}

export function cursorId(kind: IdKind, cursor: string | null | undefined): string | null {
  if (!cursor) return null;
  const id = fromPublicId(kind, cursor);
  if (!id) throw notFound("page");
  return id;
}

interface PageRequest {
  cursor?: string | null | undefined;
  limit: number;
}

/** Newest first. */
export async function listPayouts(
  scope: PortalScope,
  request: PageRequest & {
    programId?: string | null | undefined;
    runId?: string | null | undefined;
    state?: PayoutState | null | undefined;
  },
): Promise<Page<PayoutView>> {
  const rows = await withScope(scope, (tx) =>
    payouts.listPayoutRows(tx, {
      partyId: ownParty(scope),
      programId: request.programId ?? null,
      runId: request.runId ?? null,
      state: request.state ?? null,
      before: cursorId("payout", request.cursor),
      limit: request.limit + 1,
    }),
  );
  return pageOf("payout", rows, request.limit, presentPayout);
}

/** How many payouts stand in each state. */
export async function countPayouts(
  scope: PortalScope,
  programId: string | null,
): Promise<Record<string, number>> {
  const rows = await withScope(scope, (tx) => payouts.countPayouts(tx, ownParty(scope), programId));
  return Object.fromEntries(rows.map(({ state, n }) => [state, Number(n)]));
}

/** What the payouts of a filter add up to, each currency by itself. */
export async function totalPayouts(
  scope: PortalScope,
  { programId, state }: { programId?: string | null | undefined; state?: PayoutState | null | undefined },
): Promise<PayoutTotals> {
  const rows = await withScope(scope, (tx) =>
    payouts.sumPayouts(tx, {
      partyId: ownParty(scope),
      programId: programId ?? null,
      state: state ?? null,
    }),
  );
  return rows.map(({ currency, n, micros }) => ({
    payouts: Number(n),
    amount: money(micros, currency),
  }));
}

/** A payout with the statement that it pays and how that adds up. Somebody else's is `not_found`. */
export async function getPayout(scope: PortalScope, payoutId: string): Promise<PayoutDetail> {
  return await withScope(scope, async (tx) => {
    const payout = await payouts.findPayoutRow(tx, payoutId, ownParty(scope));
    if (!payout) throw notFound("payout");
    const statement = await statements.findStatementRow(tx, payout.statement_id, ownParty(scope));
    if (!statement) throw notFound("payout");
    return { payout: presentPayout(payout), ...(await readBehind(tx, statement)) };
  });
}

/** Newest first. */
export async function listStatements(
  scope: PortalScope,
  request: PageRequest & { programId?: string | null | undefined; runId?: string | null | undefined },
): Promise<Page<StatementView>> {
  const rows = await withScope(scope, (tx) =>
    statements.listStatementRows(tx, {
      partyId: ownParty(scope),
      programId: request.programId ?? null,
      runId: request.runId ?? null,
      before: cursorId("statement", request.cursor),
      limit: request.limit + 1,
    }),
  );
  return pageOf("statement", rows, request.limit, presentStatement);
}

const MOST_LINES = 1000;

/** A statement with its lines and how it adds up. Somebody else's is `not_found`. */
export async function getStatement(scope: PortalScope, statementId: string): Promise<StatementDetail> {
  return await withScope(scope, async (tx) => {
    const row = await statements.findStatementRow(tx, statementId, ownParty(scope));
    if (!row) throw notFound("statement");
    const lines = await statements.listLineRows(tx, statementId, 0, MOST_LINES + 1);
    return {
      ...(await readBehind(tx, row)),
      lines: lines.slice(0, MOST_LINES).map((line) => presentLine(line, row.currency)),
      linesComplete: lines.length <= MOST_LINES,
    };
  });
}

async function readBehind(tx: SqlTx, row: statements.StatementRow) {
  const { run_id: runId, party_id: partyId } = row;
  const ownTakings = await statements.readOwnTakings(tx, runId, partyId);
  const parts = {
    statement: row,
    ownTakings,
    ownSteps: ownTakings.gross > 0n ? await statements.sumMerchantBySteps(tx, runId, partyId) : [],
    partySteps: await statements.sumPartyBySteps(tx, runId, partyId),
    extras: await statements.listExtras(tx, runId, partyId),
  };
  const flows = await statements.sumRunFlows(tx, runId, partyId);
  return {
    statement: presentStatement(row),
    reckoning: reckonStatement(parts),
    flows: flows.map((flow) => presentFlow(flow, row.currency)),
  };
}

/** The payments and refunds inside a payout or statement, with the party's own part of each, in business time. */
export async function listStatementItems(
  scope: PortalScope,
  which: { payoutId: string } | { statementId: string },
  request: PageRequest & Omit<statements.ItemFilter, "merchantId"> & { party?: string | undefined },
): Promise<Page<StatementItem>> {
  return await withScope(scope, async (tx) => {
    const statementId =
      "statementId" in which
        ? which.statementId
        : (await payouts.findPayoutRow(tx, which.payoutId, ownParty(scope)))?.statement_id;
    const row = statementId && (await statements.findStatementRow(tx, statementId, ownParty(scope)));
    if (!row) throw notFound("payoutId" in which ? "payout" : "statement");
    const taker = request.party ? await findPartyId(tx, request.party) : row.party_id;
    if (!taker) return { items: [], nextCursor: null };
    const rows = await statements.listItems(
      tx,
      {
        runId: row.run_id,
        partyId: taker,
        // Of another party only what it got of this one's own payments.
        merchantId: taker === row.party_id ? undefined : row.party_id,
        only: request.only,
        timeZone: row.time_zone,
        day: request.day,
        rule: request.rule,
        step: request.step,
      },
      parseItemCursor(request.cursor),
      request.limit + 1,
    );
    const shown = rows.slice(0, request.limit);
    const last = rows.length > request.limit ? shown.at(-1) : undefined;
    return {
      items: shown.map((item) => ({
        paymentId: toPublicId("payment", item.payment_id),
        refund: item.refund_ordinal,
        at: item.effective_at.toISOString(),
        merchant: { slug: item.merchant_slug, name: item.merchant_name },
        deviceKind: item.device_kind,
        device: item.device_name,
        description: item.description,
        quantity: item.quantity,
        gross: money(item.captured_micros, row.currency),
        amount: money(item.amount_micros, row.currency),
      })),
      nextCursor: last ? formatItemCursor(last) : null,
    };
  });
}

function formatItemCursor(item: statements.ItemRow): string {
  return [item.tranche_no, item.effective_at.toISOString(), item.payment_id, item.refund_ordinal].join("~");
}

function parseItemCursor(cursor: string | null | undefined): statements.ItemKey | null {
  if (!cursor) return null;
  const match = /^(\d{1,18})~(\d{4}-\d\d-\d\dT[\d:.]+Z)~([0-9a-f-]{36})~(\d{1,5})$/.exec(cursor);
  if (!match) throw notFound("page");
  return {
    trancheNo: match[1] ?? "",
    effectiveAt: match[2] ?? "",
    paymentId: match[3] ?? "",
    refundOrdinal: Number(match[4]),
  };
}

/**
 * Who got what of a payment, and where that money stands. A merchant sees the whole split of its own payments, an
 * agency its own legs only, the operator everything. A payment that may not be seen is `not_found`.
 */
export async function getPaymentSplit(scope: PortalScope, paymentId: string): Promise<SplitView> {
  return await withScope(scope, async (tx) => {
    const head = await payouts.findSplitHead(tx, paymentId);
    if (!head) throw notFound("payment");
    const legs = await payouts.listSplitLegs(tx, paymentId);
    const first = legs[0];
    const outcome = head.run_id
      ? await payouts.findOutcome(tx, head.run_id, ownParty(scope) ?? head.merchant_id)
      : null;
    return {
      allocatedAt: head.allocated_at?.toISOString() ?? null,
      agreement:
        first && first.agreement_version !== null
          ? { id: toPublicId("agreement", first.agreement_id), version: first.agreement_version }
          : null,
      rule: first?.rule ?? null,
      journalId: head.journal_id && toPublicId("journal", head.journal_id),
      runId: head.run_id && toPublicId("settlementRun", head.run_id),
      statementId: outcome ? toPublicId("statement", outcome.statement_id) : null,
      payoutId: outcome?.payout_id ? toPublicId("payout", outcome.payout_id) : null,
      legs: legs.map((leg) => ({
        refund: leg.refund_ordinal,
        party: presentParty(leg),
        rule: leg.rule,
        step: leg.step,
        stepKind: leg.step_kind,
        amount: money(leg.amount_micros, head.currency),
        short: leg.short_micros > 0n ? money(leg.short_micros, head.currency) : null,
        why: leg.why,
      })),
    };
  });
}

/** Money of a program from merchants to parties over local days ("2026-06-01"), both included, net of refunds. */
export async function getProgramFlow(
  scope: OperatorScope,
  programId: string,
  span: { fromDay: string; toDay: string },
): Promise<FlowView[]> {
  return await withScope(scope, async (tx) => {
    const { currency } = await getProgram(tx, programId);
    const rows = await statements.sumProgramFlows(tx, programId, span.fromDay, span.toDay);
    return rows.map((row) => presentFlow(row, currency));
  });
}

/**
 * The steps of a settlement run. Each is one transaction that ends by naming the next step on the run's row, so a
 * process that ends in the middle of a step has done nothing of it, and whoever comes next does it whole.
 */
import { accountIdFor, ensureAccounts, postJournal } from "@/server/ledger/service";
import type { TransferInput } from "@/server/ledger/types";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { invariant, notFound } from "@/server/platform/errors";
import { newId } from "@/server/platform/ids";
import { listStuckItems } from "@/server/platform/job-items";
import { formatMicros, microsPerMinor, minorDigits } from "@/server/platform/money";
import { mintSystemScope } from "@/server/platform/scope";
import { fundGuarantees } from "../allocate/fund-guarantees";
import { emitPayoutsChanged, emitRunChanged } from "../events";
import { getProgram, lockProgram, type SettlementProgram } from "../repository/read-program";
import { raiseException, resolveException } from "../repository/write-exception";
import { insertPayouts } from "../repository/write-payout";
import * as runs from "../repository/write-run";
import * as statements from "../repository/write-statement";
import {
  addBusinessDays,
  formatLocalDay,
  localDayOf,
  localTimeToInstant,
  shiftDays,
} from "../rules/compute-period";
import { decidePayout, maskAccount } from "../rules/decide-payout";
import { clearingAccount, partyAccount, payoutAccount } from "../rules/name-accounts";
import { calendarAt, endsPeriod, periodAt } from "../rules/plan-periods";
import { versionAt } from "../rules/split-batch";
import { ALLOCATE_JOB, allocatePending } from "./allocate-pending";
import { readGoverningVersions, readPartyIds } from "./compile-version";
import { waitForCaptures } from "./wait-for-captures";

export type StepOutcome = "advanced" | "done" | { stoppedBy: string };

const system = () => mintSystemScope("settlement");

/** Takes a run one step further. Safe to call at any time and from several processes. */
export async function advanceRun(runId: string): Promise<StepOutcome> {
  const seen = await withScope(system(), (tx) => runs.findRun(tx, runId));
  if (!seen) throw notFound("settlement run");
  if (seen.step === "freeze") {
    await waitForCaptures(seen.period_end);
    const without = await withScope(system(), (tx) => listStuckItems(tx, ALLOCATE_JOB, seen.program_id));
    await allocatePending(seen.program_id, Number.POSITIVE_INFINITY, { without });
  }
  return await withScope(system(), async (tx) => {
    await lockProgram(tx, seen.program_id);
    const run = await runs.findRun(tx, runId, "for update");
    invariant(run, "a run is never deleted");
    const program = await getProgram(tx, run.program_id);
    switch (run.step) {
      case "freeze":
        return await freeze(tx, program, run);
      case "guarantees":
        return await giveGuarantees(tx, program, run);
      case "statements":
        return await writeStatements(tx, program, run);
      case "payouts":
        return await proposePayouts(tx, program, run);
      case "done":
        return "done";
    }
  });
}

/** The period's tranches become the run's, once all of it is allocated and clearing holds nothing unexplained. */
async function freeze(tx: SqlTx, program: SettlementProgram, run: runs.RunRow): Promise<StepOutcome> {
  const versions = await readGoverningVersions(tx, program);
  const governedFrom = versions[0]?.governsFrom ?? null;
  const unit = microsPerMinor(program.currency);
  const left = await runs.countUnallocated(tx, program.id, run.period_end, {
    governedFrom,
    unitMicros: unit,
    without: await listStuckItems(tx, ALLOCATE_JOB, program.id),
  });
  // Something was captured late for the period after the allocator went through; the next call allocates it first.
  if (left > 0n) return "advanced";
  const clearing = await runs.readClearing(tx, program.id, accountIdFor(clearingAccount(program)));
  if (clearing.posted !== clearing.explained) {
    const gap = formatMicros(clearing.posted - clearing.explained, minorDigits(program.currency));
    return await stop(tx, program, run, "clearing_unexplained", {
      sentence: `Clearing holds ${gap} ${program.currency} that no waiting payment or refund explains; the run waits.`,
      detail: { difference: gap, currency: program.currency },
    });
  }
  const day = localDayOf(run.period_end, program.timeZone);
  await runs.freezeInto(tx, run, {
    day: formatLocalDay(day),
    over: localTimeToInstant(shiftDays(day, 1), "00:00", program.timeZone),
  });
  return await proceed(tx, program, run, { state: "closing", step: "guarantees" });
}

/** Guarantees are per period of the calendar, so only the run that ends a period gives them. */
async function giveGuarantees(tx: SqlTx, program: SettlementProgram, run: runs.RunRow): Promise<StepOutcome> {
  const moves = await reckonGuarantees(tx, program, run);
  if (moves.length > 0) {
    await runs.insertGuarantees(tx, run.id, moves);
    const funded = moves.flatMap((move) =>
      move.fromPartyId === null ? [] : [{ ...move, fromPartyId: move.fromPartyId }],
    );
    const accounts = funded.flatMap(({ fromPartyId, toPartyId }) => [
      partyAccount(program, fromPartyId),
      partyAccount(program, toPartyId),
    ]);
    await ensureAccounts(tx, accounts);
    const journalId = newId("journal");
    const transfers = funded.map(
      ({ fromPartyId, toPartyId, amountMicros }): TransferInput => ({
        id: newId("transfer"),
        debitAccountId: accountIdFor(partyAccount(program, fromPartyId)),
        creditAccountId: accountIdFor(partyAccount(program, toPartyId)),
        amountMicros,
        code: "settlement",
        currency: program.currency,
        journalId,
        effectiveAt: now(),
      }),
    );
    if (transfers.length > 0) await postJournal(tx, transfers);
  }
  return await proceed(tx, program, run, { state: "closing", step: "statements" });
}

async function reckonGuarantees(
  tx: SqlTx,
  program: SettlementProgram,
  run: runs.RunRow,
): Promise<runs.GuaranteeMove[]> {
  if (!endsPeriod(program, run.period_end)) return [];
  const lastMoment = new Date(run.period_end.getTime() - 1);
  const version = versionAt(await readGoverningVersions(tx, program), lastMoment);
  const guarantees = version?.terms.guarantees ?? [];
  if (guarantees.length === 0) return [];
  const { start } = periodAt(program, lastMoment);
  const net = await runs.readNetByParty(tx, program.id, start, run.period_end);
  const ids = await readPartyIds(tx, program);
  const idOf = (name: string) => {
    const id = ids.get(name);
    invariant(id, `"${name}" is a party of the program`);
    return id;
  };
  const netByName = new Map([...ids].map(([name, id]) => [name, net.get(id) ?? 0n]));
  return fundGuarantees(guarantees, netByName, program.currency).flatMap((result) => {
    const toPartyId = idOf(result.to);
    const parts: { fromPartyId: string | null; amountMicros: bigint }[] = result.funded.map(
      ({ from, amountMicros }) => ({ fromPartyId: idOf(from), amountMicros }),
    );
    if (result.unfundedMicros > 0n) parts.push({ fromPartyId: null, amountMicros: result.unfundedMicros });
    return parts.map((part) => ({ ...part, toPartyId, why: result.why }));
  });
}

/** One statement a party. The run refuses when what it would state is not what the ledger says. */
async function writeStatements(
  tx: SqlTx,
  program: SettlementProgram,
  run: runs.RunRow,
): Promise<StepOutcome> {
  const partyIds = await statements.listPartyIds(tx, program.id);
  const accounts = partyIds.map((partyId) => ({
    partyId,
    accountId: accountIdFor(partyAccount(program, partyId)),
  }));
  const standings = await statements.readStandings(tx, program.id, run.id, accounts);
  const unitMicros = microsPerMinor(program.currency);
  const differences: Record<string, string> = {};
  const rows = standings.flatMap((standing): statements.NewStatement[] => {
    const parts =
      standing.allocated_micros +
      standing.refunds_micros +
      standing.guarantees_micros +
      standing.adjustments_micros +
      standing.returned_micros;
    const balanceMicros = standing.opening_micros + parts;
    const difference = standing.ledger_micros - standing.open_micros - balanceMicros;
    if (difference !== 0n) {
      differences[standing.party_id] = formatMicros(difference, minorDigits(program.currency));
    }
    const isOperator = standing.party_id === program.operatorId;
    const payoutMicros = decidePayout({
      balanceMicros,
      minimumMicros: standing.minimum_micros,
      held: standing.held,
      isOperator,
      unitMicros,
    });
    const idle = standing.payment_count === 0n && standing.refund_count === 0n && parts === 0n;
    if (idle && balanceMicros === 0n) return [];
    return [
      {
        id: newId("statement"),
        partyId: standing.party_id,
        openingMicros: standing.opening_micros,
        grossMicros: standing.gross_micros,
        allocatedMicros: standing.allocated_micros,
        refundsMicros: standing.refunds_micros,
        guaranteesMicros: standing.guarantees_micros,
        adjustmentsMicros: standing.adjustments_micros,
        returnedMicros: standing.returned_micros,
        payoutMicros,
        closingMicros: balanceMicros - payoutMicros,
        paymentCount: standing.payment_count,
        refundCount: standing.refund_count,
      },
    ];
  });
  if (Object.keys(differences).length > 0) {
    return await stop(tx, program, run, "ledger_difference", {
      sentence: `The ledger and the reckoning of ${Object.keys(differences).length} parties differ; the run states nothing until they agree.`,
      detail: { differences, currency: program.currency },
    });
  }
  const versions = await statements.readVersions(tx, run.id);
  await statements.insertStatements(tx, { id: run.id, programId: program.id, versions, at: now() }, rows);
  await statements.insertLines(tx, run.id);
  return await proceed(tx, program, run, { state: "closing", step: "payouts" });
}

/** A proposed payout reserves its money on the party's account; sending or cancelling it decides. */
async function proposePayouts(tx: SqlTx, program: SettlementProgram, run: runs.RunRow): Promise<StepOutcome> {
  const due = await statements.listDuePayouts(tx, run.id, program.currency);
  const at = now();
  const day = localDayOf(run.period_end, program.timeZone);
  const payouts = due.map((row) => {
    const id = newId("payout");
    return {
      id,
      party_id: row.party_id,
      amount_micros: row.payout_micros,
      currency: program.currency,
      statementId: row.statement_id,
      partyId: row.party_id,
      bankAccountId: row.bank_account_id,
      bankLabel: row.bank_name && row.iban ? maskAccount(row.bank_name, row.iban) : null,
      amountMicros: row.payout_micros,
      reference: `CP-${formatLocalDay(day).replaceAll("-", "")}-${id.slice(-12).toUpperCase()}`,
      holdTransferId: newId("transfer"),
    };
  });
  if (payouts.length > 0) {
    await ensureAccounts(
      tx,
      payouts.flatMap(({ id, partyId }) => [partyAccount(program, partyId), payoutAccount(program, id)]),
    );
    const journalId = newId("journal");
    await postJournal(
      tx,
      payouts.map(
        (payout): TransferInput => ({
          id: payout.holdTransferId,
          kind: "pending",
          debitAccountId: accountIdFor(partyAccount(program, payout.partyId)),
          creditAccountId: accountIdFor(payoutAccount(program, payout.id)),
          amountMicros: payout.amountMicros,
          code: "payout",
          currency: program.currency,
          journalId,
          effectiveAt: at,
        }),
      ),
    );
    const { payoutDelayBusinessDays } = calendarAt(program, new Date(run.period_end.getTime() - 1));
    const dueOn = formatLocalDay(addBusinessDays(day, payoutDelayBusinessDays, program.holidays));
    await insertPayouts(
      tx,
      {
        runId: run.id,
        programId: program.id,
        currency: program.currency,
        createdBy: run.created_by,
        at,
        dueOn,
      },
      payouts,
    );
    await emitPayoutsChanged(tx, payouts, "proposed");
  }
  await runs.setPayoutTotal(tx, run.id);
  // There is nothing to look at in a period in which nothing happened and that nobody closed by hand.
  const idle = run.created_by === null && !(await statements.hasStatements(tx, run.id));
  return await proceed(tx, program, run, {
    state: idle ? "settled" : "calculated",
    step: "done",
    calculatedAt: at,
    ...(idle && { settledAt: at }),
  });
}

async function proceed(
  tx: SqlTx,
  program: SettlementProgram,
  run: runs.RunRow,
  change: Parameters<typeof runs.moveRun>[2],
): Promise<StepOutcome> {
  await runs.moveRun(tx, run.id, change);
  if (run.stopped_by) {
    const key = { programId: program.id, kind: run.stopped_by, subjectId: run.id };
    await resolveException(tx, key, "The run went on.", now());
  }
  if (change.state !== run.state) await emitRunChanged(tx, run, change.state);
  return change.step === "done" ? "done" : "advanced";
}

async function stop(
  tx: SqlTx,
  program: SettlementProgram,
  run: runs.RunRow,
  kind: string,
  why: { sentence: string; detail: Record<string, unknown> },
): Promise<StepOutcome> {
  await runs.stopRun(tx, run.id, kind);
  await raiseException(
    tx,
    { programId: program.id, kind, subjectKind: "settlement_run", subjectId: run.id, ...why },
    now(),
  );
  return { stoppedBy: kind };
}

/** Payers and what they pay with: wallets that are topped up, and cards as tokens of the acquirer. */
import { audit } from "@/server/audit/service";
import { accountIdFor, ensureAccounts, postTransfers } from "@/server/ledger/service";
import { holdsCardNumber } from "@/server/platform/card-guard";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { AppError, invariant, notFound } from "@/server/platform/errors";
import { type Id, newId, newIdAt } from "@/server/platform/ids";
import { microsPerMinor } from "@/server/platform/money";
import type { PlatformScope } from "@/server/platform/scope";
import { sandboxAcquirer } from "../acquirer";
import * as instruments from "../repository/keep-instruments";
import { clearingAccount, receivableAccount, walletAccount } from "../rules/derive-accounts";

export interface InstrumentInput {
  kind: "wallet" | "card_token";
  /** What a device will read. For cards the acquirer's token, never the number. */
  token: string;
  /** Who holds it; several instruments may have one payer. The token itself when left out. */
  payerReference?: string | undefined;
  /** How it is shown; made from the token when left out. */
  label?: string | undefined;
}

export interface CreatedInstrument {
  id: Id<"instrument">;
  payerId: Id<"payer">;
  token: string;
}

/**
 * Creates instruments with their payers and ledger accounts, in order; those that exist are given as they are. Card
 * numbers are refused.
 */
export async function createInstruments(
  scope: PlatformScope,
  programId: Id<"program">,
  inputs: readonly InstrumentInput[],
): Promise<CreatedInstrument[]> {
  if (inputs.length === 0) return [];
  for (const { token, label, payerReference } of inputs) {
    if (holdsCardNumber(`${token} ${label ?? ""} ${payerReference ?? ""}`)) throw cardNumberRefused();
  }
  return await withScope(scope, async (tx) => {
    const program = await instruments.findProgram(tx, programId);
    if (!program) throw notFound("program");
    const { currency } = program;
    const at = now();
    const rows = inputs.map((input): instruments.NewInstrument => {
      const id = newId("instrument");
      const account =
        input.kind === "wallet" ? walletAccount(id, currency) : receivableAccount(programId, currency);
      return {
        id,
        payerId: newId("payer"),
        payerReference: input.payerReference ?? `token:${input.token}`,
        programId,
        kind: input.kind,
        token: input.token,
        label: input.label ?? labelOf(input),
        fundingAccountId: accountIdFor(account),
        createdAt: at,
      };
    });
    const standing = await instruments.upsertInstruments(tx, rows);
    const wallets = [...standing.values()].filter((row) => row.kind === "wallet");
    await ensureAccounts(
      tx,
      [
        clearingAccount(programId, currency),
        receivableAccount(programId, currency),
        ...wallets.map((wallet) => walletAccount(wallet.id, currency)),
      ].map((account) => ({ ...account, programRef: programId })),
    );
    return rows.map((row) => {
      const found = standing.get(row.token);
      invariant(found, "an instrument stands after it was created");
      return { id: found.id, payerId: found.payerId, token: row.token };
    });
  });
}

/** A card that pays for the first time: the acquirer knows its token, so it needs no registration. */
export async function ensureCardInstrument(
  scope: PlatformScope,
  programId: Id<"program">,
  token: string,
): Promise<void> {
  await createInstruments(scope, programId, [{ kind: "card_token", token }]);
}

export interface TopUp {
  instrumentId: Id<"instrument">;
  /** Whole minor units, above zero. */
  amountMicros: bigint;
  /** The caller's name for it: the same name again adds nothing. */
  reference: string;
}

/** Loads prepaid money onto wallets; gives how many were new. All or none. */
export async function topUpWallets(scope: PlatformScope, topUps: readonly TopUp[]): Promise<number> {
  if (topUps.length === 0) return 0;
  return await withScope(scope, async (tx) => {
    const at = now();
    const rows = topUps.map((topUp) => ({ ...topUp, id: newIdAt("transfer", at), at }));
    const fresh = await instruments.insertTopUps(tx, rows);
    const amounts = new Map(rows.map((row) => [row.id, row.amountMicros]));
    const codes = await postTransfers(
      tx,
      fresh.map((row) => {
        const amountMicros = amounts.get(row.id) ?? 0n;
        if (amountMicros % microsPerMinor(row.currency) !== 0n) {
          throw new AppError(
            "invalid_input",
            "amount_too_precise",
            "Wallets are loaded with whole minor units.",
          );
        }
        return {
          id: row.id,
          debitAccountId: accountIdFor(receivableAccount(row.programId, row.currency)),
          creditAccountId: row.fundingAccountId,
          amountMicros,
          code: "top_up" as const,
          effectiveAt: at,
        };
      }),
    );
    for (const code of codes) invariant(code === "created", `a top-up is created, not ${code}`);
    return fresh.length;
  });
}

/** Loads one wallet; false when this reference was loaded before. */
export async function topUpWallet(scope: PlatformScope, topUp: TopUp): Promise<boolean> {
  return (await topUpWallets(scope, [topUp])) === 1;
}

/** Blocks an instrument (until a moment, or until further notice) or unblocks it. */
export async function setInstrumentBlock(
  scope: PlatformScope,
  instrumentId: Id<"instrument">,
  block: { blocked: boolean; until?: Date | undefined; reason: string },
): Promise<void> {
  await withScope(scope, async (tx) => {
    const until = block.blocked ? (block.until ?? null) : null;
    // With a moment, the state stays active: when the moment is over, nothing has to run to unblock it.
    const state = block.blocked && !until ? "blocked" : "active";
    const changed = await instruments.blockInstrument(tx, instrumentId, { state, until });
    if (!changed) throw notFound("instrument");
    await audit(tx, scope, {
      action: block.blocked ? "instrument.blocked" : "instrument.unblocked",
      subjectKind: "instrument",
      subjectId: instrumentId,
      before: { state: changed.before },
      after: { state, blocked_until: until?.toISOString() ?? null, reason: block.reason },
    });
  });
}

function labelOf(input: InstrumentInput): string {
  return input.kind === "card_token"
    ? sandboxAcquirer.labelOf(input.token)
    : `Wallet ${input.token.slice(-4)}`;
}

function cardNumberRefused(): AppError {
  return new AppError(
    "invalid_input",
    "card_number_refused",
    "This looks like a card number. Send the acquirer's token instead.",
  );
}

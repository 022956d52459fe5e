/** An agreement tried out on an amount before it is drafted: the same checks and the same engine, nothing stored. */
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { MoneyError, parseMinorMicros, toMoneyJson } from "@/server/platform/money";
import type { OperatorScope } from "@/server/platform/scope";
import { checkTerms } from "../agreement/check-terms";
import { MERCHANT } from "../agreement/shape";
import { allocate } from "../allocate/allocate-payment";
import { compileAgreement } from "../allocate/compile-agreement";
import { EMPTY_BASES } from "../allocate/types";
import { getProgram } from "../repository/read-program";
import { readProgramParties } from "../repository/write-agreement";
import type { AgreementTrial, TryAgreementInput } from "../schema";

/** Splits one amount as the first payment of a period. Terms or an amount that cannot be used give every reason. */
export async function tryAgreement(scope: OperatorScope, input: TryAgreementInput): Promise<AgreementTrial> {
  return await withScope(scope, async (tx): Promise<AgreementTrial> => {
    const program = await getProgram(tx, input.programId);
    const checked = checkTerms(input.terms, program, await readProgramParties(tx, program.id));
    if (!checked.ok) return { ok: false, issues: checked.issues };
    let amountMicros: bigint;
    try {
      amountMicros = parseMinorMicros(input.amount, program.currency);
    } catch (error) {
      if (!(error instanceof MoneyError)) throw error;
      return { ok: false, issues: [{ code: error.code, path: "amount", message: error.message }] };
    }
    if (amountMicros < 0n) {
      const message = "An amount to split is not negative.";
      return { ok: false, issues: [{ code: "amount_negative", path: "amount", message }] };
    }
    const split = allocate(
      compileAgreement(checked.agreement, program.currency),
      {
        amountMicros,
        merchant: input.merchant ?? MERCHANT,
        deviceKind: input.deviceKind ?? null,
        zone: input.zone ?? null,
        capturedAt: input.capturedAt ? new Date(input.capturedAt) : now(),
        timeZone: program.timeZone,
      },
      EMPTY_BASES,
    );
    return {
      ok: true,
      amount: toMoneyJson(amountMicros, program.currency),
      rule: split.rule,
      legs: split.legs.map((leg) => ({
        party: leg.to,
        step: leg.step,
        amount: toMoneyJson(leg.amountMicros, program.currency),
        short: leg.shortMicros > 0n ? toMoneyJson(leg.shortMicros, program.currency) : null,
        why: leg.why,
      })),
    };
  });
}

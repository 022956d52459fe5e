/** Allowances of payers: granted, changed, blocked and read by people. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { AppError, notFound } from "@/server/platform/errors";
import { fromPublicId, type Id, newIdAt, toPublicId } from "@/server/platform/ids";
import { formatMicros } from "@/server/platform/money";
import type { PlatformScope } from "@/server/platform/scope";
import * as allowances from "../repository/keep-allowances";
import { findProgram } from "../repository/keep-instruments";
import { parseQuantityMicros } from "../rules/cover-by-allowance";
import { UNIT } from "../schema/limits";
import { setInstrumentBlock } from "./manage-instruments";

/** More of a unit a month than anybody uses: a billion. */
const MOST_MICROS = 1_000_000_000n * 1_000_000n;

export interface AllowanceInput {
  payerId: Id<"payer">;
  /** As devices name it in a quantity: kwh, minutes. */
  unit: string;
  /** Decimal, in the unit, for each calendar month. */
  monthly: string;
}

/** A page of a program's allowances, newest first, with what this month has used. */
export async function listAllowances(
  scope: PlatformScope,
  programId: Id<"program">,
  filter: allowances.AllowanceFilter,
  page: { cursor?: string | null | undefined; limit: number },
): Promise<{ items: allowances.AllowanceRow[]; nextCursor: string | null; at: Date }> {
  const at = now();
  const after = fromPublicId("instrument", page.cursor ?? "");
  const rows = await withScope(scope, (tx) =>
    allowances.listAllowances(tx, programId, filter, { after, limit: page.limit + 1, at }),
  );
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  const more = rows.length > page.limit && last;
  return { items, nextCursor: more ? toPublicId("instrument", last.instrumentId) : null, at };
}

/**
 * Gives payers so much of a unit each month, or changes how much; gives the allowances in the order asked for. What
 * this month has used stays used. All or none.
 */
export async function grantAllowances(
  scope: PlatformScope,
  programId: Id<"program">,
  inputs: readonly AllowanceInput[],
): Promise<{ id: Id<"instrument">; created: boolean }[]> {
  const asked = inputs.map((input) => ({ ...input, monthlyMicros: parseMonthly(input) }));
  if (asked.length === 0) return [];
  return await withScope(scope, async (tx) => {
    if (!(await findProgram(tx, programId))) throw notFound("program");
    const payerIds = [...new Set(asked.map((input) => input.payerId))];
    const payers = await allowances.findPayersOf(tx, programId, payerIds);
    if (payers.size < payerIds.length) throw notFound("payer");
    const keyOf = ({ payerId, unit }: { payerId: string; unit: string }) => `${payerId} ${unit}`;
    const standing = new Map(
      (await allowances.findAllowancesOf(tx, payerIds)).map((row) => [keyOf(row), row]),
    );
    const at = now();
    const made: allowances.NewAllowance[] = [];
    const changed: (allowances.StandingAllowance & { before: bigint })[] = [];
    const results = asked.map(({ payerId, unit, monthlyMicros }) => {
      const found = standing.get(keyOf({ payerId, unit }));
      if (found) {
        if (found.monthlyMicros !== monthlyMicros) {
          changed.push({ ...found, monthlyMicros, before: found.monthlyMicros });
        }
        return { id: found.instrumentId, created: false };
      }
      const id = newIdAt("instrument", at);
      const createdBy = scope.actor.kind === "user" ? scope.actor.id : null;
      const token = `allowance-${id}`;
      const label = `Allowance of ${unit}`;
      made.push({ id, payerId, programId, unit, monthlyMicros, label, token, createdBy, createdAt: at });
      standing.set(keyOf({ payerId, unit }), { instrumentId: id, payerId, unit, monthlyMicros });
      return { id, created: true };
    });
    await allowances.insertAllowances(tx, made);
    await allowances.changeAllowances(tx, changed);
    for (const { id, payerId, unit, monthlyMicros } of made) {
      await audit(tx, scope, {
        action: "allowance.granted",
        subjectKind: "instrument",
        subjectId: id,
        after: { payer_id: payerId, unit, monthly: formatMicros(monthlyMicros, 0) },
      });
    }
    for (const { instrumentId, payerId, unit, monthlyMicros, before } of changed) {
      await audit(tx, scope, {
        action: "allowance.changed",
        subjectKind: "instrument",
        subjectId: instrumentId,
        before: { payer_id: payerId, unit, monthly: formatMicros(before, 0) },
        after: { payer_id: payerId, unit, monthly: formatMicros(monthlyMicros, 0) },
      });
    }
    return results;
  });
}

/** One allowance; the reason why it is not granted is an error with a code. */
export async function grantAllowance(
  scope: PlatformScope,
  programId: Id<"program">,
  input: AllowanceInput,
): Promise<{ id: Id<"instrument">; created: boolean }> {
  const [granted] = await grantAllowances(scope, programId, [input]);
  if (!granted) throw notFound("payer");
  return granted;
}

/** A blocked allowance covers nothing: its payer pays with money until it is unblocked. */
export async function setAllowanceBlock(
  scope: PlatformScope,
  { allowanceId, ...block }: { allowanceId: Id<"instrument">; blocked: boolean; reason: string },
): Promise<void> {
  const found = await withScope(scope, (tx) => allowances.isAllowance(tx, allowanceId));
  if (!found) throw notFound("allowance");
  await setInstrumentBlock(scope, allowanceId, block);
}

function parseMonthly({ unit, monthly }: AllowanceInput): bigint {
  if (!UNIT.test(unit)) {
    throw new AppError(
      "invalid_input",
      "unit_malformed",
      "A unit is written as devices name it: lower case letters, digits and underscores, such as kwh.",
    );
  }
  const micros = parseQuantityMicros(monthly);
  if (micros === null) {
    throw new AppError(
      "invalid_input",
      "quantity_malformed",
      "The quantity of a month is a decimal with at most six decimals, such as 60.",
    );
  }
  if (micros <= 0n || micros > MOST_MICROS) {
    throw new AppError(
      "invalid_input",
      "quantity_out_of_range",
      "The quantity of a month is above zero and at most a billion.",
    );
  }
  return micros;
}

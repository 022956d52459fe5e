/** Limits of what devices, instruments, payers and merchants may pay: set, changed and removed by people. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { AppError, notFound } from "@/server/platform/errors";
import { fromPublicId, type Id, type IdKind, newIdAt } from "@/server/platform/ids";
import { type Currency, formatMicros, MoneyError, parseMinorMicros } from "@/server/platform/money";
import type { PlatformScope } from "@/server/platform/scope";
import type { LimitPeriod, LimitSubject } from "../constants";
import { findProgram } from "../repository/keep-instruments";
import * as limits from "../repository/keep-limits";
import { findPayment } from "../repository/read-payments";
import { findDevicePlace } from "../repository/read-subjects";

/** How many subjects of a default limit are shown with their use. */
const TOP = 5;
const HITS = 20;

export interface LimitInput {
  programId: Id<"program">;
  subject: limits.Subject;
  period: LimitPeriod;
  maxPayments: number | null;
  /** Decimal, in the program's currency. */
  maxAmount: string | null;
}

export interface LimitWithUse {
  limit: limits.LimitRow;
  /** Of a named limit its own use, of a default the subjects that come nearest to it. */
  use: limits.Use[];
  /** How many subjects count towards it in the running period. */
  subjects: number;
}

/** All limits of a program with what the running period has used of them. */
export async function listLimits(scope: PlatformScope, programId: Id<"program">): Promise<LimitWithUse[]> {
  return await withScope(scope, async (tx) => {
    const rows = await limits.listLimits(tx, programId, now());
    const uses = Map.groupBy(await limits.listUse(tx, rows, TOP), (use) => use.limitId);
    return rows.map((limit) => {
      const use = uses.get(limit.id) ?? [];
      return { limit, use, subjects: Number(use[0]?.subjects ?? 0n) };
    });
  });
}

/**
 * Sets the limit of a subject for a period, or changes the one that stands. A new one counts what the running period
 * already holds, in the same transaction; payments that are under way in that very moment count from the next on.
 */
export async function setLimit(
  scope: PlatformScope,
  input: LimitInput,
): Promise<{ id: Id<"limit">; created: boolean }> {
  const { programId, subject, period, maxPayments } = input;
  return await withScope(scope, async (tx) => {
    const program = await findProgram(tx, programId);
    if (!program) throw notFound("program");
    const maxAmountMicros = parseMaximum(input, program.currency);
    if (subject.id !== null) {
      const [found] = await limits.findSubjects(tx, programId, subject.kind, {
        text: "",
        id: subject.id,
        limit: 1,
      });
      if (!found) throw notFound(subject.kind);
    }
    const at = now();
    const termsOf = (maxima: { maxPayments: number | null; maxAmountMicros: bigint | null }) => ({
      ...describeSubject(subject, period),
      max_payments: maxima.maxPayments,
      max_amount:
        maxima.maxAmountMicros === null
          ? null
          : `${formatMicros(maxima.maxAmountMicros)} ${program.currency}`,
    });
    const standing = await limits.findLimitFor(tx, input);
    if (standing) {
      await limits.changeLimit(tx, standing.id, { maxPayments, maxAmountMicros });
      await audit(tx, scope, {
        action: "limit.changed",
        subjectKind: "limit",
        subjectId: standing.id,
        before: termsOf(standing),
        after: termsOf({ maxPayments, maxAmountMicros }),
      });
      return { id: standing.id, created: false };
    }
    const id = newIdAt("limit", at);
    const createdBy = scope.actor.kind === "user" ? scope.actor.id : null;
    const made = { id, programId, subject, period, maxPayments, maxAmountMicros, createdBy, createdAt: at };
    if (!(await limits.insertLimit(tx, made))) {
      throw new AppError(
        "conflict",
        "limit_set_meanwhile",
        "Somebody set this limit in the same moment. Look at it again.",
      );
    }
    await limits.fillCounters(tx, made, at);
    await audit(tx, scope, {
      action: "limit.set",
      subjectKind: "limit",
      subjectId: id,
      after: termsOf({ maxPayments, maxAmountMicros }),
    });
    return { id, created: true };
  });
}

/** Removes a limit. Where the program has a default for the same period, that one binds the subject from now on. */
export async function removeLimit(scope: PlatformScope, limitId: Id<"limit">): Promise<void> {
  await withScope(scope, async (tx) => {
    const gone = await limits.deleteLimit(tx, limitId);
    if (!gone) throw notFound("limit");
    const { programId, subject, period } = gone;
    if (subject.id !== null) {
      const fallback = await limits.findLimitFor(tx, {
        programId,
        period,
        subject: { ...subject, id: null },
      });
      // The default did not count this subject while the named limit stood.
      if (fallback) await limits.fillCounters(tx, { id: fallback.id, programId, period, subject }, now());
    }
    await audit(tx, scope, {
      action: "limit.removed",
      subjectKind: "limit",
      subjectId: limitId,
      before: {
        ...describeSubject(subject, period),
        max_payments: gone.maxPayments,
        max_amount: gone.maxAmountMicros === null ? null : formatMicros(gone.maxAmountMicros),
      },
    });
  });
}

/** Whom a limit of the program could bind: by a part of the name, or by the id that was pasted. */
export async function findSubjects(
  scope: PlatformScope,
  query: { programId: Id<"program">; kind: LimitSubject; text: string },
): Promise<limits.SubjectHit[]> {
  const { programId, kind, text } = query;
  const id = fromPublicId(SUBJECT_IDS[kind], text.trim());
  return await withScope(scope, (tx) =>
    limits.findSubjects(tx, programId, kind, { text: text.trim(), id, limit: HITS }),
  );
}

const SUBJECT_IDS: Record<LimitSubject, IdKind> = {
  device: "device",
  instrument: "instrument",
  payer: "payer",
  merchant: "organisation",
};

export type LimitsOf =
  | { paymentId: Id<"payment"> }
  | { deviceId: Id<"device"> }
  | { merchantId: Id<"organisation"> };

/** The limits that bind a payment, a device or a merchant, with the use of each. */
export async function listLimitsOf(scope: PlatformScope, of: LimitsOf): Promise<limits.AppliedLimit[]> {
  return await withScope(scope, async (tx) => {
    if ("merchantId" in of) {
      return await limits.listLimitsOf(tx, [{ kind: "merchant", id: of.merchantId }], null, now());
    }
    if ("deviceId" in of) {
      const device = await findDevicePlace(tx, of.deviceId);
      if (!device) throw notFound("device");
      const subjects = [
        { kind: "device" as const, id: of.deviceId },
        { kind: "merchant" as const, id: device.merchantId },
      ];
      return await limits.listLimitsOf(tx, subjects, device.programId, now());
    }
    const payment = await findPayment(tx, of.paymentId);
    if (!payment) throw notFound("payment");
    const subjects = [
      { kind: "instrument" as const, id: payment.instrumentId },
      { kind: "payer" as const, id: payment.payerId },
      { kind: "device" as const, id: payment.deviceId },
      { kind: "merchant" as const, id: payment.merchantId },
    ].flatMap(({ kind, id }) => (id ? [{ kind, id }] : []));
    return await limits.listLimitsOf(tx, subjects, payment.programId, now());
  });
}

function parseMaximum(input: LimitInput, currency: Currency): bigint | null {
  if (input.maxPayments === null && input.maxAmount === null) {
    throw refused("limit_without_maximum", "A limit says how many payments or how much money, or both.");
  }
  if (input.period === "payment" && input.maxPayments !== null) {
    throw refused("limit_of_one_payment", "A limit on one payment says how much it may be, not how many.");
  }
  if (input.maxAmount === null) return null;
  try {
    const micros = parseMinorMicros(input.maxAmount, currency);
    if (micros <= 0n) throw refused("amount_not_positive", "The amount of a limit is above zero.");
    return micros;
  } catch (error) {
    if (error instanceof MoneyError) throw refused(error.code, error.message);
    throw error;
  }
}

function refused(reason: string, message: string): AppError {
  return new AppError("invalid_input", reason, message);
}

function describeSubject(subject: limits.Subject, period: LimitPeriod) {
  return { subject_kind: subject.kind, subject_id: subject.id, period };
}

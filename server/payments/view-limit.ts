/** Limits and allowances from rows to what screens get. */
import { toPublicId } from "@/server/platform/ids";
import { formatMicros, toMoneyJson } from "@/server/platform/money";
import type { LimitSubject } from "./constants";
import type { AllowanceRow } from "./repository/keep-allowances";
import type { AppliedLimit, LimitRow, SubjectHit } from "./repository/keep-limits";
import { isInstrumentBlocked } from "./rules/decide-authorisation";
import type { AllowanceView, BoundLimitView, LimitView } from "./schema/limits";
import type { LimitWithUse } from "./service/manage-limits";

const ID_KIND = {
  device: "device",
  instrument: "instrument",
  payer: "payer",
  merchant: "organisation",
} as const;

function viewSubject(kind: LimitSubject, id: string, label: string | null) {
  return { id: toPublicId(ID_KIND[kind], id), label: label ?? "" };
}

function viewTerms(limit: LimitRow) {
  const { periodStart, periodEnd } = limit;
  return {
    id: toPublicId("limit", limit.id),
    program: {
      id: toPublicId("program", limit.programId),
      name: limit.programName,
      timeZone: limit.timeZone,
    },
    kind: limit.subjectKind,
    subject: limit.subjectId ? viewSubject(limit.subjectKind, limit.subjectId, limit.subjectLabel) : null,
    period: limit.period,
    maxPayments: limit.maxPayments,
    maxAmount: limit.maxAmountMicros === null ? null : toMoneyJson(limit.maxAmountMicros, limit.currency),
    running:
      periodStart && periodEnd ? { start: periodStart.toISOString(), end: periodEnd.toISOString() } : null,
    createdAt: limit.createdAt.toISOString(),
  };
}

export function viewLimit({ limit, use, subjects }: LimitWithUse): LimitView {
  return {
    ...viewTerms(limit),
    use: use.map((one) => ({
      subject: viewSubject(limit.subjectKind, one.subjectId, one.subjectLabel),
      payments: one.payments,
      amount: toMoneyJson(one.amountMicros, limit.currency),
    })),
    subjects,
  };
}

export function viewBoundLimit(limit: AppliedLimit): BoundLimitView {
  return {
    ...viewTerms(limit),
    use: {
      subject: viewSubject(limit.subjectKind, limit.boundId, limit.boundLabel),
      payments: limit.usedPayments,
      amount: toMoneyJson(limit.usedMicros, limit.currency),
    },
  };
}

export function viewSubjectHit({ kind, id, label, hint }: SubjectHit) {
  return { id: toPublicId(ID_KIND[kind], id), label, hint };
}

export function viewAllowance(row: AllowanceRow, at: Date): AllowanceView {
  const left = row.monthlyMicros - row.usedMicros;
  return {
    id: toPublicId("instrument", row.instrumentId),
    payer: {
      id: toPublicId("payer", row.payerId),
      reference: row.payerReference,
      paysWith: row.paysWith,
    },
    unit: row.unit,
    monthly: formatMicros(row.monthlyMicros, 0),
    used: formatMicros(row.usedMicros, 0),
    left: formatMicros(left > 0n ? left : 0n, 0),
    blocked: isInstrumentBlocked(row, at),
    running: { start: row.monthStart.toISOString(), end: row.monthEnd.toISOString() },
    createdAt: row.createdAt.toISOString(),
  };
}

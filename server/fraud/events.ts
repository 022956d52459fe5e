import { toPublicId } from "@/server/platform/ids";
import { toMoneyJson } from "@/server/platform/money";
import type { OutboxEvent } from "@/server/platform/outbox";
import type { CaseState } from "./constants";
import type { NewCase } from "./types";

/** The queue is the operator's: these events name no tenant. */
export function caseOpened(opened: NewCase): OutboxEvent {
  return {
    aggregateType: "case",
    aggregateId: opened.id,
    type: "case.opened",
    payload: {
      id: toPublicId("case", opened.id),
      payment: toPublicId("payment", opened.paymentId),
      program: toPublicId("program", opened.programId),
      score: opened.screening.score,
      amount: toMoneyJson(opened.amountMicros, opened.currency),
      dueAt: opened.dueAt.toISOString(),
    },
    organisationId: null,
  };
}

export function caseOverturned(
  caseId: string,
  paymentId: string,
  verdict: "approved" | "declined",
): OutboxEvent {
  return {
    aggregateType: "case",
    aggregateId: caseId,
    type: "case.overturned",
    payload: { id: toPublicId("case", caseId), payment: toPublicId("payment", paymentId), verdict },
    organisationId: null,
  };
}

export function caseDecided(caseId: string, paymentId: string, state: CaseState): OutboxEvent {
  return {
    aggregateType: "case",
    aggregateId: caseId,
    type: "case.decided",
    payload: { id: toPublicId("case", caseId), payment: toPublicId("payment", paymentId), state },
    organisationId: null,
  };
}

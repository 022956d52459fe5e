/** Cases as screens get them. */
import { toPublicId } from "@/server/platform/ids";
import { toMoneyJson } from "@/server/platform/money";
import type { CaseDetail, CaseRow } from "./types";

export function viewCase(row: CaseRow) {
  return {
    id: toPublicId("case", row.id),
    paymentId: toPublicId("payment", row.paymentId),
    program: { id: toPublicId("program", row.programId), name: row.programName },
    merchant: { id: toPublicId("organisation", row.merchantId), name: row.merchantName },
    device: row.deviceId ? { id: toPublicId("device", row.deviceId), name: row.deviceName ?? "" } : null,
    score: row.score,
    basePoints: row.basePoints,
    amount: toMoneyJson(row.amountMicros, row.currency),
    expectedLoss: toMoneyJson(row.expectedLossMicros, row.currency),
    headline: row.headline,
    wouldHavePassed: row.wouldHavePassed,
    state: row.state,
    openedAt: row.openedAt.toISOString(),
    dueAt: row.dueAt.toISOString(),
    claim:
      row.claimedById && row.claimExpiresAt
        ? {
            userId: toPublicId("user", row.claimedById),
            name: row.claimedByName ?? "",
            until: row.claimExpiresAt.toISOString(),
          }
        : null,
    decision: row.decidedAt
      ? {
          by: row.decidedByName,
          byId: row.decidedById && toPublicId("user", row.decidedById),
          at: row.decidedAt.toISOString(),
          note: row.decisionNote,
          reason: row.decisionReason,
        }
      : null,
    overturn:
      row.overturnedAt && row.overturnVerdict && row.overturnReason
        ? {
            by: row.overturnedByName,
            at: row.overturnedAt.toISOString(),
            verdict: row.overturnVerdict,
            reason: row.overturnReason,
            note: row.overturnNote ?? "",
          }
        : null,
  };
}

export function viewCaseDetail(detail: CaseDetail) {
  return {
    ...viewCase(detail),
    signals: detail.signals,
    notes: detail.notes.map(({ authorName, at, text }) => ({
      author: authorName,
      at: at.toISOString(),
      text,
    })),
  };
}

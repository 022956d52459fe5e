/** What a decided authorisation means: the rows to write, the money to hold, the case to open. */
import type { NewCase } from "@/server/fraud/types";
import { accountIdFor } from "@/server/ledger/service";
import type { TransferInput } from "@/server/ledger/types";
import { newIdAt, toPublicId } from "@/server/platform/ids";
import { type DeclineReason, HOLD_HOURS } from "../constants";
import type { AuthorisationToCommit } from "../repository/committed-rows";
import { countedLimits } from "../rules/apply-limits";
import { placeOf } from "../rules/decide-authorisation";
import { clearingAccount } from "../rules/derive-accounts";
import { presentPayment } from "../rules/present-payment";
import type {
  AuthorisationFacts,
  AuthorisationItem,
  Decision,
  LimitFacts,
  Payment,
  PaymentEvent,
} from "../types";

export type TimedItem = AuthorisationItem & { at: Date };

/** The rows and the transfer that a decision means. */
export function planAuthorisation(
  item: TimedItem,
  facts: AuthorisationFacts,
  decision: Decision,
): AuthorisationToCommit {
  const { request, at } = item;
  const { device, instrument, policy } = facts;
  const declined: DeclineReason | null = decision.verdict === "decline" ? decision.reason : null;
  const captured = decision.verdict === "authorise" && request.capture;
  const held = !declined && !captured;
  const use = decision.verdict === "decline" ? null : decision.use;
  const dueMicros = decision.verdict === "decline" ? request.amountMicros : decision.dueMicros;
  const transferId = declined || dueMicros === 0n ? null : newIdAt("transfer", at);
  const place = placeOf(request, facts);
  const reviewUntil = new Date(at.getTime() + policy.terms.reviewMinutes * 60_000);
  const holdUntil = new Date(at.getTime() + HOLD_HOURS[device.kind] * 3_600_000);
  const payment: Payment = {
    id: newIdAt("payment", at),
    programId: device.programId,
    merchantId: device.merchantId,
    deviceId: device.id,
    deviceKind: device.kind,
    zone: device.zone,
    payerId: instrument?.payerId ?? null,
    instrumentId: instrument?.id ?? null,
    instrumentKind: instrument?.kind ?? "unknown",
    instrumentLabel: instrument?.label ?? `Unknown (…${request.instrumentToken.slice(-4)})`,
    source: "device",
    externalRef: `${device.id}:${request.idempotencyKey}`,
    deviceSequence: request.sequence ?? null,
    importId: null,
    currency: request.currency,
    amountMicros: dueMicros,
    capturedMicros: captured ? dueMicros : 0n,
    refundedMicros: 0n,
    state: declined
      ? "declined"
      : captured
        ? "captured"
        : decision.verdict === "review"
          ? "in_review"
          : "authorised",
    declineReason: declined,
    description: request.description ?? null,
    quantity: request.quantity ?? null,
    latitude: place?.latitude ?? null,
    longitude: place?.longitude ?? null,
    flags: [],
    riskScore: decision.screening?.score ?? null,
    captureOnApproval: decision.verdict === "review" && request.capture,
    occurredAt: request.occurredAt ?? at,
    authorisedAt: declined ? null : at,
    expiresAt: held ? holdUntil : null,
    capturedAt: captured ? at : null,
    closedAt: declined ? at : null,
    holdTransferId: held ? transferId : null,
    captureTransferId: captured ? transferId : null,
    allowanceId: use?.allowance.id ?? null,
    allowanceMonth: use ? new Date(use.allowance.monthStart) : null,
    allowanceUnit: use?.allowance.unit ?? null,
    allowanceQuantityMicros: use?.quantityMicros ?? 0n,
    allowanceMicros: use?.valueMicros ?? 0n,
    counted: declined ? null : countedLimits(facts.limits),
  };
  const transfer: TransferInput | null =
    transferId && instrument?.fundingAccountId
      ? {
          id: transferId,
          kind: captured ? "posted" : "pending",
          debitAccountId: instrument.fundingAccountId,
          creditAccountId: accountIdFor(clearingAccount(device.programId, request.currency)),
          amountMicros: dueMicros,
          code: captured ? "capture" : "hold",
          journalId: payment.id,
          effectiveAt: at,
        }
      : null;
  const opened: NewCase | null =
    decision.verdict === "review"
      ? {
          id: newIdAt("case", at),
          paymentId: payment.id,
          programId: payment.programId,
          merchantId: payment.merchantId,
          deviceId: device.id,
          amountMicros: payment.amountMicros,
          currency: payment.currency,
          screening: decision.screening,
          policyVersion: policy.version,
          openedAt: at,
          // The hold outlives the review, so that a decision always finds the money.
          dueAt: reviewUntil < holdUntil ? reviewUntil : holdUntil,
        }
      : null;
  return {
    request,
    at,
    payment,
    answer: presentPayment(payment),
    timeline: timelineOf(payment, decision, at),
    transfer,
    case: opened,
  };
}

function timelineOf(payment: Payment, decision: Decision, at: Date): PaymentEvent[] {
  const event = (kind: PaymentEvent["kind"], detail: Record<string, unknown> = {}): PaymentEvent => ({
    paymentId: payment.id,
    merchantId: payment.merchantId,
    at,
    kind,
    detail,
  });
  if (decision.verdict === "decline") {
    const { reason, limit } = decision;
    return [event("declined", limit ? { reason, limit: limitDetail(limit) } : { reason })];
  }
  const amount_micros = payment.amountMicros.toString();
  if (decision.verdict === "review") return [event("held", { amount_micros })];
  const authorised = event("authorised", { amount_micros });
  return payment.state === "captured" ? [authorised, event("captured", { amount_micros })] : [authorised];
}

function limitDetail(limit: LimitFacts): Record<string, unknown> {
  return {
    id: toPublicId("limit", limit.id),
    subject: limit.subject,
    period: limit.period,
    max_payments: limit.maxPayments,
    max_amount_micros: limit.maxAmountMicros?.toString() ?? null,
    used_payments: limit.usedPayments,
    used_micros: limit.usedMicros.toString(),
  };
}

/** What earlier items of a batch mean for later ones, so that a batch decides as single requests would. */
export class BatchMemory {
  private readonly taps = new Map<string, AuthorisationFacts["taps"]>();
  private readonly spent = new Map<string, bigint>();
  private readonly counted = new Map<string, { payments: number; micros: bigint }>();
  private readonly used = new Map<string, bigint>();

  apply(facts: AuthorisationFacts, occurredAt: Date): AuthorisationFacts {
    const { instrument } = facts;
    const limits = facts.limits.map((limit) => {
      const more = this.counted.get(counterKey(limit.id, limit.subjectId, limit.start));
      if (!more) return limit;
      return {
        ...limit,
        usedPayments: limit.usedPayments + more.payments,
        usedMicros: limit.usedMicros + more.micros,
      };
    });
    if (!instrument) return { ...facts, limits };
    const spent = this.spent.get(instrument.id) ?? 0n;
    const available = instrument.availableMicros;
    const earlier = (this.taps.get(instrument.id) ?? []).filter((tap) => tap.occurredAt <= occurredAt);
    return {
      ...facts,
      limits,
      allowances: facts.allowances.map((allowance) => ({
        ...allowance,
        leftMicros: allowance.leftMicros - (this.used.get(unitKey(allowance.id, allowance.monthStart)) ?? 0n),
      })),
      instrument: { ...instrument, availableMicros: available === null ? null : available - spent },
      taps: [...earlier, ...facts.taps],
    };
  }

  remember({ payment }: AuthorisationToCommit, { device }: AuthorisationFacts): void {
    for (const { limit, subject, start } of payment.counted ?? []) {
      const key = counterKey(limit, subject, start);
      const before = this.counted.get(key) ?? { payments: 0, micros: 0n };
      this.counted.set(key, {
        payments: before.payments + 1,
        micros: before.micros + payment.amountMicros,
      });
    }
    if (payment.allowanceId && payment.allowanceMonth) {
      const key = unitKey(payment.allowanceId, payment.allowanceMonth);
      this.used.set(key, (this.used.get(key) ?? 0n) + payment.allowanceQuantityMicros);
    }
    const id = payment.instrumentId;
    if (!id) return;
    const { latitude, longitude } = payment;
    const place = latitude === null || longitude === null ? null : { latitude, longitude };
    const tap = { paymentId: payment.id, occurredAt: payment.occurredAt, place, deviceName: device.name };
    this.taps.set(id, [tap, ...(this.taps.get(id) ?? [])]);
    if (payment.state !== "declined") this.spent.set(id, (this.spent.get(id) ?? 0n) + payment.amountMicros);
  }
}

function counterKey(limitId: string, subjectId: string, start: string): string {
  return `${limitId} ${subjectId} ${start}`;
}

function unitKey(allowanceId: string, month: string | Date): string {
  return `${allowanceId} ${new Date(month).getTime()}`;
}

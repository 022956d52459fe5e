/** What the analyst does with flagged payments of earlier days, and what merchants refund. */
import { listCases } from "@/server/fraud/service";
import { approveHeldPayment, declineHeldPayment } from "@/server/payments/review";
import { listPayments } from "@/server/payments/service/list-payments";
import { refundPayment } from "@/server/payments/service/refund-payment";
import { withClock } from "@/server/platform/clock";
import { type City, operatorScope, partyScope } from "./found-city";

const MINUTE = 60_000;

/** Decides what has waited for half an hour or more: nearly all that scores high is declined. */
export async function decideOldCases(city: City, at: Date, random: () => number): Promise<void> {
  const mina = operatorScope(city, "mina@harborcity.example");
  const { items } = await listCases(mina, {
    programId: city.harborCity,
    states: ["open", "escalated"],
    sort: "time_left",
    mine: false,
    limit: 50,
  });
  for (const found of items) {
    if (+at - +found.openedAt < 30 * MINUTE) continue;
    const decline = found.score >= 70 || random() < 0.3;
    const note = decline ? "Card reported by its holder." : "Payer confirmed by phone.";
    const decide = decline ? declineHeldPayment : approveHeldPayment;
    const reason = decline ? "fraud" : "genuine";
    await withClock(at, () => decide(mina, { caseId: found.id, reason, note }));
  }
}

const REASONS: readonly (readonly [merchant: string, reasons: readonly string[]])[] = [
  ["voltway", ["Charger stopped early", "Charged twice by mistake"]],
  ["quayside-parking", ["Meter out of order", "Paid for the wrong bay"]],
  ["northline", ["Bus did not run", "Tapped twice by mistake"]],
];

/** Two or three refunds a day, some of a part. */
export async function refundSome(city: City, at: Date, random: () => number): Promise<void> {
  for (const [slug, reasons] of REASONS) {
    if (random() < 0.25) continue;
    const scope = partyScope(city, slug);
    if (scope.kind !== "merchant") continue;
    const { items } = await listPayments(scope, { states: ["captured"] }, { limit: 40 });
    const payment = items[Math.floor(random() * items.length)];
    if (!payment) continue;
    const part = random() < 0.4 ? (payment.capturedMicros / 20_000n) * 10_000n : undefined;
    await withClock(at, () =>
      refundPayment(scope, {
        paymentId: payment.id,
        amountMicros: part && part > 0n ? part : undefined,
        reason: reasons[Math.floor(random() * reasons.length)] ?? "Goodwill",
      }),
    );
  }
}

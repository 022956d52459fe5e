import {
  Ban,
  Check,
  CloudDownload,
  Flag,
  Hourglass,
  Scale,
  ShieldCheck,
  Sigma,
  Undo2,
  X,
} from "lucide-react";
import type { ReactNode } from "react";
import { Money } from "@/components/money/money";
import type { PaymentMoment } from "@/components/payments/payment-types";
import { ExactTime } from "@/components/time/relative-time";
import type { Tone } from "@/components/ui/badge";
import { Timeline, type TimelineItem } from "@/components/ui/timeline";
import { DECLINE_REASONS, isDeclineReason } from "@/server/payments/constants";

interface MomentLook {
  title: string;
  icon: ReactNode;
  tone: Tone;
}

const LOOKS: Record<string, MomentLook> = {
  authorised: { title: "Authorised, the money is held", icon: <ShieldCheck />, tone: "accent" },
  captured: { title: "Captured, the money moved", icon: <Check />, tone: "arrived" },
  declined: { title: "Declined", icon: <X />, tone: "loss" },
  held: { title: "Held for review", icon: <Flag />, tone: "waiting" },
  review_approved: { title: "Approved in review", icon: <ShieldCheck />, tone: "arrived" },
  voided: { title: "Voided, the hold is released", icon: <Ban />, tone: "neutral" },
  expired: { title: "Expired, the hold is released", icon: <Hourglass />, tone: "neutral" },
  refunded: { title: "Refunded", icon: <Undo2 />, tone: "neutral" },
  imported: { title: "Imported from a file", icon: <CloudDownload />, tone: "neutral" },
  window_closed: { title: "Usage window closed", icon: <Sigma />, tone: "accent" },
  allocated: { title: "Split by the agreement", icon: <Scale />, tone: "accent" },
};

interface PaymentTimelineProps {
  moments: readonly PaymentMoment[];
  currency: string;
}

/** What happened to a payment, to the millisecond where milliseconds tell moments apart. */
export function PaymentTimeline({ moments, currency }: PaymentTimelineProps) {
  const items = moments.map((moment, index): TimelineItem => {
    const look = LOOKS[moment.kind];
    const words = moment.kind.replaceAll("_", " ");
    return {
      id: `${moment.kind}${index}`,
      time: <ExactTime at={moment.at} format="exact" />,
      title: look?.title ?? words.charAt(0).toUpperCase() + words.slice(1),
      icon: look?.icon,
      tone: look?.tone ?? "neutral",
      detail: <MomentDetail detail={moment.detail} currency={currency} />,
    };
  });
  return <Timeline items={items} />;
}

function MomentDetail({ detail, currency }: { detail: Record<string, unknown>; currency: string }) {
  const records = textOf(detail.records);
  if (records) return <>{records} records became one payment</>;
  const reason = textOf(detail.reason);
  const amount = amountOf(detail);
  const by = textOf(detail.by) ?? textOf(detail.createdBy) ?? textOf(detail.reviewer);
  const note = textOf(detail.note);
  if (!reason && !amount && !by && !note) return null;
  return (
    <>
      {amount ? <Money amount={amount} currency={currency} /> : null}
      {amount && (reason || by) ? ", " : null}
      {reason ? (isDeclineReason(reason) ? DECLINE_REASONS[reason] : reason) : null}
      {by ? (
        <span>
          {reason ? " " : null}by {by}
        </span>
      ) : null}
      {note ? <span className="block">{note}</span> : null}
    </>
  );
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Events carry micros as text; some carry a decimal amount already. */
function amountOf(detail: Record<string, unknown>): string | null {
  const micros = textOf(detail.amount_micros) ?? textOf(detail.amountMicros);
  if (micros && /^-?\d+$/.test(micros)) {
    const value = BigInt(micros);
    const whole = value / 1_000_000n;
    const rest = (value < 0n ? -value : value) % 1_000_000n;
    return `${whole}.${rest.toString().padStart(6, "0")}`.replace(/0{1,4}$/, "");
  }
  const amount = detail.amount;
  if (amount && typeof amount === "object" && "amount" in amount) return textOf(amount.amount);
  return textOf(amount);
}

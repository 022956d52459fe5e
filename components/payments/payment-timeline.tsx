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
import { z } from "zod";
import { maximaWords, SUBJECTS, usedWords } from "@/components/limits/limit-words";
import { Money } from "@/components/money/money";
import type { PaymentMoment } from "@/components/payments/payment-types";
import { reasonWords } from "@/components/payments/payment-words";
import { ExactTime } from "@/components/time/relative-time";
import type { Tone } from "@/components/ui/badge";
import { Timeline, type TimelineItem } from "@/components/ui/timeline";
import { LIMIT_PERIODS, LIMIT_SUBJECTS } from "@/server/payments/constants";

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
      title: titleWithoutMoney(moment) ?? look?.title ?? words.charAt(0).toUpperCase() + words.slice(1),
      icon: look?.icon,
      tone: look?.tone ?? "neutral",
      detail: <MomentDetail detail={moment.detail} currency={currency} />,
    };
  });
  return <Timeline items={items} />;
}

/** An allowance that covers all of a payment leaves no money to hold or move. */
function titleWithoutMoney({ kind, detail }: PaymentMoment): string | null {
  if (!/^[0.]+$/.test(amountOf(detail) ?? "-")) return null;
  if (kind === "authorised") return "Authorised, the allowance covers it all";
  return kind === "captured" ? "Captured from the allowance, no money moved" : null;
}

/** Micros as text or number, to a decimal amount. */
const micros = z
  .union([z.string(), z.int()])
  .transform(String)
  .pipe(z.string().regex(/^-?\d+$/))
  .transform((text) => {
    const value = BigInt(text);
    const size = value < 0n ? -value : value;
    const rest = (size % 1_000_000n)
      .toString()
      .padStart(6, "0")
      .replace(/0{1,4}$/, "");
    return `${value < 0n ? "-" : ""}${size / 1_000_000n}.${rest}`;
  });

/** What of a limit was used when a payment was declined for it; as it stood in that moment. */
const limitSchema = z.object({
  subject: z.enum(LIMIT_SUBJECTS),
  period: z.enum(LIMIT_PERIODS),
  max_payments: z.coerce.number().nullish(),
  max_amount_micros: micros.nullish(),
  used_payments: z.coerce.number().default(0),
  used_micros: micros.default("0.00"),
});

function LimitReached({ limit, currency }: { limit: unknown; currency: string }) {
  const read = limitSchema.safeParse(limit);
  if (!read.success) return null;
  const { subject, period, max_payments, max_amount_micros, used_payments, used_micros } = read.data;
  const maxima = {
    maxPayments: max_payments ?? null,
    maxAmount: max_amount_micros ? { amount: max_amount_micros, currency } : null,
  };
  if (maxima.maxPayments === null && maxima.maxAmount === null) return null;
  const use = { payments: used_payments, amount: { amount: used_micros, currency } };
  return (
    <span className="tabular block">
      {SUBJECTS[subject].one}: at most {maximaWords(maxima, period)}
      {period === "payment" ? "" : `; used ${usedWords(maxima, use)}`}
    </span>
  );
}

function MomentDetail({ detail, currency }: { detail: Record<string, unknown>; currency: string }) {
  const records = textOf(detail.records);
  if (records) return <>{windowWords(records, detail)}</>;
  const reason = textOf(detail.reason);
  const amount = amountOf(detail);
  const by = textOf(detail.by) ?? textOf(detail.createdBy) ?? textOf(detail.reviewer);
  const note = textOf(detail.note);
  if (!reason && !amount && !by && !note) return null;
  return (
    <>
      {amount ? <Money amount={amount} currency={currency} /> : null}
      {amount && (reason || by) ? ", " : null}
      {reasonWords(reason)}
      {by ? (
        <span>
          {reason ? " " : null}by {by}
        </span>
      ) : null}
      <LimitReached limit={detail.limit} currency={currency} />
      {note ? <span className="block">{note}</span> : null}
    </>
  );
}

function windowWords(records: string, detail: Record<string, unknown>): string {
  const gathered = records === "1" ? "1 record" : `${records} records`;
  const parts = detail.owed_in_micros ? `${gathered} and what was owed before` : gathered;
  return detail.owed_out_micros ? `${parts}; all of it stays owed` : `${parts} became one payment`;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Events carry micros as text; some carry a decimal amount already. */
function amountOf(detail: Record<string, unknown>): string | null {
  const read = micros.safeParse(detail.amount_micros ?? detail.amountMicros);
  if (read.success) return read.data;
  const amount = detail.amount;
  if (amount && typeof amount === "object" && "amount" in amount) return textOf(amount.amount);
  return textOf(amount);
}

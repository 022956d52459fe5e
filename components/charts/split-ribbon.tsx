"use client";

import { Info } from "lucide-react";
import Link from "next/link";
import { type ReactNode, useState } from "react";
import { NEUTRAL, seriesColour } from "@/components/charts/party-colour";
import { useWidth } from "@/components/charts/use-width";
import { formatAmount } from "@/components/money/format-amount";
import { Money } from "@/components/money/money";
import { cn } from "@/components/ui/cn";
import { Tooltip } from "@/components/ui/tooltip";

export interface SplitLeg {
  id: string;
  /** Who gets it. */
  party: string;
  /** The step of the agreement: "Platform fee". */
  step: string;
  amount: string;
  /** Why, in a sentence: "1.5 % of 14.11, rounded down". */
  reason?: string;
  /** What the step wanted and did not get. */
  short?: string | null;
  /** A number of the palette; grey when left out. */
  colour?: number;
  /** Short name of the party, where it is one. */
  slug?: string;
  href?: string;
}

interface SplitRibbonProps {
  /** What was paid. */
  amount: string;
  currency: string;
  legs: readonly SplitLeg[];
  /** Under the list: version of the agreement, how dust was given. */
  note?: ReactNode;
  className?: string;
}

const TOP = 8;
const FALL = 56;
const BOTTOM = 10;
const GAP = 5;
const THINNEST = 4;

interface Placed {
  leg: SplitLeg;
  colour: number;
  share: number;
  topFrom: number;
  topTo: number;
  from: number;
  to: number;
}

/** Widths in proportion to the amounts; the smallest is kept visible at the cost of the others. */
function place(legs: readonly SplitLeg[], width: number): Placed[] {
  const drawn = legs.filter((leg) => Number(leg.amount) > 0);
  const total = drawn.reduce((sum, leg) => sum + Number(leg.amount), 0);
  if (total <= 0) return [];
  const room = Math.max(1, width - GAP * (drawn.length - 1));
  const wanted = drawn.map((leg) => Math.max(THINNEST, (Number(leg.amount) / total) * room));
  const scale = room / wanted.reduce((sum, item) => sum + item, 0);
  let top = 0;
  let bottom = 0;
  return drawn.map((leg, index) => {
    const share = Number(leg.amount) / total;
    const span = (wanted[index] ?? 0) * scale;
    const placed = {
      leg,
      share,
      colour: leg.colour ?? NEUTRAL,
      topFrom: top,
      topTo: top + share * width,
      from: bottom,
      to: bottom + span,
    };
    top = placed.topTo;
    bottom = placed.to + GAP;
    return placed;
  });
}

function ribbon({ topFrom, topTo, from, to }: Placed): string {
  const start = TOP;
  const end = TOP + FALL;
  const bend = TOP + FALL / 2;
  return `M${topFrom},${start} C${topFrom},${bend} ${from},${bend} ${from},${end} L${to},${end} C${to},${bend} ${topTo},${bend} ${topTo},${start} Z`;
}

const percent = (share: number) => (share > 0 && share < 0.001 ? "<0.1" : (share * 100).toFixed(1));

/** One payment's split: the whole above, who got what below, and the reason of every leg. */
export function SplitRibbon({ amount, currency, legs, note, className }: SplitRibbonProps) {
  const [box, width] = useWidth<HTMLDivElement>(520);
  const [near, setNear] = useState<string | null>(null);
  const placed = place(legs, width);
  const colourOf = (leg: SplitLeg) => seriesColour(leg.colour ?? NEUTRAL);
  const shareOf = (leg: SplitLeg) => placed.find((item) => item.leg.id === leg.id)?.share ?? 0;
  return (
    <div data-sum="split" className={cn("min-w-0", className)}>
      <div ref={box} className="relative w-full overflow-hidden" style={{ height: TOP + FALL + BOTTOM }}>
        <svg aria-hidden="true" width={width} height={TOP + FALL + BOTTOM} className="absolute inset-0">
          <rect width={width} height={TOP} rx={2} fill="var(--muted)" />
          {placed.map((item) => {
            const pale = near !== null && near !== item.leg.id;
            return (
              <g
                key={item.leg.id}
                onPointerEnter={() => setNear(item.leg.id)}
                onPointerLeave={() => setNear(null)}
                opacity={pale ? 0.35 : 1}
                className="transition-opacity"
              >
                <path d={ribbon(item)} fill={seriesColour(item.colour)} fillOpacity={0.24} />
                <rect
                  x={item.from}
                  y={TOP + FALL}
                  width={Math.max(1, item.to - item.from)}
                  height={BOTTOM}
                  rx={2}
                  fill={seriesColour(item.colour)}
                  data-party={item.leg.slug}
                />
                <title>
                  {`${item.leg.party}, ${item.leg.step}: ${formatAmount(item.leg.amount, { currency, full: true })} ${currency}${item.leg.reason ? `. ${item.leg.reason}` : ""}`}
                </title>
              </g>
            );
          })}
        </svg>
      </div>
      <ul className="mt-2 divide-y divide-line-soft">
        {legs.map((leg) => (
          <li
            key={leg.id}
            onPointerEnter={() => setNear(leg.id)}
            onPointerLeave={() => setNear(null)}
            className={cn(
              "flex min-h-9 items-center gap-3 rounded-sm py-1 text-sm transition-colors",
              near === leg.id && "bg-hover",
            )}
          >
            <span
              aria-hidden
              className="size-2.5 shrink-0 rounded-[2px]"
              data-party={leg.slug}
              style={{ background: colourOf(leg) }}
            />
            <span className="min-w-0 flex-1">
              {leg.href ? (
                <Link href={leg.href} className="rounded-sm font-medium hover:text-accent">
                  {leg.party}
                </Link>
              ) : (
                <span className="font-medium">{leg.party}</span>
              )}
              <span className="ml-2 text-muted">{leg.step}</span>
              {leg.reason ? (
                <Tooltip content={leg.reason}>
                  <button
                    type="button"
                    aria-label={`Why: ${leg.reason}`}
                    className="ml-1.5 inline-flex translate-y-0.5 rounded-sm text-muted hover:text-ink"
                  >
                    <Info aria-hidden className="size-3.5" />
                  </button>
                </Tooltip>
              ) : null}
              {leg.short ? (
                <span className="block text-xs text-waiting">
                  {formatAmount(leg.short, { currency })} {currency} short of what the step asks
                </span>
              ) : null}
            </span>
            <span className="tabular w-14 shrink-0 text-right text-xs text-muted max-[420px]:hidden">
              {percent(shareOf(leg))}
              {"\u2009"}%
            </span>
            <span className="shrink-0 text-right">
              <Money amount={leg.amount} currency={currency} hideCode sum="part" />
            </span>
          </li>
        ))}
        <li className="flex min-h-9 items-center justify-between gap-3 py-1 text-sm font-semibold">
          Paid
          <Money amount={amount} currency={currency} sum="whole" />
        </li>
      </ul>
      {note ? <div className="mt-2 text-xs text-muted">{note}</div> : null}
    </div>
  );
}

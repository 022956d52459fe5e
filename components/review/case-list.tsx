"use client";

import { Flag, User } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef } from "react";
import { Money } from "@/components/money/money";
import { type CaseItem, isOpenCase } from "@/components/review/case-types";
import { ScoreBadge } from "@/components/review/score-badge";
import type { QueueTab } from "@/components/review/use-review-queue";
import { Countdown } from "@/components/time/countdown";
import { ExactTime } from "@/components/time/relative-time";
import { cn } from "@/components/ui/cn";
import { StatusBadge } from "@/components/ui/status-badge";

interface CaseListProps {
  items: readonly CaseItem[];
  /** Id of the open case. */
  open: string | null;
  me: string | null;
  tab: QueueTab;
  base: string;
}

/** Cases in the order in which they should be looked at. */
export function CaseList({ items, open, me, tab, base }: CaseListProps) {
  return (
    <ol aria-label="Cases">
      {items.map((item) => (
        <Row key={item.id} item={item} open={item.id === open} me={me} tab={tab} base={base} />
      ))}
    </ol>
  );
}

interface RowProps extends Omit<CaseListProps, "items" | "open"> {
  item: CaseItem;
  open: boolean;
}

function Row({ item, open, me, tab, base }: RowProps) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (open) link.current?.scrollIntoView({ block: "nearest" });
  }, [open]);
  return (
    <li className="border-b border-line-soft">
      <Link
        ref={link}
        href={`${base}/review?${tab === "loss" ? "" : `tab=${tab}&`}case=${item.id}`}
        replace
        scroll={false}
        aria-current={open ? "true" : undefined}
        className={cn(
          "relative flex items-center gap-3.5 px-4 py-2.5 outline-offset-[-2px] transition-colors",
          open ? "bg-accent-soft/60" : "hover:bg-hover",
        )}
      >
        {open ? <span aria-hidden className="absolute inset-y-0 left-0 w-[3px] bg-accent" /> : null}
        <ScoreBadge score={item.score} />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline justify-between gap-3">
            <span className="min-w-0 truncate text-sm">
              <span className="font-medium">{item.device?.name ?? "Payment"}</span>{" "}
              <span className="text-muted">{item.merchant.name}</span>
            </span>
            <Money {...item.amount} className="text-sm font-medium" />
          </span>
          <span className="mt-0.5 flex items-center justify-between gap-2">
            <span className="min-w-0 truncate text-sm text-muted">{item.headline}</span>
            <Standing item={item} me={me} />
          </span>
        </span>
      </Link>
    </li>
  );
}

/** How long it still waits, or what became of it. */
function Standing({ item, me }: { item: CaseItem; me: string | null }) {
  if (!isOpenCase(item)) {
    return (
      <span className="flex items-center gap-2 text-xs text-muted">
        {item.decision ? <ExactTime at={item.decision.at} format="time" /> : null}
        <StatusBadge kind="case" state={item.state} plain />
      </span>
    );
  }
  return (
    <span className="flex shrink-0 items-center gap-1.5 text-sm text-muted">
      {item.state === "escalated" ? (
        <Flag role="img" aria-label="Escalated" className="size-3.5 text-loss" />
      ) : null}
      {item.claim ? (
        <User
          role="img"
          aria-label={item.claim.userId === me ? "Claimed by you" : `Claimed by ${item.claim.name}`}
          className={cn("size-3.5", item.claim.userId === me ? "text-accent" : "text-waiting")}
        />
      ) : null}
      <Countdown until={item.dueAt} suffix="" />
    </span>
  );
}

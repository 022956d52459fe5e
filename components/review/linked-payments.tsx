"use client";

import { CreditCard, RadioTower } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { Money } from "@/components/money/money";
import type { CaseFile } from "@/components/review/case-types";
import { ExactTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { StatusBadge } from "@/components/ui/status-badge";

type Linked = CaseFile["linked"][number];

const SHOWN = 6;

/** Payments with the same card or at the same device within a day, nearest in time first. */
export function LinkedPayments({ file, className }: { file: CaseFile; className?: string }) {
  const { base } = usePortal();
  const [all, setAll] = useState(false);
  const { linked } = file;
  const shown = all ? linked : linked.slice(0, SHOWN);
  const withCard = linked.filter(({ sameInstrument }) => sameInstrument).length;
  return (
    <Card
      title="Linked payments"
      hint={
        linked.length === 0
          ? "none with this card or at this device within a day"
          : `${withCard} with the same card, ${linked.length - withCard} at the same device, within a day`
      }
      level={3}
      flush
      className={className}
      footer={
        linked.length > SHOWN ? (
          <Button size="sm" variant="ghost" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? "Show the nearest" : `Show all ${linked.length}`}
          </Button>
        ) : undefined
      }
    >
      <ul className="divide-y divide-line-soft border-t border-line-soft">
        <Row
          here
          base={base}
          linked={{
            ...file.payment,
            merchantName: file.payment.merchant.name,
            deviceName: file.payment.device?.name ?? null,
            sameInstrument: true,
            sameDevice: true,
          }}
        />
        {shown.map((each) => (
          <Row key={each.id} base={base} linked={each} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ linked, base, here }: { linked: Linked; base: string; here?: boolean }) {
  return (
    <li>
      <Link
        href={`${base}/payments/${linked.id}`}
        aria-current={here ? "true" : undefined}
        className={cn(
          "flex min-h-9 items-center gap-2.5 px-4 py-1 text-sm outline-offset-[-2px] transition-colors hover:bg-hover",
          here && "bg-accent-soft/60",
        )}
      >
        {linked.sameInstrument ? (
          <CreditCard role="img" aria-label="Same card" className="size-3.5 shrink-0 text-muted" />
        ) : (
          <RadioTower role="img" aria-label="Same device" className="size-3.5 shrink-0 text-muted" />
        )}
        <ExactTime at={linked.occurredAt} format="time" className="text-muted" />
        <span className="min-w-0 flex-1 truncate" title={`${linked.instrument}, ${linked.merchantName}`}>
          {linked.sameInstrument ? (linked.deviceName ?? linked.merchantName) : linked.instrument}
        </span>
        <Money {...linked.amount} hideCode />
        <span className="w-28 shrink-0 text-right">
          <StatusBadge kind="payment" state={linked.state} plain />
        </span>
      </Link>
    </li>
  );
}

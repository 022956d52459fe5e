"use client";

import { useQuery } from "@tanstack/react-query";
import { Check, Timer, X } from "lucide-react";
import type { ReactNode } from "react";
import { seriesColour } from "@/components/charts/party-colour";
import { usePartySeries } from "@/components/charts/party-series";
import { Money } from "@/components/money/money";
import { sumAmounts } from "@/components/money/sum-amounts";
import type { CaseFile } from "@/components/review/case-types";
import { ExactTime } from "@/components/time/relative-time";
import { Card } from "@/components/ui/card";
import type { SplitPreview } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

/** What each choice does to the money, in amounts and names. */
export function IfYouDecide({ file, className }: { file: CaseFile; className?: string }) {
  const trpc = useOperatorTrpc();
  const { payment, captureOnApproval } = file;
  const preview = useQuery(trpc.settlement.splitPreview.queryOptions({ paymentId: payment.id }));
  const amount = <Money {...payment.amount} className="text-ink" />;
  return (
    <Card title="If you decide" level={3} className={className}>
      <ul className="grid gap-4">
        <Choice icon={<Check className="text-arrived" />} title="Approve">
          <p>
            {captureOnApproval ? (
              <>The hold of {amount} is captured at once and split:</>
            ) : (
              <>The hold of {amount} stays until the device captures it. Captured whole, it is split:</>
            )}
          </p>
          <Split preview={preview.data} failed={Boolean(preview.error)} file={file} />
        </Choice>
        <Choice icon={<X className="text-loss" />} title="Decline">
          <p>
            The hold of {amount} goes back to {payment.instrument}. {payment.device?.name ?? "The device"}{" "}
            learns it when it asks; {payment.merchant.name} receives nothing.
          </p>
        </Choice>
        <Choice
          icon={<Timer className="text-waiting" />}
          title={
            <>
              Nothing until <ExactTime at={file.case.dueAt} format="time" />
            </>
          }
        >
          <p>The policy declines by itself and the hold is released. The payer may try again.</p>
        </Choice>
      </ul>
    </Card>
  );
}

function Choice({ icon, title, children }: { icon: ReactNode; title: ReactNode; children: ReactNode }) {
  return (
    <li className="flex gap-2.5 text-sm">
      <span aria-hidden className="mt-0.5 [&_svg]:size-4">
        {icon}
      </span>
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title}</p>
        <div className="text-muted">{children}</div>
      </div>
    </li>
  );
}

interface SplitProps {
  preview: SplitPreview | undefined;
  failed: boolean;
  file: CaseFile;
}

/** Who would receive what, as one bar and a list. */
function Split({ preview, failed, file }: SplitProps) {
  const seriesOf = usePartySeries();
  if (failed) return <p>Who would receive what could not be worked out just now.</p>;
  if (!preview) return <span className="skeleton mt-2 block h-12 w-full" />;
  if (preview.version === null) {
    return <p>No agreement governs it now: it would wait in clearing until one does.</p>;
  }
  const parties = byParty(preview);
  const whole = Number(file.payment.amount.amount);
  return (
    <>
      <div aria-hidden className="mt-2 flex h-1.5 gap-px overflow-hidden rounded-full">
        {parties.map((party) => (
          <span
            key={party.slug}
            data-party={party.slug}
            style={{
              width: `${(Number(party.amount) / whole) * 100}%`,
              background: seriesColour(seriesOf(party)),
            }}
          />
        ))}
      </div>
      <ul className="mt-2 grid gap-x-5 gap-y-0.5">
        {parties.map((party) => (
          <li key={party.slug} title={party.why} className="flex items-baseline gap-2">
            <span
              aria-hidden
              data-party={party.slug}
              className="size-2 shrink-0 rounded-[2px]"
              style={{
                background: seriesColour(seriesOf(party)),
              }}
            />
            <span className="min-w-0 flex-1 truncate">{party.name}</span>
            <Money
              amount={party.amount}
              currency={file.payment.amount.currency}
              hideCode
              className="text-ink"
            />
          </li>
        ))}
      </ul>
    </>
  );
}

function byParty(preview: SplitPreview) {
  const legs = Map.groupBy(preview.legs, ({ party }) => party.slug);
  return [...legs.values()]
    .flatMap((own) => {
      const first = own[0];
      if (!first) return [];
      return [
        {
          slug: first.party.slug,
          name: first.party.name,
          amount: sumAmounts(own.map(({ amount }) => amount.amount)),
          why: own.map(({ why }) => why).join(" "),
        },
      ];
    })
    .filter(({ amount }) => Number(amount) > 0)
    .sort((a, b) => Number(b.amount) - Number(a.amount));
}

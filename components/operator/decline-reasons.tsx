import { CircleCheck } from "lucide-react";
import Link from "next/link";
import { usePortal } from "@/components/frame/portal-context";
import { formatCount } from "@/components/money/format-count";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DECLINE_REASONS, isDeclineReason } from "@/server/payments/constants";
import type { OperatorOverview } from "@/server/reporting/schema";

/** Why payments were declined in the last seven days, most frequent first, as bars of one scale. */
export function DeclineReasons({ declines }: { declines: OperatorOverview["declines"] }) {
  const { base } = usePortal();
  const most = Math.max(1, ...declines.map(({ count }) => count));
  return (
    <Card
      title="Why were payments declined?"
      hint="last 7 days"
      actions={
        <ButtonLink href={`${base}/payments?tab=declined`} size="sm" variant="ghost">
          All declined
        </ButtonLink>
      }
    >
      {declines.length === 0 ? (
        <p className="flex items-center gap-2 text-sm text-muted">
          <CircleCheck aria-hidden className="size-4 text-arrived" /> None was declined.
        </p>
      ) : (
        <ul className="grid gap-2.5">
          {declines.slice(0, 7).map(({ reason, count }) => (
            <li key={reason} className="min-w-0">
              <Link href={`${base}/payments?tab=declined`} className="group block text-sm">
                <span className="flex items-baseline justify-between gap-4">
                  <span className="min-w-0 group-hover:underline" title={reason}>
                    {isDeclineReason(reason) ? DECLINE_REASONS[reason] : reason}
                  </span>
                  <span className="tabular text-muted">{formatCount(count)}</span>
                </span>
                <span aria-hidden className="mt-1 block h-1.5 overflow-hidden rounded-full bg-neutral-soft">
                  <span
                    className="block h-full rounded-full bg-series-2"
                    style={{ width: `${(count / most) * 100}%` }}
                  />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

import type { ReactNode } from "react";
import { Money } from "@/components/money/money";
import { formatInZone } from "@/components/time/format-in-zone";
import { ExactTime } from "@/components/time/relative-time";
import { useZone } from "@/components/time/zone-context";
import { CopyableId } from "@/components/ui/copyable-id";
import { Dot, PageHeader } from "@/components/ui/page-header";
import { StatusBadge, statusLook } from "@/components/ui/status-badge";
import type { PayoutView } from "@/server/settlement/schema";

interface PayoutHeaderProps {
  payout: PayoutView;
  /** "v7" */
  agreement?: string;
  /** "Payout" for merchants, "Remittance" for agencies. */
  word?: string;
  actions?: ReactNode;
}

/** The one figure of the page, where it goes and what it is for. */
export function PayoutHeader({ payout, agreement, word = "Payout", actions }: PayoutHeaderProps) {
  const { zone } = useZone();
  const at = payout.paidAt ?? payout.submittedAt ?? payout.approvedAt;
  const label = statusLook("payout", payout.state).label;
  return (
    <PageHeader
      figure
      eyebrow={
        <span className="flex flex-wrap items-center gap-x-2">
          {payout.bankLabel ? `${word} to ${payout.bankLabel}` : `${word}, no bank account yet`}
          <Dot />
          <CopyableId id={payout.reference} label="Reference" full />
        </span>
      }
      title={<Money {...payout.amount} fact={`${payout.id} amount`} />}
      aside={
        <StatusBadge
          kind="payout"
          state={payout.state}
          label={at && payout.state === "paid" ? `${label} ${formatInZone(at, zone, "day")}` : undefined}
        />
      }
      meta={
        <>
          <CopyableId id={payout.id} />
          <Dot />
          <span>
            takings of <ExactTime at={payout.periodStart} /> to <ExactTime at={payout.periodEnd} />
          </span>
          {agreement ? (
            <>
              <Dot />
              <span>agreement {agreement}</span>
            </>
          ) : null}
        </>
      }
      actions={actions}
    />
  );
}

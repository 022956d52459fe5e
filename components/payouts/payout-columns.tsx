import type { DataColumn } from "@/components/data-table/types";
import { Money } from "@/components/money/money";
import { Period } from "@/components/time/period";
import { ExactTime } from "@/components/time/relative-time";
import { CopyableId } from "@/components/ui/copyable-id";
import { StatusBadge } from "@/components/ui/status-badge";
import type { PayoutView } from "@/server/settlement/schema";

/** Columns of every list of payouts; the operator's names the party. */
export function payoutColumns({
  currency,
  withParty,
}: {
  currency: string;
  withParty?: boolean;
}): DataColumn<PayoutView>[] {
  return [
    {
      id: "period",
      header: "Takings of",
      fixed: true,
      cell: (row) => <Period start={row.periodStart} end={row.periodEnd} className="font-medium" />,
    },
    ...(withParty
      ? [{ id: "party", header: "Party", priority: 1 as const, cell: (row: PayoutView) => row.party.name }]
      : []),
    {
      id: "amount",
      header: `Amount ${currency}`,
      align: "right",
      priority: 1,
      cell: (row) => <Money {...row.amount} hideCode emphasis="strong" />,
    },
    {
      id: "state",
      header: "State",
      priority: 1,
      cell: (row) => <StatusBadge kind="payout" state={row.state} plain />,
    },
    {
      id: "bank",
      header: "To",
      priority: 2,
      cell: (row) => row.bankLabel ?? <span className="text-faint">–</span>,
    },
    { id: "reference", header: "Reference", priority: 3, cell: (row) => <CopyableId id={row.reference} /> },
    { id: "created", header: "Calculated", priority: 3, cell: (row) => <Muted at={row.createdAt} /> },
    {
      id: "moved",
      header: "Paid",
      priority: 2,
      cell: (row) =>
        row.paidAt ? <Muted at={row.paidAt} /> : <ExpectedOn dueOn={row.dueOn} state={row.state} />,
    },
    {
      id: "id",
      header: "Payout",
      priority: 3,
      defaultHidden: true,
      cell: (row) => <CopyableId id={row.id} />,
    },
  ];
}

function Muted({ at }: { at: string }) {
  return (
    <span className="text-muted">
      <ExactTime at={at} />
    </span>
  );
}

/** A payout that is not paid yet is expected on a day; one that failed is not. */
function ExpectedOn({ dueOn, state }: { dueOn: string | null; state: string }) {
  if (!dueOn || ["failed", "returned", "cancelled"].includes(state))
    return <span className="text-faint">–</span>;
  return (
    <span className="text-muted">
      expected <ExactTime at={`${dueOn}T12:00:00Z`} format="day" />
    </span>
  );
}

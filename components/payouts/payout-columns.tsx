import type { DataColumn } from "@/components/data-table/types";
import { ProgramZone } from "@/components/frame/programs-context";
import { Money } from "@/components/money/money";
import { periodColumns } from "@/components/time/period-columns";
import { ExactTime } from "@/components/time/relative-time";
import { CopyableId } from "@/components/ui/copyable-id";
import { LongName } from "@/components/ui/long-name";
import { StatusBadge } from "@/components/ui/status-badge";
import type { PayoutView } from "@/server/settlement/schema";

interface ColumnChoice {
  /** Of the amounts, when all rows have one; else each row says its own. */
  currency: string | undefined;
  /** Where rows of several programs can stand in one list. */
  withProgram?: boolean;
}

/** Columns of every list of payouts; times stand in the zone of each row's program. */
export function payoutColumns({ currency, withProgram }: ColumnChoice): DataColumn<PayoutView>[] {
  return [
    ...periodColumns<PayoutView>("Takings of", withProgram),
    {
      id: "amount",
      header: currency ? `Amount ${currency}` : "Amount",
      align: "right",
      priority: 1,
      cell: (row) => (
        <Money
          {...row.amount}
          hideCode={currency !== undefined}
          emphasis="strong"
          fact={`${row.id} amount`}
        />
      ),
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
      cell: (row) =>
        row.bankLabel ? <LongName>{row.bankLabel}</LongName> : <span className="text-faint">–</span>,
    },
    { id: "reference", header: "Reference", priority: 3, cell: (row) => <CopyableId id={row.reference} /> },
    {
      id: "created",
      header: "Calculated",
      priority: 3,
      cell: (row) => <Muted row={row} at={row.createdAt} />,
    },
    {
      id: "moved",
      header: "Paid",
      priority: 2,
      cell: (row) =>
        row.paidAt ? <Muted row={row} at={row.paidAt} /> : <ExpectedOn dueOn={row.dueOn} state={row.state} />,
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

function Muted({ row, at }: { row: PayoutView; at: string }) {
  return (
    <span className="text-muted">
      <ProgramZone id={row.program.id}>
        <ExactTime at={at} />
      </ProgramZone>
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

import type { DataColumn } from "@/components/data-table/types";
import { ProgramZone } from "@/components/frame/programs-context";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { sumAmounts } from "@/components/money/sum-amounts";
import { payoutCountWords } from "@/components/settlement/run-words";
import { periodColumns } from "@/components/time/period-columns";
import { ExactTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";
import { CopyableId } from "@/components/ui/copyable-id";
import { StatusBadge } from "@/components/ui/status-badge";
import type { RunView } from "@/server/settlement/schema";

/** Everything but gross and refunds that leads to what is paid out. */
function restOf({ carriedIn, corrections, carriedOn, cancelled }: RunView): string {
  return sumAmounts([carriedIn, corrections, carriedOn, cancelled].map(({ amount }) => amount));
}

/** Until its statements are written a run has nothing that could add up. */
const partOf = (row: RunView) => (row.statementCount > 0 ? "part" : undefined);

/** Columns of the list of settlement runs; periods are named in each program's own zone. */
export const RUN_COLUMNS: readonly DataColumn<RunView>[] = [
  ...periodColumns<RunView>("Period", true),
  {
    id: "state",
    header: "State",
    priority: 1,
    cell: (row) => (
      <span className="flex items-center gap-1.5">
        <StatusBadge kind="run" state={row.state} plain />
        {row.stoppedBy ? <Badge tone="loss">Stopped</Badge> : null}
      </span>
    ),
  },
  {
    id: "payments",
    header: "Payments",
    align: "right",
    priority: 2,
    defaultHidden: true,
    cell: (row) => <span className="text-muted">{formatCount(row.paymentCount)}</span>,
  },
  {
    id: "gross",
    header: "Gross",
    align: "right",
    priority: 2,
    cell: (row) => <Money {...row.gross} hideCode sum={partOf(row)} fact={`${row.id} gross`} />,
  },
  {
    id: "refunds",
    header: "Refunds",
    align: "right",
    priority: 2,
    cell: (row) => (
      <Money {...row.refunds} hideCode lossBelowZero sum={partOf(row)} fact={`${row.id} refunds`} />
    ),
  },
  {
    id: "rest",
    header: "Corrected, carried",
    align: "right",
    priority: 2,
    hint: "Guarantees, adjustments, payouts that came back or were cancelled, and what is carried from and to other runs",
    cell: (row) => (
      <Money amount={restOf(row)} currency={row.program.currency} hideCode sign="always" sum={partOf(row)} />
    ),
  },
  {
    id: "payout",
    header: "Paid out",
    align: "right",
    priority: 1,
    cell: (row) => (
      <Money {...row.payout} emphasis="strong" sum={partOf(row) && "whole"} fact={`${row.id} payout`} />
    ),
  },
  {
    id: "payouts",
    header: "Payouts",
    priority: 2,
    cell: (row) => <span className="text-muted">{payoutCountWords(row.payoutCounts)}</span>,
  },
  {
    id: "created",
    header: "Created by",
    priority: 3,
    cell: (row) => row.createdBy?.name ?? <span className="text-muted">the platform</span>,
  },
  {
    id: "approved",
    header: "Approved by",
    priority: 3,
    cell: (row) => row.approvedBy?.name ?? <span className="text-muted">–</span>,
  },
  {
    id: "at",
    header: "Created",
    priority: 3,
    defaultHidden: true,
    cell: (row) => (
      <span className="text-muted">
        <ProgramZone id={row.program.id}>
          <ExactTime at={row.createdAt} />
        </ProgramZone>
      </span>
    ),
  },
  { id: "id", header: "Run", priority: 3, defaultHidden: true, cell: (row) => <CopyableId id={row.id} /> },
];

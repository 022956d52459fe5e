import type { DataColumn } from "@/components/data-table/types";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { payoutCountWords } from "@/components/settlement/run-words";
import { Period } from "@/components/time/period";
import { ExactTime } from "@/components/time/relative-time";
import { ZoneProvider } from "@/components/time/zone-context";
import { Badge } from "@/components/ui/badge";
import { CopyableId } from "@/components/ui/copyable-id";
import { StatusBadge } from "@/components/ui/status-badge";
import type { RunView } from "@/server/settlement/schema";

/** Columns of the list of settlement runs; periods are named in each program's own zone. */
export const RUN_COLUMNS: readonly DataColumn<RunView>[] = [
  {
    id: "period",
    header: "Period",
    fixed: true,
    cell: (row) => (
      <ZoneProvider zone={row.program.timeZone} place={row.program.name}>
        <Period start={row.periodStart} end={row.periodEnd} className="font-medium" />
        <span className="block text-xs leading-4 text-muted md:hidden">{row.program.name}</span>
      </ZoneProvider>
    ),
  },
  { id: "program", header: "Program", priority: 2, cell: (row) => row.program.name },
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
    cell: (row) => <span className="text-muted">{formatCount(row.paymentCount)}</span>,
  },
  { id: "gross", header: "Gross", align: "right", priority: 2, cell: (row) => <Money {...row.gross} /> },
  {
    id: "payout",
    header: "Paid out",
    align: "right",
    priority: 1,
    cell: (row) => <Money {...row.payout} emphasis="strong" />,
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
        <ExactTime at={row.createdAt} />
      </span>
    ),
  },
  { id: "id", header: "Run", priority: 3, defaultHidden: true, cell: (row) => <CopyableId id={row.id} /> },
];

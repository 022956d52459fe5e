import type { DataColumn } from "@/components/data-table/types";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { StatementFiles } from "@/components/statements/statement-files";
import { Period } from "@/components/time/period";
import { CopyableId } from "@/components/ui/copyable-id";
import { StatusBadge } from "@/components/ui/status-badge";
import type { StatementView } from "@/server/settlement/schema";

interface ColumnChoice {
  currency: string;
  /** The operator's lists name the party of each statement. */
  withParty?: boolean;
}

/** Columns of every list of statements. */
export function statementColumns({ currency, withParty }: ColumnChoice): DataColumn<StatementView>[] {
  return [
    {
      id: "period",
      header: "Period",
      fixed: true,
      cell: (row) => <Period start={row.periodStart} end={row.periodEnd} className="font-medium" />,
    },
    ...(withParty
      ? [{ id: "party", header: "Party", priority: 1 as const, cell: (row: StatementView) => row.party.name }]
      : []),
    { id: "id", header: "Statement", priority: 3, cell: (row) => <CopyableId id={row.id} /> },
    {
      id: "agreement",
      header: "Agreement",
      priority: 3,
      cell: (row) => agreementWords(row.agreementVersions),
    },
    {
      id: "payments",
      header: "Payments",
      align: "right",
      priority: 3,
      defaultHidden: true,
      cell: (row) => <span className="text-muted">{formatCount(row.paymentCount)}</span>,
    },
    {
      id: "gross",
      header: `Gross ${currency}`,
      align: "right",
      priority: 2,
      hint: "What was paid in all payments that this party has a part in",
      cell: (row) => <Money {...row.gross} hideCode emphasis="muted" />,
    },
    {
      id: "allocated",
      header: `Your share ${currency}`.replace("Your share", withParty ? "Share" : "Your share"),
      align: "right",
      priority: 1,
      cell: (row) => <Money {...row.allocated} hideCode emphasis="strong" />,
    },
    {
      id: "adjustments",
      header: `Adjustments ${currency}`,
      align: "right",
      priority: 3,
      cell: (row) => <Money {...row.adjustments} hideCode sign="always" emphasis="muted" />,
    },
    {
      id: "payout",
      header: `Paid out ${currency}`,
      align: "right",
      priority: 2,
      cell: (row) => <Money {...row.payout} hideCode />,
    },
    {
      id: "state",
      header: "State",
      priority: 1,
      cell: (row) => <StatusBadge kind="statement" state={row.state} plain />,
    },
    {
      id: "files",
      header: "Download",
      priority: 2,
      cell: (row) => <StatementFiles statementId={row.id} />,
    },
  ];
}

/** "v7", or "v6, v7" where a version ended inside the period. */
export function agreementWords(versions: string): string {
  return versions
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((version) => (version.startsWith("v") ? version : `v${version}`))
    .join(", ");
}

import type { DataColumn } from "@/components/data-table/types";
import { ProgramZone } from "@/components/frame/programs-context";
import { ExactTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";
import { CopyableId } from "@/components/ui/copyable-id";
import { LongName } from "@/components/ui/long-name";
import { StatusBadge } from "@/components/ui/status-badge";
import type { AgreementSummary } from "@/server/settlement/schema";

/** Columns of every list of agreements. */
export const AGREEMENT_COLUMNS: readonly DataColumn<AgreementSummary>[] = [
  {
    id: "version",
    header: "Version",
    fixed: true,
    cell: (row) => (
      <span className="block max-md:py-1.5">
        <span className="font-medium">Version {row.version}</span>
        {/* A phone has no room for a column of it. */}
        <span className="block text-xs text-muted md:hidden">
          from <From row={row} format="date" />
        </span>
      </span>
    ),
  },
  { id: "program", header: "Program", priority: 2, cell: (row) => <LongName>{row.program.name}</LongName> },
  {
    id: "from",
    header: "From",
    priority: 2,
    cell: (row) => <From row={row} format="dateTime" />,
  },
  {
    id: "state",
    header: "State",
    priority: 1,
    cell: (row) => <StatusBadge kind="agreement" state={row.state} plain />,
  },
  {
    id: "answers",
    header: "Agreed",
    priority: 2,
    cell: (row) => <span className="tabular text-muted">{agreedOf(row)}</span>,
  },
  {
    id: "own",
    header: "Your answer",
    priority: 1,
    cell: (row) =>
      row.ownAnswer === "waiting" && row.state === "proposed" ? (
        <Badge tone="waiting">Waits for you</Badge>
      ) : (
        <span className="text-muted">{ANSWERS[row.ownAnswer ?? ""] ?? "–"}</span>
      ),
  },
  { id: "id", header: "Agreement", priority: 3, cell: (row) => <CopyableId id={row.id} /> },
];

function From({ row, format }: { row: AgreementSummary; format: "date" | "dateTime" }) {
  return (
    <ProgramZone id={row.program.id}>
      <ExactTime at={row.governsFrom ?? row.effectiveFrom} format={format} />
    </ProgramZone>
  );
}

/** Of everybody who must agree: the operator's second person, the parties and all merchants. */
function agreedOf({ answers, merchants, operator }: AgreementSummary): string {
  const others = answers.filter(({ party }) => party.kind !== "merchant");
  const agreed =
    others.filter((each) => each.agreed).length + merchants.agreed + (operator.approvedAt ? 1 : 0);
  return `${agreed} of ${others.length + merchants.asked + 1}`;
}

const ANSWERS: Record<string, string> = { approved: "Approved", rejected: "Rejected" };

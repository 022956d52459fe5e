import type { DataColumn } from "@/components/data-table/types";
import { formatAmount } from "@/components/money/format-amount";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { differenceOf, sumAmounts } from "@/components/money/sum-amounts";
import { StatementFiles } from "@/components/statements/statement-files";
import { periodColumns } from "@/components/time/period-columns";
import { CopyableId } from "@/components/ui/copyable-id";
import { StatusBadge } from "@/components/ui/status-badge";
import type { StatementView } from "@/server/settlement/schema";

interface ColumnChoice {
  /** Of the amounts, when all rows have one; else each row says its own. */
  currency: string | undefined;
  /** Where rows of several programs can stand in one list. */
  withProgram?: boolean;
}

/** Columns of a party's statements. In each row the share, refunds and the rest add up to what is paid out. */
export function statementColumns({ currency, withProgram }: ColumnChoice): DataColumn<StatementView>[] {
  const hideCode = currency !== undefined;
  const head = (words: string) => (currency ? `${words} ${currency}` : words);
  return [
    ...periodColumns<StatementView>("Period", withProgram),
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
      header: head("Gross"),
      align: "right",
      priority: 3,
      defaultHidden: true,
      hint: "What was paid in all payments that you have a part in, of which your share is a part",
      cell: (row) => <Money {...row.gross} hideCode={hideCode} emphasis="muted" />,
    },
    {
      id: "allocated",
      header: head("Your share"),
      align: "right",
      priority: 2,
      cell: (row) => <Money {...row.allocated} hideCode={hideCode} sum="part" fact={`${row.id} share`} />,
    },
    {
      id: "refunds",
      header: head("Refunds"),
      align: "right",
      priority: 2,
      hint: "Your part of what was given back to payers",
      cell: (row) => (
        <Money
          {...row.refunds}
          hideCode={hideCode}
          sum="part"
          lossBelowZero
          emphasis={isZero(row.refunds.amount) ? "muted" : "normal"}
          fact={`${row.id} refunds`}
        />
      ),
    },
    {
      id: "rest",
      header: head("Corrected, carried"),
      align: "right",
      priority: 2,
      hint: "Guarantees, adjustments, payouts that came back, and what is carried from and to other statements",
      cell: (row) => <Rest row={row} hideCode={hideCode} />,
    },
    {
      id: "payout",
      header: head("Paid out"),
      align: "right",
      priority: 1,
      cell: (row) => (
        <Money {...row.payout} hideCode={hideCode} emphasis="strong" sum="whole" fact={`${row.id} payout`} />
      ),
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

const isZero = (amount: string) => Number(amount) === 0;

/** Everything but share and refunds, as one figure; what it is made of is said on hover. */
function Rest({ row, hideCode }: { row: StatementView; hideCode: boolean }) {
  const { currency } = row.payout;
  const parts: [string, string][] = [
    ["carried from before", row.opening.amount],
    ["guarantees", row.guarantees.amount],
    ["adjustments", row.adjustments.amount],
    ["payouts that came back", row.returned.amount],
    ["reserve", row.reserve.amount],
    ["carried to the next", differenceOf("0", row.closing.amount)],
  ];
  const amount = sumAmounts(parts.map(([, part]) => part));
  const words = parts
    .filter(([, part]) => !isZero(part))
    .map(([name, part]) => `${name} ${formatAmount(part, { currency, sign: "always" })}`)
    .join(", ");
  return (
    <span title={words || "nothing"}>
      <Money
        amount={amount}
        currency={currency}
        hideCode={hideCode}
        sign="always"
        sum="part"
        emphasis={words === "" ? "muted" : "normal"}
      />
    </span>
  );
}

/** "v7", or "v6, v7" where a version ended inside the period. */
export function agreementWords(versions: string): string {
  return versions
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((version) => (version.startsWith("v") ? version : `v${version}`))
    .join(", ");
}

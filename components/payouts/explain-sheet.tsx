"use client";

import { parseAsString, useQueryState } from "nuqs";
import { SimpleTable } from "@/components/data-table/simple-table";
import type { DataColumn } from "@/components/data-table/types";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { sumAmounts } from "@/components/money/sum-amounts";
import { stepWords } from "@/components/payments/payment-words";
import { itemsHref } from "@/components/payouts/item-filter";
import { EXPLAIN_PARAM, reckoningLabel } from "@/components/payouts/payout-reckoning";
import { ExactTime } from "@/components/time/relative-time";
import { ButtonLink } from "@/components/ui/button";
import { SideSheet } from "@/components/ui/side-sheet";
import type { ReckoningRow, StatementLineView } from "@/server/settlement/schema";

interface ExplainSheetProps {
  rows: readonly ReckoningRow[];
  lines: readonly StatementLineView[];
  currency: string;
  /** The page whose table of items holds the payments behind the figures. */
  paymentsHref: string;
  statementHref: string;
}

/** What stands behind one line of a reckoning, at `?explain=<key>`; ← and → walk the lines. */
export function ExplainSheet({ rows, lines, currency, paymentsHref, statementHref }: ExplainSheetProps) {
  const [key, setKey] = useQueryState(EXPLAIN_PARAM, parseAsString.withOptions({ history: "push" }));
  const at = rows.findIndex((row) => row.key === key);
  const row = rows[at];
  if (!row) return null;
  const previous = rows[at - 1];
  const next = rows[at + 1];
  const behind = linesBehind(row, lines);
  return (
    <SideSheet
      open
      onClose={() => void setKey(null)}
      onPrevious={previous ? () => void setKey(previous.key) : undefined}
      onNext={next ? () => void setKey(next.key) : undefined}
      position={`${at + 1} of ${rows.length}`}
      title={<Money {...row.amount} emphasis="large" />}
      description={[reckoningLabel(row), row.detail].filter(Boolean).join(", ")}
      footer={
        <>
          <ButtonLink href={statementHref}>Open the statement</ButtonLink>
          <ButtonLink href={stepHref(paymentsHref, row, behind)} variant="primary">
            See the payments
          </ButtonLink>
        </>
      }
    >
      <div className="grid gap-4 text-sm">
        <p>{sentenceFor(row, rows)}</p>
        {behind.length > 0 ? (
          <div className="-mx-5 border-y border-line-soft">
            <SimpleTable
              label={`Lines behind ${row.label}`}
              columns={lineColumns(row, currency)}
              rows={behind}
              rowId={(line) => `${line.day}/${line.rule}/${line.step}`}
              rowHref={({ day, rule, step }) => itemsHref(paymentsHref, { day, rule, step })}
              foot={{
                day: "Sum",
                payments: formatCount(behind.reduce((sum, line) => sum + line.paymentCount, 0)),
                amount: (
                  <Money
                    amount={sumAmounts(behind.map((line) => amountOf(row, line)))}
                    currency={currency}
                    hideCode
                  />
                ),
              }}
            />
          </div>
        ) : null}
        <p className="text-muted">
          Each line is the sum of payments under one rule and step of the agreement on one day. The statement
          has them all, and its file has every payment.
        </p>
      </div>
    </SideSheet>
  );
}

const isRefund = (row: ReckoningRow) => row.key.startsWith("refund");
const amountOf = (row: ReckoningRow, line: StatementLineView) =>
  isRefund(row) ? line.refunds.amount : row.key === "gross" ? line.gross.amount : line.amount.amount;

/** Lines of the statement that a row sums up: refunds by themselves, steps by their name, everything for totals. */
function linesBehind(row: ReckoningRow, lines: readonly StatementLineView[]): StatementLineView[] {
  if (isRefund(row)) return lines.filter((line) => Number(line.refunds.amount) !== 0);
  if (row.kind === "total" || row.kind === "subtotal" || row.key === "gross") return [...lines];
  return lines.filter((line) => row.key === `step:${line.step}`);
}

function lineColumns(row: ReckoningRow, currency: string): DataColumn<StatementLineView>[] {
  return [
    { id: "day", header: "Day", cell: (line) => <ExactTime at={`${line.day}T12:00:00Z`} format="day" /> },
    {
      id: "rule",
      header: "Rule and step",
      priority: 1,
      cell: (line) => (
        <>
          {line.rule} <span className="text-muted">{stepWords(line.step)}</span>
        </>
      ),
    },
    {
      id: "payments",
      header: "Payments",
      align: "right",
      priority: 2,
      cell: (line) => formatCount(line.paymentCount),
    },
    {
      id: "amount",
      header: currency,
      align: "right",
      priority: 1,
      cell: (line) => <Money amount={amountOf(row, line)} currency={currency} hideCode />,
    },
  ];
}

function sentenceFor(row: ReckoningRow, rows: readonly ReckoningRow[]): string {
  if (row.kind === "total") {
    return `All ${rows.length - 1} lines above it, added up with their signs. It is what was sent to the bank.`;
  }
  if (row.kind === "subtotal") return "The lines above it, added up with their signs.";
  if (isRefund(row)) return "Payments that were given back, in full or in part, in this period.";
  if (row.key === "gross")
    return "What payers paid to you in this period, before anybody's part was taken off.";
  if (row.key === "opening" || row.key === "closing") {
    return "A balance that was too small to pay out, or below zero, and moves from one statement to the next.";
  }
  if (!row.key.startsWith("step:")) return row.detail ?? row.label;
  return row.kind === "minus"
    ? "Taken off, by the steps of the agreement that was in force when each payment was captured."
    : "Added, from the payments that were captured in this period.";
}

/** The payments of one step where the row is one of the party's own; else all of them. */
function stepHref(pageHref: string, row: ReckoningRow, behind: readonly StatementLineView[]): string {
  const step = row.key.startsWith("step:") ? behind[0]?.step : undefined;
  return step ? itemsHref(pageHref, { step }) : `${pageHref}#payments`;
}

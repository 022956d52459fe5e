"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { parseAsString, useQueryState } from "nuqs";
import { stepSentence } from "@/components/agreements/step-sentence";
import { SimpleTable } from "@/components/data-table/simple-table";
import type { DataColumn } from "@/components/data-table/types";
import { usePortal } from "@/components/frame/portal-context";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { differenceOf, sumAmounts } from "@/components/money/sum-amounts";
import { stepWords } from "@/components/payments/payment-words";
import { filterOfRow, itemsHref } from "@/components/payouts/item-filter";
import { EXPLAIN_PARAM, reckoningLabel } from "@/components/payouts/payout-reckoning";
import { QueryView } from "@/components/query/query-view";
import { ExactTime } from "@/components/time/relative-time";
import { ButtonLink } from "@/components/ui/button";
import { SideSheet } from "@/components/ui/side-sheet";
import { SkeletonRows } from "@/components/ui/skeleton";
import type { FigureExplanation, ReckoningRow } from "@/server/settlement/schema";
import type { MerchantTrpc } from "@/server/trpc/client";

interface ExplainSheetProps {
  rows: readonly ReckoningRow[];
  currency: string;
  statementId: string;
  statements: Pick<MerchantTrpc["statements"], "explain" | "payments">;
  /** The page whose table of items holds the payments behind the figures. */
  paymentsHref: string;
  statementHref: string;
}

type Line = FigureExplanation["lines"][number];

/** What stands behind one line of a reckoning, at `?explain=<key>`; ← and → walk the lines. */
export function ExplainSheet(props: ExplainSheetProps) {
  const { rows, currency, statementId, statements, paymentsHref, statementHref } = props;
  const [key, setKey] = useQueryState(EXPLAIN_PARAM, parseAsString.withOptions({ history: "push" }));
  const at = rows.findIndex((row) => row.key === key);
  const row = rows[at];
  if (!row) return null;
  const previous = rows[at - 1];
  const next = rows[at + 1];
  const filter = filterOfRow(row);
  return (
    <SideSheet
      open
      width="lg"
      onClose={() => void setKey(null)}
      onPrevious={previous ? () => void setKey(previous.key) : undefined}
      onNext={next ? () => void setKey(next.key) : undefined}
      position={`${at + 1} of ${rows.length}`}
      title={<Money {...row.amount} emphasis="large" fact={`${statementId} ${row.key}`} />}
      description={[reckoningLabel(row), row.detail].filter(Boolean).join(", ")}
      footer={
        <>
          <ButtonLink href={statementHref}>Open the statement</ButtonLink>
          {filter ? (
            <ButtonLink href={itemsHref(paymentsHref, filter)} variant="primary">
              {row.key === "refunds" ? "See the refunds" : "See the payments"}
            </ButtonLink>
          ) : null}
        </>
      }
    >
      <div className="grid gap-4 text-sm">
        <p>{sentenceFor(row)}</p>
        {filter || row.key === "others" ? (
          <Behind
            key={row.key}
            row={row}
            currency={currency}
            statementId={statementId}
            statements={statements}
            paymentsHref={paymentsHref}
          />
        ) : null}
        {row.kind === "total" || row.kind === "subtotal" ? <Above rows={rows} row={row} /> : null}
      </div>
    </SideSheet>
  );
}

interface BehindProps {
  row: ReckoningRow;
  currency: string;
  statementId: string;
  statements: ExplainSheetProps["statements"];
  paymentsHref: string;
}

/** The lines of a row with the words of their step, and the first payments with the part of each. */
function Behind({ row, currency, statementId, statements, paymentsHref }: BehindProps) {
  const filter = filterOfRow(row);
  const explained = useQuery(statements.explain.queryOptions({ statementId, key: row.key }));
  return (
    <>
      <QueryView query={explained} what="What is behind it" skeleton={<SkeletonRows rows={4} columns={4} />}>
        {({ lines, complete }) => (
          <>
            <Words lines={lines} currency={currency} />
            <div className="-mx-5 border-y border-line-soft">
              <SimpleTable
                label={`Lines behind ${row.label}`}
                columns={lineColumns(currency, row.key === "refunds")}
                rows={lines}
                rowId={(line) => `${line.day}/${line.agreement?.version}/${line.rule}/${line.step}`}
                rowHref={
                  filter
                    ? ({ day, rule, step }) =>
                        itemsHref(paymentsHref, { ...filter, day, rule, ...(step && { step }) })
                    : undefined
                }
                foot={
                  complete
                    ? {
                        day: "Sum",
                        payments: formatCount(lines.reduce((sum, line) => sum + line.payments, 0)),
                        amount: (
                          <Money
                            amount={sumAmounts(lines.map((line) => line.amount.amount))}
                            currency={currency}
                            hideCode
                            fact={`${statementId} ${row.key}`}
                          />
                        ),
                      }
                    : undefined
                }
              />
            </div>
            {complete ? null : (
              <p className="text-muted">
                The first {formatCount(lines.length)} lines; the rest is left out here. The statement's file
                has every payment.
              </p>
            )}
          </>
        )}
      </QueryView>
      {filter ? <FirstPayments row={row} statementId={statementId} statements={statements} /> : null}
    </>
  );
}

/** What the agreement says of the steps behind the figure, once for each version. */
function Words({ lines, currency }: { lines: readonly Line[]; currency: string }) {
  const { base, can } = usePortal();
  const said = new Map<string, Line>();
  for (const line of lines) {
    if (line.terms) said.set(`${line.agreement?.id}/${line.rule}/${line.step}`, line);
  }
  if (said.size === 0) return null;
  return (
    <ul className="grid gap-1.5">
      {[...said.values()].map((line) => (
        <li key={`${line.agreement?.id}/${line.rule}/${line.step}`}>
          <span className="font-medium">{stepWords(line.step ?? "")}</span>
          {line.terms ? `: ${stepSentence(line.terms, currency)}` : null}
          <span className="text-muted">
            {", "}
            {line.rule},{" "}
            {line.agreement && can("agreements.read") ? (
              <Link
                href={`${base.replace(/\/settlement$/, "")}/agreements/${line.agreement.id}`}
                className="underline decoration-line-strong underline-offset-4 hover:decoration-accent"
              >
                agreement v{line.agreement.version}
              </Link>
            ) : (
              `agreement v${line.agreement?.version ?? "?"}`
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

const FIRST = 8;

/** The first payments behind the figure with the part of each. */
function FirstPayments({
  row,
  statementId,
  statements,
}: Pick<BehindProps, "row" | "statementId" | "statements">) {
  const { base } = usePortal();
  const filter = filterOfRow(row) ?? {};
  const list = useQuery(statements.payments.queryOptions({ statementId, limit: FIRST, ...filter }));
  const taken = filter.party !== undefined;
  return (
    <QueryView query={list} what="The payments" skeleton={<SkeletonRows rows={4} columns={4} />}>
      {({ items, nextCursor }) => (
        <div className="grid gap-2">
          <h3 className="font-semibold">
            {nextCursor ? `The first ${FIRST} of them` : "All of them"}
            {row.key === "refunds" ? ", with your part of each" : ", with the part of each"}
          </h3>
          <div className="-mx-5 border-y border-line-soft">
            <SimpleTable
              label={`Payments behind ${row.label}`}
              columns={[
                {
                  id: "at",
                  header: "Time",
                  cell: (item) => <ExactTime at={item.at} format="dayTime" />,
                },
                {
                  id: "merchant",
                  header: "Merchant",
                  priority: 2,
                  cell: (item) => <span className="text-muted">{item.merchant.name}</span>,
                },
                {
                  id: "gross",
                  header: "Paid",
                  align: "right",
                  priority: 2,
                  cell: (item) => <Money {...item.gross} hideCode emphasis="muted" />,
                },
                {
                  id: "part",
                  header: "Part",
                  align: "right",
                  priority: 1,
                  cell: (item) => (
                    <Money
                      amount={
                        row.key === "gross"
                          ? item.gross.amount
                          : taken
                            ? differenceOf("0", item.amount.amount)
                            : item.amount.amount
                      }
                      currency={item.amount.currency}
                      hideCode
                    />
                  ),
                },
              ]}
              rows={items}
              rowId={(item) => `${item.paymentId}/${item.refund}`}
              rowHref={(item) => `${base.replace(/\/settlement$/, "")}/payments/${item.paymentId}`}
            />
          </div>
        </div>
      )}
    </QueryView>
  );
}

/** The rows that a sum is made of. */
function Above({ rows, row }: { rows: readonly ReckoningRow[]; row: ReckoningRow }) {
  const before = rows.slice(0, rows.indexOf(row)).filter(({ kind }) => kind === "plus" || kind === "minus");
  return (
    <div className="-mx-5 border-y border-line-soft">
      <SimpleTable
        label={`Rows of ${row.label}`}
        columns={[
          { id: "label", header: "Row", cell: (each: ReckoningRow) => reckoningLabel(each) },
          {
            id: "amount",
            header: row.amount.currency,
            align: "right",
            priority: 1,
            cell: (each: ReckoningRow) => <Money {...each.amount} hideCode />,
          },
        ]}
        rows={before}
        rowId={(each) => each.key}
        foot={{ label: row.label, amount: <Money {...row.amount} hideCode /> }}
      />
    </div>
  );
}

function lineColumns(currency: string, refunds: boolean): DataColumn<Line>[] {
  return [
    { id: "day", header: "Day", cell: (line) => <ExactTime at={`${line.day}T12:00:00Z`} format="day" /> },
    {
      id: "rule",
      header: "Rule and step",
      priority: 1,
      cell: (line) => (
        <>
          {line.rule}{" "}
          <span className="text-muted">
            {line.step ? stepWords(line.step) : "all steps"}
            {line.agreement ? `, v${line.agreement.version}` : ""}
          </span>
        </>
      ),
    },
    {
      id: "payments",
      header: refunds ? "Refunds" : "Payments",
      align: "right",
      priority: 2,
      cell: (line) => formatCount(line.payments),
    },
    {
      id: "amount",
      header: currency,
      align: "right",
      priority: 1,
      cell: (line) => <Money {...line.amount} hideCode />,
    },
  ];
}

function sentenceFor(row: ReckoningRow): string {
  if (row.kind === "total") return "All rows above it, added up with their signs: what is sent to the bank.";
  if (row.kind === "subtotal") return "The rows above it, added up with their signs.";
  if (row.key === "refunds") {
    return "Payments that were given back, in full or in part, in this period: the own part of each.";
  }
  if (row.key === "gross") return "What payers paid in this period, before anybody's part was taken off.";
  if (row.key === "others") return "Parts of payments to other merchants, by steps of the agreement.";
  if (row.key === "opening" || row.key === "closing") {
    return "A balance that was too small to pay out, on hold, or below zero, and moves from one statement to the next. No payments of this period are in it.";
  }
  if (!row.key.startsWith("step:")) {
    const reason = row.detail ? ` ${row.detail.replace(/[.]?$/, ".")}` : "";
    return `One booking of this run, not a sum of payments.${reason}`;
  }
  return row.kind === "minus"
    ? "Taken off each payment by this step of the agreement that was in force when the payment was captured."
    : "Added from each payment by this step of the agreement that was in force when the payment was captured.";
}

"use client";

import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { downloadText, toCsv } from "@/components/charts/to-csv";
import { SimpleTable } from "@/components/data-table/simple-table";
import type { DataColumn } from "@/components/data-table/types";
import { LedgerFrame } from "@/components/ledger/ledger-frame";
import { accountKind } from "@/components/ledger/ledger-words";
import { MomentFields, useMoment } from "@/components/ledger/moment";
import { decimalsOf } from "@/components/money/format-amount";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { useChoices } from "@/components/operator/use-choices";
import { QueryView } from "@/components/query/query-view";
import { ExactTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { FirstUse } from "@/components/ui/empty-state";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { SkeletonRows } from "@/components/ui/skeleton";
import type { TrialBalance } from "@/server/ledger/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

type Row = TrialBalance["rows"][number];

/** Debits and credits of every account of a currency, now or at a past moment. They are equal or something is wrong. */
export function TrialBalancePage() {
  const trpc = useOperatorTrpc();
  const { at, by } = useMoment();
  const totals = useQuery(trpc.ledger.totals.queryOptions());
  const [asked, setAsked] = useQueryState("currency", parseAsString);
  const currencies = [...new Set(totals.data?.map((row) => row.currency))];
  const currency = currencies.find((each) => each === asked) ?? currencies[0];
  const balance = useQuery(
    trpc.ledger.trialBalance.queryOptions(
      { currency: currency ?? "EUR", at, by },
      { enabled: currency !== undefined, placeholderData: (before) => before },
    ),
  );
  return (
    <LedgerFrame>
      <div className="flex flex-wrap items-end gap-3">
        <Field label="Currency">
          <Select
            value={currency ?? ""}
            onValueChange={(value) => void setAsked(value)}
            options={currencies.map((value) => ({ value, label: value }))}
          />
        </Field>
        <MomentFields />
      </div>
      {totals.data && currency === undefined ? (
        <Card>
          <FirstUse title="The ledger is empty">There is nothing to balance yet.</FirstUse>
        </Card>
      ) : (
        <QueryView
          query={balance}
          what="The trial balance"
          skeleton={
            <div className="rounded-lg border border-line bg-panel">
              <SkeletonRows rows={8} columns={6} />
            </div>
          }
        >
          {(data) => <Table data={data} />}
        </QueryView>
      )}
    </LedgerFrame>
  );
}

function Table({ data }: { data: TrialBalance }) {
  const { programs } = useChoices();
  const { currency } = data;
  const decimals = decimalsOf(
    [data.totals, ...data.rows].flatMap((row) => [
      row.debits.amount,
      row.credits.amount,
      row.debitBalance.amount,
      row.creditBalance.amount,
    ]),
  );
  const programOf = (row: Row) => programs.find(({ id }) => id === row.programId)?.name ?? "";
  const moneyColumn = (
    id: keyof TrialBalance["totals"],
    header: string,
    strong: boolean,
  ): DataColumn<Row> => ({
    id,
    header: `${header} ${currency}`,
    align: "right",
    priority: strong ? 1 : 2,
    cell: (row) => {
      const none = Number(row.debitBalance.amount) === 0 && Number(row.creditBalance.amount) === 0;
      const empty = strong && Number(row[id].amount) === 0 && !(none && id === "creditBalance");
      return empty ? null : (
        <Money {...row[id]} hideCode full decimals={decimals} emphasis={strong ? "strong" : "muted"} />
      );
    },
  });
  const columns: DataColumn<Row>[] = [
    {
      id: "code",
      header: "Account",
      cell: (row) => (
        <span className="font-medium max-md:block max-md:whitespace-normal max-md:py-1">
          {accountKind(row.code)}
        </span>
      ),
    },
    { id: "program", header: "Program", priority: 2, cell: (row) => programOf(row) },
    {
      id: "accounts",
      header: "Accounts moved",
      hint: "Accounts that posted money had moved; those that were only opened are left out",
      align: "right",
      priority: 3,
      cell: (row) => <span className="text-muted">{formatCount(row.accounts)}</span>,
    },
    moneyColumn("debits", "Debited", false),
    moneyColumn("credits", "Credited", false),
    moneyColumn("debitBalance", "Debit balance", true),
    moneyColumn("creditBalance", "Credit balance", true),
  ];
  const total = (id: keyof TrialBalance["totals"]) => (
    <Money {...data.totals[id]} hideCode full decimals={decimals} />
  );
  return (
    <Card
      title={`Does the ledger balance in ${currency}?`}
      hint={
        data.at ? (
          <>
            <ExactTime at={data.at} format="dateTime" withOffset />, by{" "}
            {data.by === "recorded" ? "ledger time" : "business time"}
          </>
        ) : (
          "posted money, now"
        )
      }
      aside={data.balanced ? <Badge tone="arrived">Balanced</Badge> : <Badge tone="loss">Not balanced</Badge>}
      actions={
        <Button
          size="sm"
          variant="ghost"
          icon={<Download />}
          onClick={() => downloadText(fileName(data), toCsv(csvOf(data, programOf)))}
        >
          Download CSV
        </Button>
      }
      flush
    >
      <SimpleTable
        label="Trial balance"
        columns={columns}
        rows={data.rows}
        rowId={(row) => `${row.code}/${row.programId}`}
        empty={
          <p className="border-t border-line-soft px-4 py-6 text-sm text-muted">
            {data.by === "recorded"
              ? `Nothing was recorded in ${currency} by then. Business time shows what is known now about that moment.`
              : `Nothing had moved in ${currency} by then.`}
          </p>
        }
        foot={{
          code: "Total",
          accounts: formatCount(data.rows.reduce((sum, row) => sum + row.accounts, 0)),
          debits: total("debits"),
          credits: total("credits"),
          debitBalance: total("debitBalance"),
          creditBalance: total("creditBalance"),
        }}
      />
    </Card>
  );
}

function fileName({ currency, at }: TrialBalance): string {
  return `trial-balance-${currency}-${at ? at.slice(0, 16).replace(":", "") : "now"}.csv`;
}

function csvOf(data: TrialBalance, programOf: (row: Row) => string): string[][] {
  const figures = (of: TrialBalance["totals"]) => [
    of.debits.amount,
    of.credits.amount,
    of.debitBalance.amount,
    of.creditBalance.amount,
  ];
  return [
    [
      "account",
      "program",
      "accounts",
      "debits",
      "credits",
      "debit balance",
      "credit balance",
      "currency",
      "at",
    ],
    ...data.rows.map((row) => [
      row.code,
      programOf(row),
      String(row.accounts),
      ...figures(row),
      data.currency,
      data.at ?? "now",
    ]),
    ["total", "", "", ...figures(data.totals), data.currency, data.at ?? "now"],
  ];
}

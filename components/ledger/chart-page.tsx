"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { BookOpenText, ChevronRight } from "lucide-react";
import Link from "next/link";
import { Fragment, type ReactNode, useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { LedgerFrame } from "@/components/ledger/ledger-frame";
import { accountKind, accountMeaning } from "@/components/ledger/ledger-words";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { sumAmounts } from "@/components/money/sum-amounts";
import { QueryView } from "@/components/query/query-view";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { FirstUse } from "@/components/ui/empty-state";
import { SkeletonRows } from "@/components/ui/skeleton";
import type { AccountView } from "@/server/ledger/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

type Totals = Pick<AccountView, "code" | "currency" | "normalSide" | "balance" | "counters"> & {
  accounts: number;
  moved: number;
};
type Code = AccountView["code"];
type Currency = AccountView["currency"];

const CELL = "h-10 whitespace-nowrap px-3 text-right tabular last:pr-4 group-data-dense:h-8";

/** Every account, by currency and kind, with balances that move while one looks. */
export function ChartPage() {
  const trpc = useOperatorTrpc();
  const totals = useQuery(trpc.ledger.totals.queryOptions(undefined, { refetchInterval: 5_000 }));
  return (
    <LedgerFrame>
      <QueryView
        query={totals}
        what="The chart of accounts"
        skeleton={
          <div className="rounded-lg border border-line bg-panel">
            <SkeletonRows rows={10} columns={5} />
          </div>
        }
      >
        {(rows) => <Tree rows={rows} />}
      </QueryView>
    </LedgerFrame>
  );
}

function Tree({ rows }: { rows: readonly Totals[] }) {
  const currencies = [...new Set(rows.map((row) => row.currency))];
  const [shut, setShut] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const flip = (set: ReadonlySet<string>, key: string) => {
    const next = new Set(set);
    if (!next.delete(key)) next.add(key);
    return next;
  };
  if (rows.length === 0) {
    return (
      <div className="rounded-lg border border-line bg-panel">
        <FirstUse title="The ledger is empty" icon={<BookOpenText aria-hidden />}>
          Accounts come into being with the first payment, top-up or payout that needs them.
        </FirstUse>
      </div>
    );
  }
  return (
    <div className="overflow-x-auto rounded-lg border border-line bg-panel">
      <table aria-label="Chart of accounts" className="w-full text-sm">
        <thead>
          <tr className="border-b border-line text-xs text-muted">
            <th scope="col" className="h-9 px-4 text-left font-medium">
              Account
            </th>
            <th
              scope="col"
              title="Accounts that posted money has moved, of all that were opened; the trial balance has the former"
              className="px-3 text-right font-medium max-lg:hidden"
            >
              Accounts moved
            </th>
            <th scope="col" className="px-3 text-right font-medium max-xl:hidden">
              Debits posted
            </th>
            <th scope="col" className="px-3 text-right font-medium max-xl:hidden">
              Credits posted
            </th>
            <th scope="col" className="px-3 text-right font-medium max-lg:hidden">
              Held
            </th>
            <th scope="col" className="px-3 pr-4 text-right font-medium">
              Balance
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line-soft">
          {currencies.map((currency) => {
            const own = rows.filter((row) => row.currency === currency);
            const debits = sumAmounts(own.map((row) => row.counters.debitsPosted.amount));
            const credits = sumAmounts(own.map((row) => row.counters.creditsPosted.amount));
            const isOpen = !shut.has(currency);
            return (
              <Fragment key={currency}>
                <tr className="bg-bg">
                  <th scope="rowgroup" className="h-10 px-4 text-left font-semibold">
                    <Expander
                      open={isOpen}
                      label={`accounts in ${currency}`}
                      onClick={() => setShut(flip(shut, currency))}
                    >
                      {currency}
                    </Expander>
                  </th>
                  <td className={cn(CELL, "text-muted max-lg:hidden")}>
                    {countWords(
                      own.reduce((sum, row) => sum + row.moved, 0),
                      own.reduce((sum, row) => sum + row.accounts, 0),
                    )}
                  </td>
                  <td className={cn(CELL, "max-xl:hidden")}>
                    <Money amount={debits} currency={currency} hideCode />
                  </td>
                  <td className={cn(CELL, "max-xl:hidden")}>
                    <Money amount={credits} currency={currency} hideCode />
                  </td>
                  <td className={cn(CELL, "max-lg:hidden")} />
                  <td className={CELL}>
                    {debits === credits ? (
                      <Badge tone="arrived">Balanced</Badge>
                    ) : (
                      <Badge tone="loss">Not balanced</Badge>
                    )}
                  </td>
                </tr>
                {isOpen
                  ? own.map((row) => {
                      const key = `${currency}/${row.code}`;
                      return (
                        <Fragment key={key}>
                          <tr className="hover:bg-hover">
                            <th scope="row" className="h-10 px-4 pl-9 text-left font-normal">
                              <Expander
                                open={open.has(key)}
                                label={accountKind(row.code)}
                                onClick={() => setOpen(flip(open, key))}
                              >
                                <span className="font-medium">{accountKind(row.code)}</span>
                                <span className="ml-2 text-muted max-md:hidden">
                                  {accountMeaning(row.code)}
                                </span>
                              </Expander>
                            </th>
                            <Figures
                              row={row}
                              held={heldOf(row)}
                              count={countWords(row.moved, row.accounts)}
                              strong
                            />
                          </tr>
                          {open.has(key) ? <Accounts currency={currency} code={row.code} /> : null}
                        </Fragment>
                      );
                    })
                  : null}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** "258 of 267": opening an account moves nothing yet. */
function countWords(moved: number, accounts: number): string {
  return moved === accounts ? formatCount(moved) : `${formatCount(moved)} of ${formatCount(accounts)}`;
}

function heldOf(row: Totals): string {
  return (row.normalSide === "credit" ? row.counters.debitsPending : row.counters.creditsPending).amount;
}

function Expander({
  open,
  label,
  onClick,
  children,
}: {
  open: boolean;
  label: string;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-expanded={open}
      aria-label={`${open ? "Fold" : "Unfold"} ${label}`}
      onClick={onClick}
      className="inline-flex items-center gap-1.5 rounded-sm py-1 text-left"
    >
      <ChevronRight
        aria-hidden
        className={cn("size-4 shrink-0 text-muted transition-transform", open && "rotate-90")}
      />
      {children}
    </button>
  );
}

function Figures({
  row,
  held,
  count,
  strong,
}: {
  row: Pick<AccountView, "currency" | "balance" | "counters">;
  held: string;
  count: ReactNode;
  strong?: boolean;
}) {
  const { currency } = row;
  return (
    <>
      <td className={cn(CELL, "text-muted max-lg:hidden")}>{count}</td>
      <td className={cn(CELL, "max-xl:hidden")}>
        <Money {...row.counters.debitsPosted} hideCode emphasis="muted" />
      </td>
      <td className={cn(CELL, "max-xl:hidden")}>
        <Money {...row.counters.creditsPosted} hideCode emphasis="muted" />
      </td>
      <td className={cn(CELL, "max-lg:hidden")}>
        <Money
          amount={held}
          currency={currency}
          hideCode
          emphasis={Number(held) === 0 ? "muted" : "normal"}
        />
      </td>
      <td className={CELL}>
        <Money {...row.balance} hideCode emphasis={strong ? "strong" : "normal"} />
      </td>
    </>
  );
}

/** The accounts of one kind, page by page. */
function Accounts({ currency, code }: { currency: Currency; code: Code }) {
  const trpc = useOperatorTrpc();
  const { base } = usePortal();
  const list = useInfiniteQuery(
    trpc.ledger.accounts.infiniteQueryOptions(
      { currency, code, limit: 50 },
      { getNextPageParam: (page) => page.nextCursor, refetchInterval: 10_000 },
    ),
  );
  const rows = list.data?.pages.flatMap((page) => page.items);
  return (
    <>
      {rows?.map((account) => (
        <tr key={account.id} className="group hover:bg-hover" data-dense="">
          <th scope="row" className="px-4 pl-[82px] text-left font-normal">
            <Link
              href={`${base}/ledger/accounts/${account.id}`}
              className={cn(
                "rounded-sm underline decoration-line-strong underline-offset-4 hover:decoration-accent",
                /^[a-z]+_/.test(account.owner) && "font-mono text-xs",
              )}
            >
              {account.owner}
            </Link>
            {account.closed ? <Badge className="ml-2">Closed</Badge> : null}
          </th>
          <Figures row={account} held={account.held.amount} count="" />
        </tr>
      ))}
      {rows && !list.hasNextPage ? null : (
        <tr>
          <td colSpan={6} className="h-9 px-4 pl-[74px] text-muted">
            {list.error ? (
              <Button size="sm" onClick={() => void list.refetch()}>
                They could not be loaded; try again
              </Button>
            ) : rows ? (
              <Button
                size="sm"
                variant="ghost"
                loading={list.isFetchingNextPage}
                onClick={() => void list.fetchNextPage()}
              >
                Show more
              </Button>
            ) : (
              "Loading the accounts"
            )}
          </td>
        </tr>
      )}
    </>
  );
}

import { Money } from "@/components/money/money";
import { ExactTime } from "@/components/time/relative-time";
import { cn } from "@/components/ui/cn";

export interface LedgerTransfer {
  id: string;
  /** What it is for: hold, capture, refund, allocation, payout. */
  code: string | null;
  kind: string;
  amount: { amount: string; currency: string };
  at: string;
  debit: { id: string; name: string };
  credit: { id: string; name: string };
  /** What has become of a pending one. */
  state?: string | null;
}

interface Entry {
  transfer: LedgerTransfer;
  side: "debit" | "credit";
}

/** Words for what a transfer is; a pending one and its resolution are told apart. */
export function transferWords({
  code,
  kind,
  state,
}: Pick<LedgerTransfer, "code" | "kind" | "state">): string {
  const what = (code ?? "transfer").replaceAll("_", " ");
  const word = what.charAt(0).toUpperCase() + what.slice(1);
  if (kind === "pending") return state && state !== "pending" ? `${word}, ${state}` : `${word}, pending`;
  if (kind === "void_pending") return `${word}, released`;
  if (kind === "expiry") return `${word}, expired`;
  return word;
}

const moves = (transfer: LedgerTransfer) => transfer.kind === "posted" || transfer.kind === "post_pending";

/** Accounts in the order in which the money reached them. */
function groupByAccount(transfers: readonly LedgerTransfer[]) {
  const accounts = new Map<string, { id: string; name: string; entries: Entry[] }>();
  for (const transfer of transfers) {
    for (const side of ["debit", "credit"] as const) {
      const { id, name } = transfer[side];
      const account = accounts.get(id) ?? { id, name, entries: [] };
      account.entries.push({ transfer, side });
      accounts.set(id, account);
    }
  }
  return [...accounts.values()];
}

interface TAccountsProps {
  transfers: readonly LedgerTransfer[];
  /** Where an account has a page of its own. */
  accountHref?: (accountId: string) => string;
  className?: string;
}

/** The ledger's own record, as bookkeepers draw it: one T an account, debits at the left, credits at the right. */
export function TAccounts({ transfers, accountHref, className }: TAccountsProps) {
  return (
    <div className={cn("grid gap-x-6 gap-y-5 sm:grid-cols-2", className)}>
      {groupByAccount(transfers).map((account) => (
        <table key={account.id} className="w-full table-fixed border-collapse self-start text-xs">
          <caption className="pb-1 text-left text-sm font-medium text-ink">
            {accountHref ? (
              <a
                href={accountHref(account.id)}
                className="underline decoration-line-strong underline-offset-4"
              >
                {account.name}
              </a>
            ) : (
              account.name
            )}
          </caption>
          <thead>
            <tr className="border-b border-line-strong text-muted">
              <th scope="col" className="w-1/2 border-r border-line-strong pb-1 pr-2 text-left font-normal">
                Debit
              </th>
              <th scope="col" className="pb-1 pl-2 text-right font-normal">
                Credit
              </th>
            </tr>
          </thead>
          <tbody>
            {account.entries.map(({ transfer, side }) => (
              <tr key={`${transfer.id}${side}`} title={transfer.id}>
                <td className="border-r border-line-strong py-1 pr-2 align-top">
                  {side === "debit" ? <EntryText transfer={transfer} /> : null}
                </td>
                <td className="py-1 pl-2 align-top">
                  {side === "credit" ? <EntryText transfer={transfer} /> : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}

function EntryText({ transfer }: { transfer: LedgerTransfer }) {
  const posted = moves(transfer);
  return (
    <div className="flex flex-wrap items-baseline justify-between gap-x-2">
      <span className="text-muted">
        {transferWords(transfer)}
        <span className="sr-only"> at </span>
        <ExactTime at={transfer.at} format="dayTime" className="ml-1.5 hidden 2xl:inline" />
      </span>
      <Money
        {...transfer.amount}
        hideCode
        emphasis={posted ? "normal" : "muted"}
        className={cn(!posted && "italic")}
      />
    </div>
  );
}

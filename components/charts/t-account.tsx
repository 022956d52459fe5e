import { decimalsOf, type FormatAmountOptions, formatAmount } from "@/components/money/format-amount";
import { sumAmounts } from "@/components/money/sum-amounts";
import { cn } from "@/components/ui/cn";
import { shortenId } from "@/components/ui/shorten-id";
import { StatusBadge } from "@/components/ui/status-badge";

interface AccountRef {
  id: string;
  /** As people call it: "Voltway, payable". */
  label: string;
  /** Said under the name instead of its id. */
  hint?: string;
}

export interface JournalTransfer {
  id: string;
  debit: AccountRef;
  credit: AccountRef;
  amount: string;
  currency: string;
  /** `pending`, `posted` or `voided`; posted is not said. */
  state?: string;
  /** What it is for: "Capture", "Platform fee". */
  label?: string;
}

interface Side {
  transfer: JournalTransfer;
  mark: string;
}

interface Account extends AccountRef {
  currency: string;
  debits: Side[];
  credits: Side[];
}

/** a, b, … z, aa, ab: ties the two entries of a transfer together. */
function markOf(index: number): string {
  const letter = String.fromCharCode(97 + (index % 26));
  return index < 26 ? letter : markOf(Math.floor(index / 26) - 1) + letter;
}

function accountsOf(transfers: readonly JournalTransfer[]): Account[] {
  const accounts = new Map<string, Account>();
  const account = (ref: AccountRef, currency: string) => {
    const found = accounts.get(ref.id) ?? { ...ref, currency, debits: [], credits: [] };
    accounts.set(ref.id, found);
    return found;
  };
  transfers.forEach((transfer, index) => {
    const mark = markOf(index);
    account(transfer.debit, transfer.currency).debits.push({ transfer, mark });
    account(transfer.credit, transfer.currency).credits.push({ transfer, mark });
  });
  return [...accounts.values()];
}

const totalOf = (sides: readonly Side[]) =>
  sumAmounts(
    sides.filter(({ transfer }) => transfer.state !== "voided").map(({ transfer }) => transfer.amount),
  );

/** A journal as T-accounts: per account what is debited left and credited right. The same letter is the same transfer. */
export function TAccounts({
  transfers,
  className,
}: {
  transfers: readonly JournalTransfer[];
  className?: string;
}) {
  return (
    <div className={cn("grid grid-cols-[repeat(auto-fill,minmax(min(100%,260px),1fr))] gap-4", className)}>
      {accountsOf(transfers).map((account) => (
        <TAccount key={account.id} account={account} />
      ))}
    </div>
  );
}

function TAccount({ account }: { account: Account }) {
  const amounts = [...account.debits, ...account.credits].map(({ transfer }) => transfer.amount);
  const style = { currency: account.currency, full: true, decimals: decimalsOf(amounts) };
  return (
    <section
      aria-label={`Account ${account.label}`}
      data-sum="T-account"
      className="flex min-w-0 flex-col rounded-lg border border-line bg-panel"
    >
      <header className="border-b-2 border-line-strong px-3 py-2 text-center">
        <h3 className="text-sm font-semibold wrap-anywhere">{account.label}</h3>
        {account.hint ? (
          <p className="text-2xs text-muted">{account.hint}</p>
        ) : (
          <p className="font-mono text-2xs text-muted" title={account.id}>
            {shortenId(account.id)}
          </p>
        )}
      </header>
      <div className="grid flex-1 grid-cols-2 divide-x-2 divide-line-strong">
        <SideColumn name="Debit" sides={account.debits} style={style} />
        <SideColumn name="Credit" sides={account.credits} style={style} />
      </div>
      <footer className="grid grid-cols-2 divide-x divide-line-soft border-t border-line text-sm font-medium">
        {[account.debits, account.credits].map((sides, index) => (
          <span
            key={index === 0 ? "debit" : "credit"}
            data-sum-whole={index === 0 ? "Debit" : "Credit"}
            className="tabular px-3 py-1.5 text-right"
          >
            {formatAmount(totalOf(sides), style)}
            <span className="sr-only">
              {account.currency} {index === 0 ? "debited" : "credited"}
            </span>
          </span>
        ))}
      </footer>
    </section>
  );
}

interface SideColumnProps {
  name: string;
  sides: readonly Side[];
  style: FormatAmountOptions;
}

function SideColumn({ name, sides, style }: SideColumnProps) {
  return (
    <div className="min-w-0 pb-2">
      <p className="px-3 pt-1.5 text-2xs text-muted">{name}</p>
      <ul>
        {sides.map(({ transfer, mark }) => (
          <li
            key={transfer.id}
            title={`${transfer.label ?? "Transfer"} ${transfer.id}`}
            className={cn("px-3 py-0.5 text-sm", transfer.state === "voided" && "text-muted line-through")}
          >
            <span className="flex items-baseline justify-between gap-2">
              <span className="font-mono text-2xs text-muted">{mark}</span>
              <span
                data-sum-part={transfer.state === "voided" ? undefined : name}
                className="tabular whitespace-nowrap"
              >
                {formatAmount(transfer.amount, style)}
              </span>
            </span>
            {transfer.label ? (
              <span className="block truncate text-right text-2xs text-muted">{transfer.label}</span>
            ) : null}
            {transfer.state && transfer.state !== "posted" ? (
              <span className="flex justify-end">
                <StatusBadge kind="transfer" state={transfer.state} />
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </div>
  );
}

"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { signOf } from "@/components/money/format-amount";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { stepWords } from "@/components/payments/payment-words";
import { Card } from "@/components/ui/card";
import { type SumLine, SumList } from "@/components/ui/sum-list";
import type { ReckoningRow } from "@/server/settlement/schema";

export const EXPLAIN_PARAM = "explain";

/** Steps by their name in the agreement: "VAT to Tax Office" for a row of the step `vat`. */
export function reckoningLabel(row: Pick<ReckoningRow, "key" | "label">): string {
  if (!row.key.startsWith("step:")) return row.label;
  return row.label.replace(/^[^(]*\(([^)]+)\)/, (_, step: string) => stepWords(step));
}

/** "8214 payments" as "8 214 payments". */
function groupCounts(detail: string): string {
  return detail.replace(/^\d+(?= )/, (digits) => formatCount(BigInt(digits)));
}

interface PayoutReckoningProps {
  rows: readonly ReckoningRow[];
  statementId: string;
  title?: string;
  currency: string;
}

/** How a payout adds up. Each line opens what is behind it. */
export function PayoutReckoning({
  rows,
  statementId,
  title = "How it adds up",
  currency,
}: PayoutReckoningProps) {
  const pathname = usePathname();
  const params = useSearchParams();
  const total = rows.find((row) => row.kind === "total");
  const hrefOf = (key: string) => {
    const next = new URLSearchParams(params);
    next.set(EXPLAIN_PARAM, key);
    return `${pathname}?${next}`;
  };
  const lines = rows
    .filter((row) => row.kind !== "total")
    .map(
      (row): SumLine => ({
        id: row.key,
        label:
          row.kind === "subtotal" ? <span className="font-medium">{row.label}</span> : reckoningLabel(row),
        count: row.detail ? groupCounts(row.detail) : undefined,
        href: hrefOf(row.key),
        amount: (
          <Money
            {...row.amount}
            hideCode
            sum={row.kind === "subtotal" ? undefined : "part"}
            fact={`${statementId} ${row.key}`}
            emphasis={
              row.kind === "subtotal" ? "strong" : signOf(row.amount.amount) === 0 ? "muted" : "normal"
            }
            lossBelowZero={row.key.startsWith("refund")}
          />
        ),
      }),
    );
  return (
    <Card title={title} hint={currency} flush>
      <SumList
        lines={lines}
        total={{
          label: total?.label ?? "Paid out",
          amount: total ? (
            <Money {...total.amount} hideCode sum="whole" fact={`${statementId} payout`} />
          ) : (
            "–"
          ),
        }}
      />
    </Card>
  );
}

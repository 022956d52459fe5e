"use client";

import { Download, FileText, Route } from "lucide-react";
import { usePathname } from "next/navigation";
import { parseAsString, useQueryState } from "nuqs";
import type { ReactNode } from "react";
import { formatCount } from "@/components/money/format-count";
import { ExplainSheet } from "@/components/payouts/explain-sheet";
import { FlowCard } from "@/components/payouts/flow-card";
import { PayoutHeader } from "@/components/payouts/payout-header";
import { EXPLAIN_PARAM, PayoutReckoning } from "@/components/payouts/payout-reckoning";
import { PayoutSteps } from "@/components/payouts/payout-steps";
import { agreementWords } from "@/components/statements/statement-columns";
import { statementFileHref } from "@/components/statements/statement-files";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import type { PayoutDetail } from "@/server/settlement/schema";
import type { MerchantTrpc } from "@/server/trpc/client";

interface PayoutViewProps {
  detail: PayoutDetail;
  statements: Pick<MerchantTrpc["statements"], "explain" | "payments">;
  /** Of the portal. */
  base: string;
  /** "Payout" for merchants, "Remittance" for agencies. */
  word?: string;
  actions?: ReactNode;
  /** The table of payments inside it. */
  children: ReactNode;
}

/** One payout, from the figure to the payments that it is made of. */
export function PayoutDetailView({ detail, statements, base, word, actions, children }: PayoutViewProps) {
  const { payout, statement, reckoning, flows } = detail;
  const [, setExplain] = useQueryState(EXPLAIN_PARAM, parseAsString.withOptions({ history: "push" }));
  const pathname = usePathname();
  const { currency } = payout.amount;
  const statementHref = `${base}/statements/${statement.id}`;
  const first = reckoning[0];
  return (
    <>
      <PayoutHeader
        payout={payout}
        word={word}
        agreement={agreementWords(statement.agreementVersions)}
        actions={
          <>
            {actions}
            <Menu
              trigger={<Button icon={<Download />}>Statement</Button>}
              entries={[
                { label: "Open the statement", icon: <FileText />, href: statementHref },
                { kind: "separator" },
                {
                  label: "CSV",
                  hint: `${formatCount(statement.paymentCount)} payments`,
                  icon: <Download />,
                  href: statementFileHref(statement.id, "csv"),
                  external: true,
                },
                {
                  label: "JSON",
                  icon: <Download />,
                  href: statementFileHref(statement.id, "json"),
                  external: true,
                },
              ]}
            />
            <Button variant="primary" icon={<Route />} onClick={() => first && void setExplain(first.key)}>
              Explain a figure
            </Button>
          </>
        }
      />
      <PayoutSteps payout={payout} />
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,1.25fr)]">
        <PayoutReckoning rows={reckoning} statementId={statement.id} currency={currency} />
        <FlowCard flows={flows} partyId={payout.party.id} currency={currency} />
      </div>
      {children}
      <ExplainSheet
        rows={reckoning}
        statementId={statement.id}
        statements={statements}
        currency={currency}
        paymentsHref={pathname}
        statementHref={statementHref}
      />
    </>
  );
}

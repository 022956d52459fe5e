"use client";

import { Download, FileText, ShieldCheck } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { ExplainSheet } from "@/components/payouts/explain-sheet";
import { PayoutReckoning } from "@/components/payouts/payout-reckoning";
import { agreementWords } from "@/components/statements/statement-columns";
import { statementFileHref } from "@/components/statements/statement-files";
import { StatementLines } from "@/components/statements/statement-lines";
import { Period } from "@/components/time/period";
import { ExactTime } from "@/components/time/relative-time";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CopyableId } from "@/components/ui/copyable-id";
import { KeyValueList } from "@/components/ui/key-value";
import { Menu } from "@/components/ui/menu";
import { Dot, PageHeader } from "@/components/ui/page-header";
import { shortenId } from "@/components/ui/shorten-id";
import { StatusBadge } from "@/components/ui/status-badge";
import type { StatementDetail, StatementLineView } from "@/server/settlement/schema";
import type { MerchantTrpc } from "@/server/trpc/client";

interface StatementDetailProps {
  detail: StatementDetail;
  /** Of the portal. */
  base: string;
  statements: Pick<MerchantTrpc["statements"], "explain" | "payments">;
  payoutHref?: string | undefined;
  /** "See the payout" when left out. */
  payoutLabel?: string;
  runHref?: string | undefined;
  /** Shows the payments behind a line. */
  lineHref?: (line: StatementLineView) => string;
  actions?: ReactNode;
  /** The table of payments inside it. */
  children?: ReactNode;
}

/** What a closed period says to one party: the sum, the lines that it is made of, and the file that proves it. */
export function StatementDetailView({
  detail,
  base,
  statements,
  payoutHref,
  payoutLabel = "See the payout",
  runHref,
  lineHref,
  actions,
  children,
}: StatementDetailProps) {
  const { statement, lines, reckoning } = detail;
  const currency = statement.payout.currency;
  return (
    <>
      <PageHeader
        figure
        eyebrow={
          <>
            Statement of <Period start={statement.periodStart} end={statement.periodEnd} /> for{" "}
            {statement.party.name}
          </>
        }
        title={<Money {...statement.payout} />}
        aside={<StatusBadge kind="statement" state={statement.state} />}
        meta={
          <>
            <CopyableId id={statement.id} />
            <Dot />
            <span>
              <ExactTime at={statement.periodStart} format="dateTime" /> to{" "}
              <ExactTime at={statement.periodEnd} format="dateTime" withOffset />
            </span>
            <Dot />
            <span>agreement {agreementWords(statement.agreementVersions)}</span>
          </>
        }
        actions={
          <>
            {actions}
            {payoutHref ? <ButtonLink href={payoutHref}>{payoutLabel}</ButtonLink> : null}
            <Menu
              trigger={
                <Button variant="primary" icon={<Download />}>
                  Download report
                </Button>
              }
              entries={[
                {
                  label: "CSV",
                  hint: "Summary, lines and every payment",
                  icon: <FileText />,
                  href: statementFileHref(statement.id, "csv"),
                  external: true,
                },
                {
                  label: "JSON",
                  hint: "The same for programs",
                  icon: <FileText />,
                  href: statementFileHref(statement.id, "json"),
                  external: true,
                },
              ]}
            />
          </>
        }
      />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <PayoutReckoning rows={reckoning} statementId={statement.id} currency={currency} />
        <Card title="What is this report?" bodyClassName="pt-1">
          <KeyValueList
            items={[
              { label: "Party", value: statement.party.name },
              { label: "Program", value: statement.program.name },
              {
                label: "Period",
                value: (
                  <>
                    <ExactTime at={statement.periodStart} format="dateTime" /> to{" "}
                    <ExactTime at={statement.periodEnd} format="dateTime" />
                  </>
                ),
                hint: statement.program.timeZone,
              },
              { label: "Agreement", value: agreementWords(statement.agreementVersions) },
              { label: "Made", value: <ExactTime at={statement.createdAt} format="exact" /> },
              {
                label: "Settlement run",
                value: runHref ? (
                  <Link href={runHref} className="font-mono text-xs underline underline-offset-4">
                    {shortenId(statement.runId)}
                  </Link>
                ) : (
                  <CopyableId id={statement.runId} />
                ),
              },
              {
                label: "SHA-256 of the CSV",
                value: statement.reportSha256 ? (
                  <CopyableId id={statement.reportSha256} full className="max-w-72 justify-end text-right" />
                ) : (
                  "made with the first download"
                ),
                hint: statement.reportSha256
                  ? "The file is byte-identical whenever it is made again"
                  : undefined,
              },
            ]}
          />
          <p className="mt-3 flex items-center gap-2 border-t border-line-soft pt-3 text-sm text-muted">
            <ShieldCheck aria-hidden className="size-4 shrink-0" />
            Its totals equal the ledger to the cent; otherwise it is not made.
          </p>
        </Card>
      </div>
      <StatementLines lines={lines} currency={currency} lineHref={lineHref} />
      {detail.linesComplete ? null : (
        <p className="text-sm text-muted">
          The first {formatCount(lines.length)} lines. The downloaded report has all of them.
        </p>
      )}
      {children}
      <ExplainSheet
        rows={reckoning}
        statementId={statement.id}
        statements={statements}
        currency={currency}
        paymentsHref={`${base}/statements/${statement.id}`}
        statementHref={`${base}/statements/${statement.id}`}
      />
    </>
  );
}

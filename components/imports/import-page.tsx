"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowLeftRight, Download, Undo2 } from "lucide-react";
import { useState } from "react";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { ImportLines } from "@/components/imports/import-lines";
import { formatWords, type ImportItem, importState } from "@/components/imports/import-words";
import { UndoImport } from "@/components/imports/undo-import";
import { WaitingUndo } from "@/components/imports/waiting-undo";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { QueryView } from "@/components/query/query-view";
import { ExactTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";
import { Banner } from "@/components/ui/banner";
import { Button, ButtonLink } from "@/components/ui/button";
import { buttonClass } from "@/components/ui/button-class";
import { CopyableId } from "@/components/ui/copyable-id";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { SkeletonRows } from "@/components/ui/skeleton";
import { StatCard, StatGrid } from "@/components/ui/stat-card";
import { useOperatorTrpc } from "@/server/trpc/client";

/** One file: what was taken of it, what was not, and why. */
export function ImportPage({ id }: { id: string }) {
  const trpc = useOperatorTrpc();
  const found = useQuery(
    trpc.imports.detail.queryOptions(
      { importId: id },
      { refetchInterval: (query) => (isUnderway(query.state.data) ? 1_000 : false) },
    ),
  );
  return (
    <Page>
      <QueryView query={found} what="This import" skeleton={<SkeletonRows rows={8} columns={4} />}>
        {(item) => <Opened item={item} />}
      </QueryView>
    </Page>
  );
}

function isUnderway(item: ImportItem | undefined): boolean {
  return item !== undefined && (item.finishedAt === null || item.undo?.undoneAt === null);
}

function Opened({ item }: { item: ImportItem }) {
  const { base, slug, can } = usePortal();
  const [isUndoing, setIsUndoing] = useState(false);
  const state = importState(item);
  return (
    <>
      <Crumbs items={[{ label: item.fileName }]} />
      <PageHeader
        title={item.fileName}
        aside={<Badge tone={state.tone}>{state.label}</Badge>}
        meta={
          <>
            <CopyableId id={item.id} />
            <Dot />
            <span>
              {formatWords(item.format)}
              {item.mapping ? `: ${item.mapping}` : ""}
            </span>
            <Dot />
            <span>
              {item.merchant.name} in {item.program.name}
            </span>
            <Dot />
            <span>
              <ExactTime at={item.createdAt} format="dateTime" />
              {item.createdBy ? ` by ${item.createdBy}` : ""}
            </span>
            <Dot />
            <CopyableId id={item.fileSha256} label="SHA-256" />
          </>
        }
        actions={
          <>
            {item.rows.refused > 0 ? (
              <a
                href={`/api/imports/${slug}/${item.id}/refused`}
                download
                className={buttonClass({ variant: "secondary" })}
              >
                <Download aria-hidden /> Refused lines as CSV
              </a>
            ) : null}
            {item.rows.accepted > 0 && item.finishedAt && !item.undo && can("imports.create") ? (
              <Button onClick={() => setIsUndoing(true)} icon={<Undo2 />}>
                Undo
              </Button>
            ) : null}
            {item.rows.accepted > 0 ? (
              <ButtonLink
                href={`${base}/payments?source=import&merchant=${item.merchant.id}`}
                icon={<ArrowLeftRight />}
              >
                Payments from files
              </ButtonLink>
            ) : null}
          </>
        }
      />
      {isUndoing ? <UndoImport item={item} onClose={() => setIsUndoing(false)} /> : null}
      <WaitingUndo item={item} />
      {item.undo ? (
        <Banner
          tone="waiting"
          title={item.undo.undoneAt ? "This import was undone." : "This import is being undone."}
        >
          <Money {...item.undo.amount} /> given back{item.undo.startedBy ? ` by ${item.undo.startedBy}` : ""}:{" "}
          {item.undo.reason}
        </Banner>
      ) : null}
      {item.failure ? (
        <Banner tone="loss" title={item.failure.message}>
          <span className="font-mono text-xs">{item.failure.code}</span>
          {item.rows.total > 0 ? ". What was read before stands; mend the file and import it again." : null}
        </Banner>
      ) : null}
      <StatGrid>
        <StatCard
          label="Taken"
          value={formatCount(item.rows.accepted)}
          hint={
            <>
              <Money {...item.acceptedAmount} /> captured
              {item.rows.refund > 0 ? (
                <>
                  , <Money {...item.refundedAmount} /> given back
                </>
              ) : null}
              {item.rows.free > 0 ? `, ${formatCount(item.rows.free)} free` : null}
            </>
          }
        />
        <StatCard label="Known already" value={formatCount(item.rows.duplicate)} hint="added nothing" />
        <StatCard
          label="Something odd"
          value={formatCount(item.rows.flagged)}
          hint="flagged, taken or refused"
        />
        <StatCard
          label="Refused"
          value={formatCount(item.rows.refused)}
          hint={`of ${formatCount(item.rows.total)} lines`}
        />
      </StatGrid>
      <ImportLines item={item} />
    </>
  );
}

"use client";

import { useQuery } from "@tanstack/react-query";
import { SimpleTable } from "@/components/data-table/simple-table";
import { usePortal } from "@/components/frame/portal-context";
import { QueryView } from "@/components/query/query-view";
import { statementColumns } from "@/components/statements/statement-columns";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { FirstUse } from "@/components/ui/empty-state";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useAgencyTrpc } from "@/server/trpc/client";

/** The newest statements of an agency, each ready to download. */
export function RecentStatements({ programId, currency }: { programId: string; currency: string }) {
  const trpc = useAgencyTrpc();
  const { base } = usePortal();
  const list = useQuery(trpc.statements.list.queryOptions({ programId, limit: 5 }));
  return (
    <Card
      title="Settlement statements"
      flush
      actions={
        <ButtonLink href={`${base}/statements`} size="sm" variant="ghost">
          All statements
        </ButtonLink>
      }
    >
      <QueryView query={list} what="The list" skeleton={<SkeletonRows rows={5} columns={6} />}>
        {(data) => (
          <SimpleTable
            label="Settlement statements"
            columns={statementColumns({ currency }).filter(
              ({ id, defaultHidden }) => !defaultHidden && id !== "id",
            )}
            rows={data.items}
            rowId={(row) => row.id}
            rowHref={(row) => `${base}/statements/${row.id}`}
            empty={
              <FirstUse title="No statements yet">
                When the first settlement period closes, its statement stands here to download.
              </FirstUse>
            }
          />
        )}
      </QueryView>
    </Card>
  );
}

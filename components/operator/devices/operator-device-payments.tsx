"use client";

import { useQuery } from "@tanstack/react-query";
import { SimpleTable } from "@/components/data-table/simple-table";
import { usePortal } from "@/components/frame/portal-context";
import { paymentColumns } from "@/components/payments/payment-columns";
import { QueryView } from "@/components/query/query-view";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useOperatorTrpc } from "@/server/trpc/client";

/** The newest payments of one device. */
export function OperatorDevicePayments({ deviceId, currency }: { deviceId: string; currency: string }) {
  const trpc = useOperatorTrpc();
  const { base } = usePortal();
  const list = useQuery(trpc.payments.list.queryOptions({ deviceId, limit: 8 }));
  const columns = paymentColumns({ currency }).filter(({ id }) =>
    ["at", "purpose", "instrument", "amount", "state"].includes(id),
  );
  return (
    <Card title="What did it take lately?" flush>
      <QueryView query={list} what="The list" skeleton={<SkeletonRows rows={4} columns={4} />}>
        {(data) => (
          <SimpleTable
            label="Newest payments of this device"
            columns={columns}
            rows={data.items}
            rowId={(row) => row.id}
            rowHref={(row) => `${base}/payments/${row.id}`}
            empty={<p className="px-4 pb-4 text-sm text-muted">It has not taken a payment yet.</p>}
          />
        )}
      </QueryView>
    </Card>
  );
}

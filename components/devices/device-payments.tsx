"use client";

import { useQuery } from "@tanstack/react-query";
import { SimpleTable } from "@/components/data-table/simple-table";
import { usePortal } from "@/components/frame/portal-context";
import { paymentColumns } from "@/components/payments/payment-columns";
import { QueryView } from "@/components/query/query-view";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useMerchantTrpc } from "@/server/trpc/client";

const COLUMNS = paymentColumns().filter(({ id }) =>
  ["at", "purpose", "instrument", "amount", "state"].includes(id),
);

/** The newest payments of one device. */
export function DevicePayments({ deviceId, level = 3 }: { deviceId: string; level?: 2 | 3 }) {
  const trpc = useMerchantTrpc();
  const { base } = usePortal();
  const list = useQuery(trpc.payments.list.queryOptions({ deviceId, limit: 8 }));
  return (
    <Card title="What did it take lately?" level={level} flush>
      <QueryView query={list} what="The list" skeleton={<SkeletonRows rows={4} columns={4} />}>
        {(data) => (
          <SimpleTable
            label="Newest payments of this device"
            columns={COLUMNS}
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

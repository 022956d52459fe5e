"use client";

import { useQuery } from "@tanstack/react-query";
import { SimpleTable } from "@/components/data-table/simple-table";
import { usePortal } from "@/components/frame/portal-context";
import { ProgramZone } from "@/components/frame/programs-context";
import { paymentColumns } from "@/components/payments/payment-columns";
import type { PaymentRow } from "@/components/payments/payment-types";
import { QueryView } from "@/components/query/query-view";
import { ExactTime } from "@/components/time/relative-time";
import { Card } from "@/components/ui/card";
import { SkeletonRows } from "@/components/ui/skeleton";
import type { MerchantTrpc } from "@/server/trpc/client";

interface DevicePaymentsProps {
  payments: Pick<MerchantTrpc["payments"], "list">;
  deviceId: string;
  /** Where the device's page does not say it. */
  currency?: string;
  level?: 2 | 3;
}

/** The newest payments of one device. */
export function DevicePayments({ payments, deviceId, currency, level = 3 }: DevicePaymentsProps) {
  const { base } = usePortal();
  const columns = paymentColumns({ currency })
    .filter(({ id }) => ["at", "purpose", "instrument", "amount", "state"].includes(id))
    .map((column) => (column.id === "at" ? { ...column, cell: When } : column));
  const list = useQuery(payments.list.queryOptions({ deviceId, limit: 8 }));
  return (
    <Card title="What did it take lately?" level={level} flush>
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

/** Without the device's name, which the page has told. */
function When(row: PaymentRow) {
  return (
    <span className="text-muted">
      <ProgramZone id={row.program.id}>
        <ExactTime at={row.occurredAt} format="dayTime" />
      </ProgramZone>
    </span>
  );
}

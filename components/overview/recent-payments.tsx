"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { SimpleTable } from "@/components/data-table/simple-table";
import { usePortal } from "@/components/frame/portal-context";
import { paymentColumns } from "@/components/payments/payment-columns";
import { QueryView } from "@/components/query/query-view";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { FirstUse } from "@/components/ui/empty-state";
import { SkeletonRows } from "@/components/ui/skeleton";
import { useMerchantTrpc } from "@/server/trpc/client";

interface RecentPaymentsProps {
  programId: string;
  currency: string;
  /** Changes when something was paid: the list is read again. */
  pulse: number;
}

const SHOWN = 8;
const SHOWN_COLUMNS = ["at", "device", "purpose", "amount", "state"];

/** In a card there is room for few columns; those that stay get what the others leave. */
function columnsFor(currency: string) {
  return paymentColumns({ currency })
    .filter(({ id }) => SHOWN_COLUMNS.includes(id))
    .map((column) => (column.id === "device" ? { ...column, width: "30%" } : column));
}

/** The newest payments, moving with the page's live figures. */
export function RecentPayments({ programId, currency, pulse }: RecentPaymentsProps) {
  const trpc = useMerchantTrpc();
  const { base } = usePortal();
  const { refetch, ...list } = useQuery(trpc.payments.list.queryOptions({ programId, limit: SHOWN }));
  const drawn = useRef(pulse);
  useEffect(() => {
    if (drawn.current === pulse) return;
    drawn.current = pulse;
    void refetch();
  }, [pulse, refetch]);
  return (
    <Card
      title="Recent payments"
      flush
      actions={
        <ButtonLink href={`${base}/payments`} size="sm" variant="ghost">
          All payments
        </ButtonLink>
      }
    >
      <QueryView
        query={{ ...list, refetch }}
        what="The list"
        skeleton={<SkeletonRows rows={SHOWN} columns={5} />}
      >
        {(data) => (
          <SimpleTable
            label="Recent payments"
            columns={columnsFor(currency)}
            rows={data.items}
            rowId={(row) => row.id}
            rowHref={(row) => `${base}/payments?open=${row.id}`}
            empty={
              <FirstUse title="No payments yet">
                As soon as one of your devices asks for a payment, it stands here.
              </FirstUse>
            }
          />
        )}
      </QueryView>
    </Card>
  );
}

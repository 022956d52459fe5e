"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { TAccounts } from "@/components/charts/t-account";
import { DeviceKindIcon, kindLook } from "@/components/devices/device-kind";
import { Money } from "@/components/money/money";
import { PaidBy } from "@/components/payments/paid-by";
import { journalOf } from "@/components/payments/payment-journal";
import { PaymentSplit } from "@/components/payments/payment-split";
import { PaymentTimeline } from "@/components/payments/payment-timeline";
import type { PaymentMoment, PaymentRefund } from "@/components/payments/payment-types";
import { quantityWords, reasonWords, sourceWords } from "@/components/payments/payment-words";
import { UsageRecords } from "@/components/payments/usage-records";
import { ExactTime } from "@/components/time/relative-time";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { CopyableId } from "@/components/ui/copyable-id";
import { JsonView } from "@/components/ui/json-view";
import { type KeyValueItem, KeyValueList } from "@/components/ui/key-value";
import type { PaymentDetailView } from "@/server/payments/schema";
import type { SplitView } from "@/server/settlement/schema";
import type { MerchantTrpc } from "@/server/trpc/client";

/** Links of the portal that shows the payment; what it has no page for is left out. */
export interface PaymentLinks {
  device?: (id: string) => string;
  merchant?: (id: string) => string;
  agreement?: (id: string) => string;
  statement?: (id: string) => string;
  payout?: (id: string) => string;
  run?: (id: string) => string;
}

interface PaymentDetailProps {
  data: PaymentDetailView;
  /** Undefined while it is loading, null when the portal may not see it. */
  split: SplitView | undefined | null;
  links: PaymentLinks;
  /** The portal's calls, for the pages of usage records. */
  payments: Pick<MerchantTrpc["payments"], "usageRecords">;
  /** `page`: in two columns; `sheet`: one below the other. */
  layout?: "page" | "sheet";
  /** What a portal adds at the end: the limits in the operator's. */
  extra?: ReactNode;
}

/** Everything about one payment: what happened, who got what, what the ledger says, what belongs to it. */
export function PaymentDetail({ data, split, links, payments, layout = "sheet", extra }: PaymentDetailProps) {
  const { payment } = data;
  const { currency } = payment.amount;
  const level = layout === "page" ? 2 : 3;
  const left = (
    <>
      {payment.allowance ? (
        <PaidBy
          allowance={payment.allowance}
          paid={payment.capturedAt ? payment.captured : payment.amount}
          captured={payment.capturedAt !== null}
          level={level}
        />
      ) : null}
      {payment.captured.amount !== "0.00" && split !== null ? (
        <Card title="Who got what?" hint={`${currency}, by step of the agreement`} level={level}>
          {split ? (
            <PaymentSplit
              split={split}
              amount={payment.captured.amount}
              currency={currency}
              agreementHref={links.agreement}
            />
          ) : (
            <p role="status" className="skeleton h-32 w-full" />
          )}
        </Card>
      ) : null}
      {data.usage ? (
        <UsageRecords
          key={payment.id}
          paymentId={payment.id}
          usage={data.usage}
          payments={payments}
          level={level}
        />
      ) : null}
      <Card title="In the ledger" hint="Every movement, debits left and credits right" level={level}>
        {data.transfers.length > 0 ? (
          <div className="grid grid-cols-1 gap-3">
            <TAccounts transfers={journalOf(data.transfers, split, currency)} />
            <p className="text-xs text-muted">
              A hold that was captured stands as its capture, one that was released is struck through and not
              counted.{" "}
              {split?.allocatedAt
                ? "The split is booked with that of other payments, one transfer for each party; here is this payment's part of it."
                : payment.captured.amount !== "0.00" && split === null
                  ? "The split, which you may not see, is left out."
                  : "The split follows within seconds after the capture."}
            </p>
          </div>
        ) : (
          <p className="text-sm text-muted">
            Nothing was posted: no money was held or moved for this payment.
          </p>
        )}
      </Card>
      {layout === "page" ? (
        <Card title="Raw data" level={level}>
          <JsonView value={data} collapsed />
        </Card>
      ) : null}
    </>
  );
  const right = (
    <>
      <Card title="What happened" level={level}>
        <PaymentTimeline moments={withAllocation(data)} currency={currency} />
      </Card>
      {data.refunds.length > 0 ? <Refunds refunds={data.refunds} level={level} /> : null}
      <Card title="Facts" level={level} bodyClassName="pt-1">
        <KeyValueList items={factsOf(data, split ?? null, links)} />
      </Card>
      {extra}
      {layout === "sheet" ? <JsonView value={data} label="Raw data" collapsed /> : null}
    </>
  );
  return (
    <div className="grid grid-cols-1 gap-4">
      <Notices payment={payment} />
      {layout === "page" ? (
        <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,1.5fr)_minmax(0,1fr)]">
          <div className="grid grid-cols-1 gap-4">{left}</div>
          <div className="grid grid-cols-1 gap-4">{right}</div>
        </div>
      ) : (
        <>
          {left}
          {right}
        </>
      )}
    </div>
  );
}

function Notices({ payment }: { payment: PaymentDetailView["payment"] }) {
  const reason = payment.declineReason;
  return (
    <>
      {reason ? (
        <Banner tone="loss" title={reasonWords(reason)}>
          <span className="font-mono text-xs">{reason}</span>
        </Banner>
      ) : null}
      {payment.state === "in_review" ? (
        <Banner tone="waiting" title="A reviewer of the platform looks at this payment">
          The money is held until it is decided
          {payment.expiresAt ? (
            <>
              , at the latest until <ExactTime at={payment.expiresAt} />
            </>
          ) : null}
          .
        </Banner>
      ) : null}
      {payment.flags.length > 0 ? (
        <Banner tone="waiting" title="Kept as it came, though something is odd">
          <ul className="list-inside list-disc">
            {payment.flags.map((flag) => (
              <li key={flag.code}>{flag.sentence}</li>
            ))}
          </ul>
        </Banner>
      ) : null}
    </>
  );
}

function Refunds({ refunds, level }: { refunds: readonly PaymentRefund[]; level: 2 | 3 }) {
  return (
    <Card title="Refunds" level={level} flush>
      <ul className="divide-y divide-line-soft border-t border-line-soft">
        {refunds.map((refund) => (
          <li key={refund.id} className="px-4 py-2.5 text-sm">
            <div className="flex items-baseline justify-between gap-4">
              <span>{refund.reason}</span>
              <Money amount={`-${refund.amount.amount}`} currency={refund.amount.currency} lossBelowZero />
            </div>
            <p className="mt-0.5 flex flex-wrap items-center gap-x-2 text-xs text-muted">
              <ExactTime at={refund.createdAt} format="dateTime" />
              {refund.createdBy ? <span>by {refund.createdBy}</span> : null}
              <CopyableId id={refund.id} />
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const LINK = "underline decoration-line-strong underline-offset-4 hover:decoration-accent";

function linked(text: ReactNode, href: string | undefined): ReactNode {
  return href ? (
    <Link href={href} className={LINK}>
      {text}
    </Link>
  ) : (
    text
  );
}

function factsOf(
  { payment }: PaymentDetailView,
  split: SplitView | null,
  links: PaymentLinks,
): KeyValueItem[] {
  const when = (at: string | null) => (at ? <ExactTime at={at} format="exact" /> : null);
  const items: (KeyValueItem | false)[] = [
    {
      label: "Device",
      value: (
        <span className="inline-flex items-baseline gap-1.5">
          <DeviceKindIcon kind={payment.deviceKind} className="self-center" />
          {payment.device
            ? linked(payment.device.name, links.device?.(payment.device.id))
            : kindLook(payment.deviceKind).one}
        </span>
      ),
    },
    payment.description !== null && { label: "For", value: payment.description },
    payment.quantity !== null && { label: "Quantity", value: quantityWords(payment.quantity) },
    payment.zone !== null && { label: "Zone", value: payment.zone },
    { label: "Paid with", value: payment.instrument },
    { label: "Merchant", value: linked(payment.merchant.name, links.merchant?.(payment.merchant.id)) },
    { label: "Program", value: payment.program.name },
    { label: "Came by", value: sourceWords(payment.source) },
    { label: "Tapped", value: when(payment.occurredAt) },
    payment.authorisedAt !== null && { label: "Authorised", value: when(payment.authorisedAt) },
    payment.capturedAt !== null && { label: "Captured", value: when(payment.capturedAt) },
    payment.state === "authorised" && { label: "Hold ends", value: when(payment.expiresAt) },
    payment.riskScore !== null && { label: "Risk score", value: `${payment.riskScore} of 100` },
    { label: "Reference", value: <CopyableId id={payment.externalRef} /> },
    !!split?.statementId && {
      label: "Statement",
      value: linked(<IdText id={split.statementId} />, links.statement?.(split.statementId)),
    },
    !!split?.payoutId && {
      label: "Payout",
      value: linked(<IdText id={split.payoutId} />, links.payout?.(split.payoutId)),
    },
    !!split?.runId &&
      links.run !== undefined && {
        label: "Settlement run",
        value: linked(<IdText id={split.runId} />, links.run(split.runId)),
      },
  ];
  return items.filter((item): item is KeyValueItem => item !== false);
}

function IdText({ id }: { id: string }) {
  return <span className="font-mono text-xs">{`${id.slice(0, 8)}…${id.slice(-4)}`}</span>;
}

/** The split is no event of the payment itself, but it happened to it. */
function withAllocation({ payment, timeline }: PaymentDetailView): PaymentMoment[] {
  if (!payment.allocatedAt) return timeline;
  const allocated: PaymentMoment = { at: payment.allocatedAt, kind: "allocated", detail: {} };
  return [...timeline, allocated].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

import { BatteryCharging } from "lucide-react";
import type { DataColumn } from "@/components/data-table/types";
import { DeviceKindIcon, kindLook } from "@/components/devices/device-kind";
import { ProgramZone } from "@/components/frame/programs-context";
import { Money } from "@/components/money/money";
import type { PaymentRow } from "@/components/payments/payment-types";
import {
  chargedOf,
  coveredWords,
  purposeWords,
  reasonWords,
  sourceWords,
} from "@/components/payments/payment-words";
import { ExactTime } from "@/components/time/relative-time";
import { CopyableId } from "@/components/ui/copyable-id";
import { LongName } from "@/components/ui/long-name";
import { StatusBadge } from "@/components/ui/status-badge";

interface ColumnChoice {
  /** Of the amounts, when all rows have one; else each row says its own. */
  currency?: string | undefined;
  /** The operator's lists name the merchant. */
  withMerchant?: boolean;
  /** Where rows of several programs can stand in one list: it stands under the merchant, or under the device. */
  withProgram?: boolean;
  /** Where the list is asked for in the order of its heads. */
  sortable?: boolean;
}

/** Columns of every list of payments. */
export function paymentColumns({
  currency,
  withMerchant,
  withProgram,
  sortable = false,
}: ColumnChoice = {}): DataColumn<PaymentRow>[] {
  return [
    {
      id: "at",
      header: "Time",
      fixed: true,
      sortable,
      cell: (row) => (
        <span className="text-muted">
          <LongName className="leading-4 text-ink md:hidden">
            {row.device?.name ?? kindLook(row.deviceKind).one}
          </LongName>
          <span className="max-md:block max-md:text-xs max-md:leading-4">
            <ProgramZone id={row.program.id}>
              <ExactTime at={row.occurredAt} format="dayTime" />
            </ProgramZone>
          </span>
        </span>
      ),
    },
    {
      id: "device",
      header: "Device",
      priority: 2,
      truncate: true,
      width: "24%",
      cell: (row) => (
        <span title={row.device?.name} className="flex min-w-0 items-center gap-2">
          <DeviceKindIcon kind={row.deviceKind} />
          <span className="min-w-0">
            <span className="block truncate">{row.device?.name ?? kindLook(row.deviceKind).one}</span>
            {withProgram && !withMerchant ? <ProgramLine row={row} /> : null}
          </span>
        </span>
      ),
    },
    ...(withMerchant
      ? [
          {
            id: "merchant",
            header: "Merchant",
            priority: 2 as const,
            cell: (row: PaymentRow) => (
              <>
                <LongName>{row.merchant.name}</LongName>
                {withProgram ? <ProgramLine row={row} /> : null}
              </>
            ),
          },
        ]
      : []),
    {
      id: "purpose",
      header: "For",
      priority: 3,
      truncate: true,
      width: "25%",
      cell: (row) => {
        const words = purposeWords(row, kindLook(row.deviceKind).trade);
        return (
          <span title={words} className="text-muted">
            {words}
          </span>
        );
      },
    },
    {
      id: "instrument",
      header: "Paid with",
      priority: 3,
      cell: (row) => <LongName>{row.instrument}</LongName>,
    },
    {
      id: "amount",
      header: currency ? `Amount ${currency}` : "Amount",
      align: "right",
      priority: 1,
      sortable,
      cell: (row) => (
        <>
          {row.allowance ? (
            <span
              title={`An allowance covered ${coveredWords(row.allowance)}`}
              className="mr-1.5 text-xs text-muted max-md:mr-0 max-md:block"
            >
              <BatteryCharging aria-hidden className="inline size-3.5 align-[-2px]" />
              <span className="ml-1 md:sr-only">{coveredWords(row.allowance)}</span>
            </span>
          ) : null}
          <Money {...chargedOf(row)} hideCode={currency !== undefined} emphasis="strong" />
        </>
      ),
    },
    {
      id: "allowance",
      header: "By allowance",
      align: "right",
      priority: 3,
      defaultHidden: true,
      hint: "Units that an allowance covered, which cost no money",
      cell: (row) => (row.allowance ? coveredWords(row.allowance) : <span className="text-faint">–</span>),
    },
    {
      id: "refunded",
      header: currency ? `Refunded ${currency}` : "Refunded",
      align: "right",
      priority: 3,
      defaultHidden: true,
      cell: (row) =>
        Number(row.refunded.amount) > 0 ? (
          <Money
            amount={`-${row.refunded.amount}`}
            currency={row.refunded.currency}
            hideCode={currency !== undefined}
            lossBelowZero
          />
        ) : (
          <Money {...row.refunded} hideCode={currency !== undefined} emphasis="muted" />
        ),
    },
    {
      id: "state",
      header: "State",
      priority: 1,
      cell: (row) => (
        <span title={reasonWords(row.declineReason)}>
          <StatusBadge kind="payment" state={row.state} plain />
        </span>
      ),
    },
    {
      id: "reason",
      header: "Why declined",
      priority: 3,
      defaultHidden: true,
      truncate: true,
      width: "22%",
      cell: (row) => <span className="text-muted">{reasonWords(row.declineReason)}</span>,
    },
    {
      id: "id",
      header: "Payment",
      priority: 3,
      // Beside the merchant there is no room for it without cutting the device's name.
      defaultHidden: withMerchant,
      cell: (row) => <CopyableId id={row.id} />,
    },
    {
      id: "source",
      header: "Came by",
      priority: 3,
      defaultHidden: true,
      cell: (row) => sourceWords(row.source),
    },
    {
      id: "risk",
      header: "Risk",
      align: "right",
      priority: 3,
      defaultHidden: true,
      hint: "Score from 0 to 100 when the payment was asked for",
      cell: (row) => row.riskScore ?? <span className="text-faint">–</span>,
    },
  ];
}

/** Where rows of several programs stand in one list: a column of its own would take the room of what was paid with. */
function ProgramLine({ row }: { row: PaymentRow }) {
  return <LongName className="text-xs leading-4 text-muted">{row.program.name}</LongName>;
}

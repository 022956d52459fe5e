/** What `commit_authorisations` takes, by table: the columns of each row type in the database's order. */
import type { NewCase } from "@/server/fraud/types";
import type { TransferInput } from "@/server/ledger/types";
import { type RowType, rowColumns } from "@/server/platform/binary-array";
import type { Id } from "@/server/platform/ids";
import { OUTBOX_ROW } from "@/server/platform/outbox";
import { statusOf } from "../rules/present-payment";
import type { AuthoriseRequest, CountedLimit, Payment, PaymentAnswer, PaymentEvent } from "../types";
import { COMMITTED_COLUMNS } from "./payment-columns";

export interface AuthorisationToCommit {
  request: Pick<AuthoriseRequest, "idempotencyKey" | "requestHash">;
  at: Date;
  payment: Payment;
  answer: PaymentAnswer;
  timeline: PaymentEvent[];
  /** The hold, or the charge when it is captured at once; null when declined or when no money is due. */
  transfer: TransferInput | null;
  case: NewCase | null;
}

/** An admitted message, to be remembered. */
export interface AdmittedMessage {
  credentialId: Id<"credential">;
  nonce: string;
  deviceId: Id<"device">;
  /** Null where there is no number, or it is remembered already. */
  sequence: bigint | null;
  idempotencyKey: string | null;
}

const answered = rowColumns<AuthorisationToCommit>();

/** A payment with when its device asked, its key and what is answered. */
export const PAYMENT_ROW: RowType<AuthorisationToCommit> = {
  name: "payment_row",
  columns: [
    answered("at", "timestamptz", (item) => item.at),
    answered("key", "text", (item) => item.request.idempotencyKey),
    answered("request_hash", "bytea", (item) => item.request.requestHash),
    answered("status", "smallint", (item) => statusOf(item.payment.state)),
    answered("response", "json", (item) => item.answer),
    ...COMMITTED_COLUMNS.map(({ name, type, as }) => ({
      name,
      type,
      cell: (item: AuthorisationToCommit) => item.payment[as],
    })),
  ],
};

const told = rowColumns<PaymentEvent>();

export const PAYMENT_EVENT_ROW: RowType<PaymentEvent> = {
  name: "payment_event_row",
  columns: [
    told("payment_id", "uuid", (event) => event.paymentId),
    told("merchant_id", "uuid", (event) => event.merchantId),
    told("at", "timestamptz", (event) => event.at),
    told("kind", "text", (event) => event.kind),
    told("detail", "jsonb", (event) => event.detail),
  ],
};

const admitted = rowColumns<AdmittedMessage>();

export const MESSAGE_ROW: RowType<AdmittedMessage> = {
  name: "message_row",
  columns: [
    admitted("credential_id", "uuid", (message) => message.credentialId),
    admitted("nonce", "text", (message) => message.nonce),
    admitted("device_id", "uuid", (message) => message.deviceId),
    admitted("sequence", "bigint", (message) => message.sequence),
    admitted("key", "text", (message) => message.idempotencyKey),
  ],
};

/** What is added to a counter of a limit. */
export type LimitCount = CountedLimit & { payments: number; micros: bigint };

const counted = rowColumns<LimitCount>();

export const LIMIT_COUNT_ROW: RowType<LimitCount> = {
  name: "limit_count_row",
  columns: [
    counted("limit_id", "uuid", (count) => count.limit),
    counted("subject_id", "uuid", (count) => count.subject),
    counted("period_start", "timestamptz", (count) => new Date(count.start)),
    counted("payments", "integer", (count) => count.payments),
    counted("amount_micros", "bigint", (count) => count.micros),
  ],
};

/** For the test that holds them against the database. */
export const COMMITTED_ROWS = [PAYMENT_ROW, PAYMENT_EVENT_ROW, OUTBOX_ROW, MESSAGE_ROW, LIMIT_COUNT_ROW];

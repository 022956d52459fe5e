/** From a call over HTTP to what the services take: the signed request, and the values in path and body. */
import { getPaymentForDevice } from "@/server/payments/service/capture-payment";
import type { AuthoriseRequest } from "@/server/payments/types";
import { fromPublicId, type Id } from "@/server/platform/ids";
import { type Currency, MoneyError, parseMinorMicros } from "@/server/platform/money";
import type { DeviceScope } from "@/server/platform/scope";
import { Problem } from "./errors";
import { hashRequest, type MessageHeader, readBody } from "./read-message";
import { paymentBody } from "./schema";
import type { Call } from "./server";
import type { IncomingRequest } from "./verify-signature";

/**
 * The addresses that a request may have been signed under: the configured one and, on a connection that ends at this
 * machine's loopback, the loopback name that the client used.
 */
export function incomingOf(call: Call, publicUrl: string, carriesMessage: boolean): IncomingRequest {
  const targetUris = [`${publicUrl}${call.rawUrl}`];
  const host = call.headers.host ?? "";
  if (call.isLoopback && /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(host)) {
    const alias = `http://${host}${call.rawUrl}`;
    if (alias !== targetUris[0]) targetUris.push(alias);
  }
  const fields: { name: string; value: string }[] = [];
  for (let i = 0; i + 1 < call.rawHeaders.length; i += 2) {
    fields.push({ name: call.rawHeaders[i] ?? "", value: call.rawHeaders[i + 1] ?? "" });
  }
  return { method: call.method, targetUris, fields, body: call.body, carriesMessage };
}

export function readPayment(call: Call, { idempotencyKey, sequence }: MessageHeader): AuthoriseRequest {
  const body = readBody(paymentBody, call.body, true);
  const { currency } = body.amount;
  return {
    idempotencyKey,
    sequence,
    requestHash: hashRequest(call.method, call.path, body),
    amountMicros: minorMicros(body.amount.amount, currency),
    currency,
    instrumentToken: body.instrument.token,
    capture: body.capture,
    occurredAt: body.occurredAt === undefined ? undefined : new Date(body.occurredAt),
    location: body.location,
    description: body.description,
    quantity: body.quantity,
  };
}

export function required(message: MessageHeader | null): MessageHeader {
  if (!message) throw new Error("Invariant broken: an operation that changes something has no message.");
  return message;
}

export function paymentIdOf(call: Call): Id<"payment"> {
  const id = fromPublicId("payment", call.params.paymentId ?? "");
  if (!id) throw new Problem("payment_not_found");
  return id;
}

/** A capture in another currency than the payment's is a mistake, never an amount. */
export async function requireCurrency(
  scope: DeviceScope,
  paymentId: Id<"payment">,
  currency: Currency,
): Promise<void> {
  const found = await getPaymentForDevice(scope, paymentId);
  if (!found.ok) throw new Problem("payment_not_found");
  const expected = found.payment.amount.currency;
  if (expected === currency) return;
  const message = `must be ${expected}, as the payment is`;
  throw new Problem("invalid_request", `amount.currency: ${message}`, {
    errors: [{ field: "amount.currency", message }],
  });
}

export function minorMicros(amount: string, currency: Currency): bigint {
  try {
    return parseMinorMicros(amount, currency);
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    const { message } = error;
    const errors = [{ field: "amount.amount", message }];
    const tooFine = error.code === "amount_too_precise";
    throw new Problem(tooFine ? "amount_not_whole_minor_units" : "invalid_request", message, { errors });
  }
}

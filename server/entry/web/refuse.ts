/** What the door says to those whom it does not let in. */
import { randomBytes } from "node:crypto";
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { ERROR_TABLE } from "@/server/platform/errors";
import type { Family } from "./families";

export const REFUSALS = {
  malformed_request: { status: 400, title: "The request is not well-formed HTTP." },
  body_too_slow: { status: 408, title: "The request did not arrive in time. Send it again." },
  body_too_large: { status: 413, title: "The body is larger than this address takes." },
  too_many_at_once: {
    status: 429,
    title: "You have too many requests under way. Wait for some of them, then try again.",
  },
  header_too_large: { status: 431, title: "The header is too large." },
  busy: { status: 503, title: "The server has as much in hand as it can do. Try again in a moment." },
} as const;

export type Refusal = keyof typeof REFUSALS;

/** How long whoever still sends is listened to, so that the answer is read before the connection ends. */
const LINGER_MS = 1_000;

const TRPC_CODES: Partial<Record<number, string>> = {
  ...Object.fromEntries(Object.values(ERROR_TABLE).map(({ status, trpc }) => [status, trpc])),
  408: "TIMEOUT",
};

function bodyOf(refusal: Refusal, speaks: Family["speaks"], requestId: string): string {
  const { status, title } = REFUSALS[refusal];
  if (speaks === "trpc") {
    const data = { code: TRPC_CODES[status], httpStatus: status, reason: refusal, requestId };
    return JSON.stringify({ error: { message: title, code: -32600, data } });
  }
  return JSON.stringify({ type: "about:blank", title, status, code: refusal, requestId });
}

function headersOf(refusal: Refusal, speaks: Family["speaks"], requestId: string): Record<string, string> {
  const { status } = REFUSALS[refusal];
  return {
    "content-type": speaks === "trpc" ? "application/json" : "application/problem+json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
    ...(status === 429 || status === 503 || status === 408 ? { "retry-after": "1" } : {}),
  };
}

/** For a request whose body has been read, or that has none: the connection stays. */
export function answerRefusal(response: ServerResponse, refusal: Refusal, speaks: Family["speaks"]): void {
  const requestId = `req_${randomBytes(12).toString("hex")}`;
  const body = bodyOf(refusal, speaks, requestId);
  response
    .writeHead(REFUSALS[refusal].status, {
      ...headersOf(refusal, speaks, requestId),
      "content-length": String(Buffer.byteLength(body)),
    })
    .end(body);
}

/** For a client that still sends, or sends no HTTP: answers on the wire, listens a moment longer, and ends it. */
export function cutOff(
  socket: Duplex,
  refusal: Refusal,
  speaks: Family["speaks"] = "problem",
  request?: IncomingMessage,
): void {
  const requestId = `req_${randomBytes(12).toString("hex")}`;
  const { status } = REFUSALS[refusal];
  const body = bodyOf(refusal, speaks, requestId);
  const fields = Object.entries({
    ...headersOf(refusal, speaks, requestId),
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
    date: new Date().toUTCString(),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on("error", () => {});
  if (socket.writable) {
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join("")}\r\n${body}`);
  }
  request?.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

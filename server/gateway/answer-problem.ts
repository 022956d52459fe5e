/** A problem as it goes out: through the framework, or straight on the wire where there is no request to answer. */
import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { RETRY_AFTER_SECONDS } from "./constants";
import { PROBLEMS, type Problem } from "./errors";

/** How long whoever still sends is listened to, so that the answer is read before the connection ends. */
const LINGER_MS = 1_000;

/** Devices need none of these; whoever opens an answer in a browser does. */
export function headersOfEveryAnswer(publicUrl: string): Record<string, string> {
  return {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    ...(publicUrl.startsWith("https:") ? { "strict-transport-security": "max-age=31536000" } : {}),
  };
}

export function answersOf(publicUrl: string, problem: Problem, requestId: string) {
  const { retry, done, title } = { done: undefined, ...PROBLEMS[problem.code] };
  const { errors, highestSequence, retryAfterSeconds = RETRY_AFTER_SECONDS } = problem.facts;
  const body = JSON.stringify({
    type: `${publicUrl}/problems/${problem.code}`,
    title,
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    requestId,
    retry,
    done,
    highestSequence,
    errors,
  });
  const headers: Record<string, string> = {
    ...headersOfEveryAnswer(publicUrl),
    "content-type": "application/problem+json; charset=utf-8",
    "content-length": String(Buffer.byteLength(body)),
    "request-id": requestId,
    ...(retry === "later" ? { "retry-after": String(retryAfterSeconds) } : {}),
  };
  return { body, headers };
}

export function answerOnTheWire(socket: Duplex, publicUrl: string, problem: Problem): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { body, headers } = answersOf(publicUrl, problem, randomUUID());
  const fields = Object.entries({ ...headers, date: new Date().toUTCString(), connection: "close" });
  socket.on("error", () => {});
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`,
  );
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

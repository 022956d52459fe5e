/** What is no proper HTTP, or asks for what is not there: every answer is a problem of ours, with the headers of every answer. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { useTestDatabase } from "@/server/platform/testing";
import { PROBLEM_CODES, PROBLEMS, type ProblemCode } from "./errors";
import { buildGateway } from "./gateway";
import { operationList } from "./operations";
import { PUBLIC_URL, useGateway } from "./testing";

useTestDatabase();
const api = useGateway();

const ALWAYS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

interface Wire {
  status: number;
  headers: Record<string, string>;
  body: { code?: string; status?: number; retry?: string };
}

async function talk(work: (socket: Socket) => unknown): Promise<Wire> {
  const socket = connect(Number(new URL(api.address).port), "127.0.0.1");
  let said = "";
  socket.on("data", (chunk) => {
    said += chunk;
  });
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await once(socket, "connect");
  await work(socket);
  await closed;
  const [head = "", ...rest] = said.split("\r\n\r\n");
  const [first = "", ...fields] = head.split("\r\n");
  return {
    status: Number(first.split(" ")[1]),
    headers: Object.fromEntries(
      fields.map((field) => [
        field.split(":")[0]?.toLowerCase() ?? "",
        field.split(": ").slice(1).join(": "),
      ]),
    ),
    body: rest.length > 0 && rest[0] !== "" ? (JSON.parse(rest.join("\r\n\r\n")) as Wire["body"]) : {},
  };
}

const lines = (...all: string[]) => `${all.join("\r\n")}\r\n\r\n`;
const get = (path: string, ...fields: string[]) =>
  lines(`GET ${path} HTTP/1.1`, "Host: a", "Connection: close", ...fields);

function isOurs(answer: Wire, code: ProblemCode): void {
  expect(answer.body, JSON.stringify(answer)).toMatchObject({
    code,
    status: PROBLEMS[code].status,
    retry: PROBLEMS[code].retry,
  });
  expect(answer.status).toBe(PROBLEMS[code].status);
  expect(answer.headers).toMatchObject({
    ...ALWAYS,
    "content-type": "application/problem+json; charset=utf-8",
  });
  expect(answer.headers["request-id"]).toBeTruthy();
}

describe("a problem of ours answers", () => {
  const cases: [string, string, ProblemCode][] = [
    ["a path that cannot be decoded", get("/v1/payments/%zz"), "malformed_request"],
    ["a path with a part that never ends", get(`/v1/payments/${"x".repeat(3_000)}`), "route_not_found"],
    ["a NUL in a path", get("/v1/payments/%00"), "signature_missing"],
    [
      "a method of another protocol",
      lines("PROPFIND /v1/payments HTTP/1.1", "Host: a", "Connection: close"),
      "method_not_allowed",
    ],
    ["a tunnel", lines("CONNECT a:1 HTTP/1.1", "Host: a"), "method_not_allowed"],
    ["another protocol", get("/v1/payments/x", "Upgrade: websocket"), "signature_missing"],
    ["no host", lines("GET /healthz HTTP/1.1", "Connection: close"), "malformed_request"],
    ["an expectation that nobody knows", get("/healthz", "Expect: magic"), "expectation_failed"],
    ["a header without end", get("/healthz", `A: ${"x".repeat(20_000)}`), "header_too_large"],
    ["two lengths", get("/healthz", "Content-Length: 1", "Content-Length: 2"), "malformed_request"],
    ["a length that is none", get("/healthz", "Content-Length: one"), "malformed_request"],
    ["a body where none belongs", `${get("/healthz", "Content-Length: 3")}abc`, "body_too_large"],
    ["words that are no HTTP", "NONSENSE\r\n\r\n", "malformed_request"],
    [
      "a chunk of no size",
      `${lines("POST /v1/payments HTTP/1.1", "Host: a", "Content-Type: application/json", "Transfer-Encoding: chunked")}zz\r\n`,
      "malformed_request",
    ],
    [
      "a body of no type",
      `${lines("POST /v1/payments HTTP/1.1", "Host: a", "Connection: close", "Content-Length: 2")}{}`,
      "unsupported_media_type",
    ],
  ];
  for (const [name, sent, code] of cases) {
    test(`${name}`, async () => {
      const answer = await talk((socket) => socket.write(sent));
      // What the parser met in the middle of a body is told to whoever waits for the answer, or ends the connection.
      isOurs(answer, code);
    });
  }

  test("a body that goes on above its limit, in chunks", async () => {
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    const answer = await talk(async (socket) => {
      socket.write(
        lines(
          "POST /v1/payments HTTP/1.1",
          "Host: a",
          "Content-Type: application/json",
          "Transfer-Encoding: chunked",
        ),
      );
      for (let count = 0; count < 2_000 && !socket.destroyed; count++) {
        if (!socket.write(chunk))
          await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => {});
      }
    });
    isOurs(answer, "body_too_large");
  });

  test("a sender that stops in the middle, in the header or in the body", async () => {
    const [header, body] = await Promise.all([
      talk((socket) => socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\n")),
      talk((socket) =>
        socket.write(
          `${lines("POST /v1/payments HTTP/1.1", "Host: a", "Content-Type: application/json", "Content-Length: 9")}{`,
        ),
      ),
    ]);
    isOurs(header, "request_timeout");
    isOurs(body, "request_timeout");
    expect(header.headers["retry-after"]).toBe("1");
  }, 40_000);

  test("every method at every address, with one of the closed list", async () => {
    for (const [, operation] of operationList) {
      const path = operation.path.replace("{paymentId}", "pay_1").replace("{code}", "nothing");
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]) {
        const answer = await talk((socket) =>
          socket.write(
            lines(`${method} ${path} HTTP/1.1`, "Host: a", "Connection: close", "Content-Length: 0"),
          ),
        );
        if (answer.status === 200) expect(answer.headers).toMatchObject(ALWAYS);
        else {
          expect(PROBLEM_CODES, `${method} ${path} ${answer.status}`).toContain(answer.body.code);
          isOurs(answer, answer.body.code as ProblemCode);
        }
      }
    }
  });
});

test("a gateway that is being stopped says so, and when to come back", async () => {
  const other = buildGateway({ publicUrl: PUBLIC_URL });
  const address = await other.app.listen({ host: "127.0.0.1", port: 0 });
  const socket = connect(Number(new URL(address).port), "127.0.0.1");
  await once(socket, "connect");
  socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\n");
  const closing = other.app.close();
  let said = "";
  socket.on("data", (chunk) => {
    said += chunk;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.write("\r\n");
  await Promise.race([once(socket, "close"), new Promise((resolve) => setTimeout(resolve, 2_000))]);
  socket.destroy();
  await closing;
  expect(said).toContain("503");
  expect(said).toContain('"code":"unavailable"');
  expect(said.toLowerCase()).toContain("retry-after: 1");
});

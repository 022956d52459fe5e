/** The doors of the running web process: real bodies that are too large, in chunks and too slow. No browser. */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import { stack } from "./stack";

interface Answer {
  status: number;
  code: string;
}

/** Writes a request piece by piece and reads until the connection ends. */
async function send(path: string, fields: string[], pieces: AsyncIterable<string>): Promise<Answer> {
  const { hostname, port } = new URL(stack.webUrl);
  const socket = connect(Number(port), hostname);
  let said = "";
  let ended = false;
  socket.on("data", (chunk) => {
    said += chunk;
  });
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) =>
    socket.once("close", () => {
      ended = true;
      resolve();
    }),
  );
  socket.write([`POST ${path} HTTP/1.1`, `Host: ${hostname}:${port}`, ...fields, "", ""].join("\r\n"));
  for await (const piece of pieces) {
    if (ended) break;
    socket.write(piece);
  }
  await closed;
  const body = JSON.parse(/\{.*\}/s.exec(said)?.[0] ?? "{}") as {
    code?: string;
    error?: { data: { reason: string } };
  };
  return { status: Number(said.split(" ")[1]), code: body.code ?? body.error?.data.reason ?? "" };
}

const chunk = (bytes: number) => `${bytes.toString(16)}\r\n${"x".repeat(bytes)}\r\n`;

async function* many(bytes: number) {
  for (let sent = 0; sent < bytes; sent += 60_000) {
    yield chunk(60_000);
    await sleep(1);
  }
}

async function* oneAndNoMore() {
  yield chunk(1);
}

const FAMILIES = {
  "signing in": "/api/auth/callback/credentials",
  "calls of the portals": "/api/trpc/m/voltway/payments.list",
  "server actions": "/sign-in",
  "downloads of exports": "/api/exports/m/voltway/payments",
  "downloads of reports": "/api/reports/stl_1.csv",
  "refused lines of imports": "/api/imports/harbor-city/imp_1/refused",
  health: "/api/health",
  "what is not there": "/api/nothing/here",
} as const;

for (const [name, path] of Object.entries(FAMILIES)) {
  test(`${name}: a body without end is refused by the bytes that were read`, async () => {
    const answer = await send(path, ["Transfer-Encoding: chunked"], many(5_000_000));
    expect(answer).toEqual({ status: 413, code: "body_too_large" });
  });

  test(`${name}: a large body is refused as soon as it is announced`, async () => {
    const answer = await send(path, ["Content-Length: 250000000"], many(0));
    expect(answer).toEqual({ status: 413, code: "body_too_large" });
  });
}

test("uploads of strangers are refused before their body is read", async () => {
  const fields = ["Transfer-Encoding: chunked", "Content-Type: text/csv"];
  const answer = await send("/api/imports/harbor-city", fields, many(50_000_000));
  expect(answer).toEqual({ status: 401, code: "not_signed_in" });
});

test("a sender who stops in the middle is cut", async () => {
  const answers = await Promise.all(
    ["/api/auth/callback/credentials", "/api/trpc/m/voltway/payments.list", "/sign-in"].map((path) =>
      send(path, ["Transfer-Encoding: chunked"], oneAndNoMore()),
    ),
  );
  for (const answer of answers) expect(answer).toEqual({ status: 408, code: "body_too_slow" });
});

test("the nine uploads of a stranger leave the process answering", async () => {
  await Promise.all(
    Array.from({ length: 9 }, () =>
      send("/api/auth/callback/credentials", ["Transfer-Encoding: chunked"], many(250_000_000)),
    ),
  );
  expect((await fetch(`${stack.webUrl}/sign-in`)).status).toBe(200);
});

/** The door over real sockets, with a handler that does what pages and routes do with a request. */
import { once } from "node:events";
import { readdirSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDoor } from "./door";
import { FAMILIES, type Family, familyOf } from "./families";
import { Slots } from "./slots";

const seen: { method: string; bytes: number; headers: IncomingMessage["headers"] }[] = [];
const held = new Set<() => void>();

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === "/held") await new Promise<void>((resolve) => held.add(resolve));
  let bytes = 0;
  if (request.url !== "/unread") for await (const chunk of request) bytes += (chunk as Buffer).length;
  seen.push({ method: request.method ?? "", bytes, headers: request.headers });
  response.end(JSON.stringify({ bytes }));
}

const family: Family = {
  ...FAMILIES.calls,
  bodyBytes: 1_000,
  bodySeconds: 1,
  atOnce: 4,
  atOncePerSession: 2,
};
const streamed: Family = { ...family, name: "streamed", streamed: true, bodyBytes: 100_000 };
const server = openDoor(handle, {
  familyOf: (path) => (path === "/streamed" || path === "/unread" ? streamed : family),
  headerSeconds: 1,
});
let port = 0;

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Sends what it is told, waits for the end of the connection, and gives what was answered. */
async function talk(work: (socket: Socket) => unknown): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let said = "";
  socket.on("data", (chunk) => {
    said += chunk;
  });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => {});
  await once(socket, "connect");
  await work(socket);
  await closed;
  return said;
}

const head = (path: string, ...fields: string[]) =>
  [`POST ${path} HTTP/1.1`, "Host: a", ...fields, "", ""].join("\r\n");
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const statusOf = (answer: string) => Number(answer.split(" ")[1]);
const codeOf = (answer: string) =>
  (JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as { error: { data: { reason: string } } }).error
    .data.reason;

describe("a body", () => {
  test("of the allowed size passes whole, announced or in chunks", async () => {
    for (const fields of [{}, { "content-length": "1000" }]) {
      const response = await fetch(`http://127.0.0.1:${port}/a`, {
        method: "POST",
        headers: fields,
        body: Object.keys(fields).length > 0 ? "x".repeat(1000) : new Blob(["x".repeat(1000)]).stream(),
        duplex: "half",
      } as RequestInit);
      expect(await response.json()).toEqual({ bytes: 1000 });
    }
  });

  test("that is larger by one byte is refused by what was read, also when nothing was announced", async () => {
    const before = seen.length;
    const announced = await talk((socket) =>
      socket.write(`${head("/a", "Content-Length: 1001")}${"x".repeat(10)}`),
    );
    const chunked = await talk((socket) =>
      socket.write(
        `${head("/a", "Transfer-Encoding: chunked")}${chunk("x".repeat(600))}${chunk("x".repeat(401))}`,
      ),
    );
    for (const answer of [announced, chunked]) {
      expect(statusOf(answer)).toBe(413);
      expect(codeOf(answer)).toBe("body_too_large");
      expect(answer.toLowerCase()).toContain("x-content-type-options: nosniff");
    }
    expect(seen.length).toBe(before);
  });

  test("that asks first is told before it is sent", async () => {
    const answer = await talk((socket) =>
      socket.write(head("/a", "Content-Length: 5000", "Expect: 100-continue")),
    );
    expect(statusOf(answer)).toBe(413);
    const welcome = await talk(async (socket) => {
      socket.write(head("/a", "Content-Length: 5", "Expect: 100-continue", "Connection: close"));
      await sleep(100);
      socket.write("hello");
    });
    expect(welcome).toMatch(/^HTTP\/1\.1 100 .*HTTP\/1\.1 200 /s);
  });

  test("that comes too slowly is cut, and so is a header", async () => {
    const began = performance.now();
    const [body, inChunks, header, stream] = await Promise.all([
      talk((socket) => socket.write(`${head("/a", "Content-Length: 100")}x`)),
      talk((socket) => socket.write(`${head("/a", "Transfer-Encoding: chunked")}${chunk("x")}`)),
      talk((socket) => socket.write("POST /a HTTP/1.1\r\nHost: a\r\n")),
      talk((socket) => socket.write(`${head("/streamed", "Content-Length: 100")}x`)),
    ]);
    expect([body, inChunks, header, stream].map(statusOf)).toEqual([408, 408, 408, 408]);
    expect(performance.now() - began).toBeLessThan(6_000);
  });

  test("that is streamed is cut when it goes on above its limit", async () => {
    let sent = 0;
    await talk(async (socket) => {
      socket.write(head("/streamed", "Transfer-Encoding: chunked"));
      while (!socket.destroyed && sent < 20_000_000) {
        socket.write(chunk("x".repeat(60_000)));
        sent += 60_000;
        await sleep(1);
      }
      socket.destroy();
    });
    expect(sent).toBeGreaterThan(100_000);
    expect(sent).toBeLessThan(20_000_000);
  });

  test("that nobody reads does not go on for ever after the answer", async () => {
    let sent = 0;
    const answer = await talk(async (socket) => {
      socket.write(head("/unread", "Content-Length: 60000"));
      for (; !socket.destroyed && sent < 100; sent++) {
        socket.write("x");
        await sleep(50);
      }
    });
    expect(statusOf(answer)).toBe(200);
    expect(sent).toBeLessThan(100);
  });
});

test("nine senders of 250 MB each do not grow the process by 100 MB", async () => {
  const wide = openDoor(handle);
  wide.listen(0, "127.0.0.1");
  await once(wide, "listening");
  const block = chunk("x".repeat(1_000_000));
  const before = process.memoryUsage().rss;
  let most = 0;
  const send = async (path: string) => {
    const socket = connect((wide.address() as AddressInfo).port, "127.0.0.1");
    socket.on("error", () => {});
    socket.resume();
    socket.write(head(path, "Transfer-Encoding: chunked"));
    for (let megabytes = 0; megabytes < 250 && !socket.destroyed; megabytes++) {
      if (!socket.write(block))
        await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => {});
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    socket.destroy();
  };
  const paths = ["/api/auth/callback/credentials", "/api/trpc/m/a/b", "/sign-in"];
  await Promise.all(Array.from({ length: 9 }, (_, index) => send(paths[index % 3] ?? "")));
  wide.closeAllConnections();
  wide.close();
  expect(most).toBeLessThan(100_000_000);
});

describe("requests at once", () => {
  test("are limited by session, by address and by family, and are let in again when one ends", async () => {
    const ask = (cookie: string) =>
      fetch(`http://127.0.0.1:${port}/held`, { headers: { cookie: `purse.session=${cookie}` } });
    const first = [ask("one"), ask("one")];
    while (held.size < 2) await sleep(5);
    const third = await ask("one");
    expect([third.status, third.headers.get("retry-after")]).toEqual([429, "1"]);
    first.push(ask("two"), ask("two"));
    while (held.size < 4) await sleep(5);
    const fifth = await ask("three");
    expect([fifth.status, fifth.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await fifth.json()).toMatchObject({
      error: { data: { reason: "busy", code: "SERVICE_UNAVAILABLE" } },
    });
    for (const release of held) release();
    held.clear();
    for (const answer of await Promise.all(first)) expect(answer.status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/a`)).status).toBe(200);
  });

  test("of one address leave room for others, and who is gone is forgotten", () => {
    const slots = new Slots();
    const narrow = { ...family, atOnce: 3, atOncePerAddress: 2, atOncePerSession: 2 };
    const mine = [slots.enter(narrow, "a", null), slots.enter(narrow, "a", null)];
    expect(slots.enter(narrow, "a", null)).toEqual({ ok: false, full: "address" });
    const other = slots.enter(narrow, "b", "s");
    expect(other.ok).toBe(true);
    expect(slots.enter(narrow, "c", null)).toEqual({ ok: false, full: "family" });
    for (const entrance of [...mine, other]) if (entrance.ok) entrance.leave();
    for (const entrance of [...mine, other]) if (entrance.ok) entrance.leave();
    expect(slots.size).toBe(0);
  });
});

test("who asks is written by the door, whatever the client says of itself", async () => {
  const response = await fetch(`http://127.0.0.1:${port}/a`, {
    headers: { "x-purse-peer": "203.0.113.9", "x-purse-path": "/ops" },
  });
  expect(response.status).toBe(200);
  expect(seen.at(-1)?.headers["x-purse-peer"]).toBe("127.0.0.1");
  expect(seen.at(-1)?.headers["x-purse-path"]).toBeUndefined();
});

test("what is no HTTP, or has a header of any size, gets a problem", async () => {
  const nonsense = await talk((socket) => socket.write("NONSENSE\r\n\r\n"));
  expect([statusOf(nonsense), nonsense.includes("malformed_request")]).toEqual([400, true]);
  const large = await talk((socket) => socket.write(head("/a", `A: ${"x".repeat(20_000)}`)));
  expect([statusOf(large), large.includes("header_too_large")]).toEqual([431, true]);
});

describe("every route of app/", () => {
  const root = join(import.meta.dirname, "../../../app");
  const routes = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => /(^|\/)(route|page)\.tsx?$/.test(file))
    .map((file) => ({
      file,
      path: `/${file
        .split("/")
        .slice(0, -1)
        .filter((segment) => !segment.startsWith("("))
        .map((segment) => segment.replace(/^\[.*\]$/, "some-1"))
        .join("/")}`,
    }));

  test("belongs to a family, and those that take a body to one with a limit for it", () => {
    expect(routes.length).toBeGreaterThan(60);
    const unlisted = routes.filter(({ path }) => familyOf(path, undefined) === FAMILIES.unlisted);
    expect(unlisted).toEqual([]);
    const byName = (name: string) =>
      routes.filter(({ path }) => familyOf(path, undefined).name === name).map(({ file }) => file);
    expect(byName("uploads")).toEqual(["api/imports/[organisation]/route.ts"]);
    expect(byName("sign_in")).toEqual(["api/auth/[...nextauth]/route.ts"]);
    expect(byName("calls")).toEqual(["api/trpc/[portal]/[organisation]/[procedure]/route.ts"]);
    expect(byName("pages").every((file) => file.endsWith("page.tsx"))).toBe(true);
  });

  test("that is new and unlisted is noticed", () => {
    expect(familyOf("/api/new-thing", undefined)).toBe(FAMILIES.unlisted);
    expect(familyOf("/somewhere", undefined)).toBe(FAMILIES.unlisted);
    expect(familyOf("/api/trpc/m/voltway/live.overview", "text/event-stream")).toBe(FAMILIES.live);
  });
});

import { expect, test } from "vitest";
import { handleTrpcRequest } from "./handler";

const here = "http://localhost:3000/api/trpc/m/acme";

async function send(path: string, init: RequestInit = {}, portal = "m") {
  const response = await handleTrpcRequest(new Request(`${here}/${path}`, init), portal, "acme");
  const body = await response.json();
  return { status: response.status, reason: body.error?.data?.reason, headers: response.headers };
}

const change = (headers: Record<string, string>) => ({
  method: "POST",
  body: "{}",
  headers: { "content-type": "application/json", ...headers },
});

const FROM_ELSEWHERE: Record<string, string>[] = [
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
  { origin: "https://evil.example" },
];
const FROM_HERE: Record<string, string>[] = [
  { "sec-fetch-site": "same-origin" },
  { origin: "http://localhost:3000" },
  {},
];

test("a portal that does not exist is not found", async () => {
  expect(await send("team.list", {}, "x")).toMatchObject({ status: 404, reason: "portal_not_found" });
  expect(await send("team.list", {}, "constructor")).toMatchObject({
    status: 404,
    reason: "portal_not_found",
  });
});

test.each(FROM_ELSEWHERE)("a change that another site's page asks for is refused (%j)", async (headers) => {
  expect(await send("team.invite", change(headers))).toMatchObject({
    status: 403,
    reason: "cross_site_request",
  });
});

test.each(FROM_HERE)(
  "a change from our own pages or a program gets as far as its session (%j)",
  async (headers) => {
    expect(await send("team.invite", change(headers))).toMatchObject({
      status: 401,
      reason: "not_signed_in",
    });
  },
);

test("a batch has an end", async () => {
  const path = `${Array.from({ length: 31 }, () => "team.list").join(",")}?batch=1`;
  expect(await send(path)).toMatchObject({ status: 400, reason: "batch_too_large" });
});

test("nothing that is answered may be kept by a cache, and each answer has its request id", async () => {
  const { headers } = await send("team.list");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("x-request-id")).toMatch(/^req_[0-9a-f]{24}$/);
});

test("a cookie that nobody signed is no session", async () => {
  const request = Object.assign(new Request(`${here}/team.list`), {
    cookies: { get: () => ({ value: "eyJhbGciOiJub25lIn0.eyJzaWQiOiIxIn0." }) },
  });
  expect((await handleTrpcRequest(request, "m", "acme")).status).toBe(401);
});

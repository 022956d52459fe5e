/** Every entry of the audit log says which request asked and from where; refused and slowed sign-ins are entries. */
import { NextRequest } from "next/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sealSessionCookie } from "@/server/identity/next-auth";
import { addressOf } from "@/server/identity/request-address";
import { addMembership, createOrganisation, createUser } from "@/server/identity/service";
import { openSession, signIn } from "@/server/identity/service/sign-in";
import { whileAsked } from "@/server/platform/asking";
import { withClock } from "@/server/platform/clock";
import { withOwner } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import { keepDoor, PEER_HEADER } from "@/server/platform/peer";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { askingOf, createContext } from "./context";
import { handleTrpcRequest } from "./handler";

useTestDatabase();
const system = mintSystemScope("test");
const PASSWORD = "correct horse battery";
const WEB = "http://localhost:3000";
let userId: Id<"user">;
let cookie = "";

interface Entry {
  action: string;
  subject_id: string | null;
  request_id: string | null;
  address: string | null;
  after: Record<string, unknown> | null;
}

async function entriesOf(action: string): Promise<Entry[]> {
  return await withOwner(async (client) => {
    const { rows } = await client.query<Entry>(
      "select action, subject_id, request_id, host(address) as address, after from audit_entry where action = $1 order by seq",
      [action],
    );
    return rows;
  });
}

afterAll(() => keepDoor(false));

beforeAll(async () => {
  keepDoor();
  const merchant = await createOrganisation(system, { kind: "merchant", slug: "shop", name: "Shop" });
  const user = await createUser(system, { email: "a@people.example", name: "A", password: PASSWORD });
  userId = user.id;
  await addMembership(system, { userId, organisationId: merchant.id, role: "admin" });
  cookie = await sealSessionCookie(await openSession(userId, { ip: null, userAgent: null }));
});

test("a deed in a portal carries its request's id and the address of the connection", async () => {
  const request = new NextRequest(`${WEB}/api/trpc/m/shop/team.invite`, {
    method: "POST",
    headers: { cookie, "content-type": "application/json", origin: WEB, [PEER_HEADER]: "203.0.113.9" },
    body: JSON.stringify({ email: "new@people.example", role: "viewer" }),
  });
  const answer = await handleTrpcRequest(request, "m", "shop");
  expect(answer.status, await answer.clone().text()).toBe(200);
  const [entry] = await entriesOf("invitation.created");
  expect(entry).toMatchObject({
    request_id: answer.headers.get("x-request-id"),
    address: "203.0.113.9",
  });
});

test("what the platform does by itself names neither", async () => {
  const [entry] = await entriesOf("organisation.created");
  expect(entry).toMatchObject({ request_id: null, address: null });
});

async function tryPassword(email: string, password: string, peer: string): Promise<void> {
  const headers = new Headers({ [PEER_HEADER]: peer });
  await whileAsked(askingOf(headers), () =>
    signIn({ email, password, ip: addressOf(headers), userAgent: null }),
  );
}

test("a refused sign-in is an entry with the address, and without what was typed", async () => {
  await tryPassword("a@people.example", "not the one", "203.0.113.10");
  await tryPassword("nobody@people.example", PASSWORD, "203.0.113.11");
  const [known, unknown] = await entriesOf("sign_in.refused");
  expect(known).toMatchObject({ subject_id: userId, address: "203.0.113.10" });
  expect(unknown).toMatchObject({ subject_id: null, address: "203.0.113.11" });
  expect(known?.request_id).toMatch(/^req_/);
  expect(unknown?.request_id).toMatch(/^req_/);
  expect(unknown?.after).toEqual({ typed: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(unknown?.after).not.toEqual(known?.after);
  expect(JSON.stringify([known, unknown])).not.toMatch(/people\.example|battery|not the one/);
});

test("slowed sign-ins are entries, one a minute of an e-mail however many there are", async () => {
  const start = Date.parse("2026-03-01T10:00:00Z");
  const guess = (second: number) =>
    withClock(new Date(start + second * 1000), () =>
      whileAsked({ requestId: `req_${second}`, address: "203.0.113.12" }, () =>
        signIn({ email: "A@people.example ", password: "guess", ip: "203.0.113.12", userAgent: null }),
      ),
    );
  for (let n = 0; n < 40; n++) await guess(n);
  await guess(61);
  const noted = await entriesOf("sign_in.throttled");
  expect(noted).toHaveLength(2);
  const refused = (await entriesOf("sign_in.refused")).filter(({ subject_id }) => subject_id === userId);
  for (const entry of noted) {
    expect(entry).toMatchObject({ address: "203.0.113.12", after: refused[0]?.after });
    expect(entry.request_id).toMatch(/^req_\d+$/);
  }
});

test("an address that a client writes itself is not taken", () => {
  const context = createContext({
    unverifiedSessionId: async () => null,
    organisationSlug: null,
    headers: new Headers({ "x-forwarded-for": "198.51.100.1" }),
  });
  expect(context.ip).toBeNull();
});

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { NextRequest } from "next/server";
import { describe, expect, test } from "vitest";
import { GET as downloadRefused } from "@/app/api/imports/[organisation]/[importId]/refused/route";
import { POST as upload } from "@/app/api/imports/[organisation]/route";
import { sealSessionCookie } from "@/server/identity/next-auth";
import type { Role } from "@/server/identity/permissions";
import { addMembership } from "@/server/identity/service";
import { openSession } from "@/server/identity/service/sign-in";
import { withScope } from "@/server/platform/db";
import { newId, toPublicId } from "@/server/platform/ids";
import { useTestDatabase } from "@/server/platform/testing";
import { createWorld, system, type TestWorld } from "./testing";

useTestDatabase();

async function person(world: TestWorld, role: Role): Promise<{ slug: string; cookie: string }> {
  const userId = newId("user");
  const slug = await withScope(system, async (tx) => {
    await tx.query("insert into app_user (id, email, name) values ($1, $2, 'Somebody')", [
      userId,
      `${userId}@example.org`,
    ]);
    const { rows } = await tx.query<{ slug: string }>("select slug from organisation where id = $1", [
      world.operatorId,
    ]);
    return rows[0]?.slug ?? "";
  });
  await addMembership(system, { userId, organisationId: world.operatorId, role });
  const sessionId = await openSession(userId, { ip: null, userAgent: null });
  return { slug, cookie: await sealSessionCookie(sessionId) };
}

async function send(
  world: TestWorld,
  as: { slug: string; cookie: string },
  body: string | Buffer,
  { type = "text/csv", query = "" } = {},
): Promise<{ status: number; json: Record<string, unknown> }> {
  const program = toPublicId("program", world.programId);
  const merchant = toPublicId("organisation", world.merchantId);
  const url = `http://localhost:3000/api/imports/${as.slug}?program=${program}&merchant=${merchant}&name=file.csv${query}`;
  const request = new NextRequest(url, {
    method: "POST",
    body: new Uint8Array(Buffer.from(body)),
    headers: { cookie: as.cookie, "content-type": type },
  });
  const response = await upload(request, { params: Promise.resolve({ organisation: as.slug }) });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

describe("uploading a file", () => {
  test("imports it, and its refused lines can be downloaded", async () => {
    const world = await createWorld({ currency: "USD", timeZone: "America/Los_Angeles" });
    const admin = await person(world, "admin");
    const sample = await readFile(join(import.meta.dirname, "import/testdata/seattle-parking-sample.csv"));
    const file = `${sample.toString().trim()}\n7,2012-05-19 17:50:59,2012-05-19,17:50:00,19:15:00,85,-1.00,COINS,1,2\n`;
    const { status, json } = await send(world, admin, file);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      fileName: "file.csv",
      rows: { total: 11, accepted: 10, refused: 1 },
      acceptedAmount: { amount: "27.19", currency: "USD" },
    });
    const importId = String(json.id);
    const request = new NextRequest("http://localhost:3000/", { headers: { cookie: admin.cookie } });
    const params = Promise.resolve({ organisation: admin.slug, importId });
    const response = await downloadRefused(request, { params });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(
      'row,code,reason,id,flags,line\r\n11,amount_negative,"The amount is negative, and the line names no payment that it would give back.",seattle:7,"The amount is negative, and the line names no payment that it would give back.","7,2012-05-19 17:50:59,2012-05-19,17:50:00,19:15:00,85,-1.00,COINS,1,2"\r\n',
    );
  });

  test("is refused to roles that do not import, and in types that a foreign form could send", async () => {
    const world = await createWorld({ currency: "USD" });
    const analyst = await person(world, "fraud_analyst");
    expect(await send(world, analyst, "x")).toMatchObject({
      status: 403,
      json: { code: "permission_missing" },
    });
    const admin = await person(world, "admin");
    for (const type of ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"]) {
      const answer = await send(world, admin, "x", { type });
      expect(answer).toMatchObject({ status: 400, json: { code: "content_type_not_supported" } });
    }
    expect(await send(world, admin, "x", { query: "&format=xml" })).toMatchObject({ status: 400 });
    expect(await send(world, admin, "no header")).toMatchObject({
      status: 422,
      json: { code: "format_unknown" },
    });
  });
});

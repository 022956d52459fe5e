/** What a tenant's transaction may write, tried past the services with direct SQL in the role of the processes. */
import { beforeAll, describe, expect, test } from "vitest";
import { appPool, withScope } from "@/server/platform/db";
import { type Id, newId } from "@/server/platform/ids";
import { mintDeviceScope, mintPortalScope, mintSystemScope, type Scope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { createOrganisation, createUser } from "./service";

useTestDatabase();
const system = mintSystemScope("test");
let own: Id<"organisation">;
let other: Id<"organisation">;
let scopes: Record<"merchant" | "agency" | "device" | "operator" | "system", Scope>;

beforeAll(async () => {
  const merchant = await createOrganisation(system, { kind: "merchant", slug: "own", name: "Own" });
  const foreign = await createOrganisation(system, { kind: "merchant", slug: "other", name: "Other" });
  own = merchant.id;
  other = foreign.id;
  const person = await createUser(system, { email: "a@example.org", name: "A", password: "a long password" });
  const actor = { kind: "user", id: person.id } as const;
  scopes = {
    merchant: mintPortalScope("merchant", own, actor),
    agency: mintPortalScope("agency", own, actor),
    device: mintDeviceScope(own, newId("device")),
    operator: mintPortalScope("operator", own, actor),
    system,
  };
});

/** The code of the refusal; null when the row was written (and is taken back). */
async function attempt(scope: Scope, text: string, params: unknown[]): Promise<string | null> {
  try {
    await withScope(scope, async (tx) => {
      await tx.query(text, params);
      throw new Undone();
    });
  } catch (error) {
    if (error instanceof Undone) return null;
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
  return null;
}
class Undone extends Error {}

const AUDIT = `insert into audit_entry (id, actor_kind, action, subject_kind, organisation_id) values ($1, 'system', 'x.y', 'x', $2)`;
const EVENT = `insert into outbox (id, aggregatetype, aggregateid, type, payload, organisation_id) values ($1, 'x', $1, 'x', '{}', $2)`;
const ACCOUNT = `insert into bank_account (id, organisation_id, currency, holder, iban, bank_name, state, created_by)
  values ($1, $2, 'EUR', 'H', 'NO9386011117947', 'B', $3, scope_actor())`;
const MEMBER = `insert into membership (id, user_id, organisation_id, role) values ($1, $1, $2, 'admin')`;

describe("a tenant's transaction", () => {
  test.each(["merchant", "agency", "device"] as const)(
    "of a %s writes no other's audit or event",
    async (kind) => {
      expect(await attempt(scopes[kind], AUDIT, [newId("auditEntry"), own])).toBeNull();
      expect(await attempt(scopes[kind], AUDIT, [newId("auditEntry"), other])).toBe("42501");
      expect(await attempt(scopes[kind], AUDIT, [newId("auditEntry"), null])).toBe("42501");
      expect(await attempt(scopes[kind], EVENT, [newId("journal"), own])).toBeNull();
      expect(await attempt(scopes[kind], EVENT, [newId("journal"), other])).toBe("42501");
    },
  );

  test.each(["merchant", "agency", "device"] as const)(
    "of a %s puts no bank account to use",
    async (kind) => {
      const waits = await attempt(scopes[kind], ACCOUNT, [newId("bankAccount"), own, "waiting"]);
      expect(waits).toBe(kind === "device" ? "42501" : null);
      expect(await attempt(scopes[kind], ACCOUNT, [newId("bankAccount"), own, "active"])).not.toBeNull();
      expect(await attempt(scopes[kind], ACCOUNT, [newId("bankAccount"), other, "waiting"])).toBe("42501");
    },
  );

  test.each(["merchant", "agency", "device"] as const)("of a %s makes no member", async (kind) => {
    expect(await attempt(scopes[kind], MEMBER, [newId("membership"), own])).not.toBeNull();
    expect(await attempt(scopes[kind], MEMBER, [newId("membership"), other])).not.toBeNull();
  });

  test("the platform writes for others", async () => {
    for (const scope of [scopes.operator, scopes.system])
      expect(await attempt(scope, AUDIT, [newId("auditEntry"), other])).toBeNull();
  });
});

describe("the ledger", () => {
  const POST = "select ledger.post_transfers('{}', '{}', '{}', '{}', '{}')";

  test("posts nothing without a scope, nor for an agency", async () => {
    for (const call of [
      POST,
      "select ledger.create_accounts('[]')",
      "select ledger.expire_pending(1)",
      "select ledger.seal_next_block(1)",
    ])
      await expect(appPool().query(call), call).rejects.toMatchObject({ code: "42501" });
    expect(await attempt(scopes.agency, POST, [])).toBe("42501");
    expect(await attempt(scopes.merchant, "select ledger.expire_pending(1)", [])).toBe("42501");
  });

  test("posts for those who may", async () => {
    for (const kind of ["merchant", "device", "operator", "system"] as const)
      expect(await attempt(scopes[kind], POST, []), kind).toBeNull();
  });
});

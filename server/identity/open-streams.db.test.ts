import { expect, test } from "vitest";
import { subscribeLive, whileAllowed } from "@/server/platform/live";
import { mintPortalScope, mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { addMembership, createOrganisation, createUser, findAccess } from "./service";
import { revokeMembership } from "./service/team";

useTestDatabase();
const system = mintSystemScope("test");

let counter = 0;
async function somebody() {
  const email = `somebody-${++counter}@example.org`;
  return await createUser(system, { email, name: "Somebody", password: "correct horse battery" });
}

test("an open stream ends with the membership, at once", async () => {
  const merchant = await createOrganisation(system, {
    kind: "merchant",
    slug: "streaming",
    name: "Streaming",
  });
  const [admin, member] = [await somebody(), await somebody()];
  await addMembership(system, { userId: admin.id, organisationId: merchant.id, role: "admin" });
  const membershipId = await addMembership(system, {
    userId: member.id,
    organisationId: merchant.id,
    role: "viewer",
  });
  const scope = mintPortalScope("merchant", merchant.id, { kind: "user", id: member.id });
  const allowed = async () => (await findAccess(member.id, merchant.slug)) !== null;
  const stillOpen = whileAllowed(async () => (await findAccess(admin.id, merchant.slug)) !== null);
  const signal = whileAllowed(allowed);
  const stream = subscribeLive(scope, { signal });
  const next = stream.next();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const began = performance.now();
  const by = mintPortalScope("merchant", merchant.id, { kind: "user", id: admin.id });
  await revokeMembership(by, membershipId);
  expect((await next).done).toBe(true);
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(signal.aborted).toBe(true);
  expect(stillOpen.aborted).toBe(false);
});

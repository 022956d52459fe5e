/** An insider who holds the database as the application does, or owns it, tries to get a version into force alone. */
import { describe, expect, test } from "vitest";
import { withOwner, withScope } from "@/server/platform/db";
import { newId } from "@/server/platform/ids";
import { mintPortalScope, mintSystemScope, type Scope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { type City, createCity, createMember, propose, recordInvitation, termsFor } from "../testing";
import { answerAgreement } from "./answer-agreement";
import { approveAgreement } from "./approve-agreement";

const database = useTestDatabase();
const system = mintSystemScope("test");

async function attempt(scope: Scope, text: string, params: readonly unknown[] = []): Promise<string | null> {
  return await refusalOf(() => withScope(scope, (tx) => tx.query(text, params)));
}

async function asOwner(text: string, params: unknown[] = []): Promise<string | null> {
  return await refusalOf(() => withOwner((client) => client.query(text, params), database.url()));
}

async function refusalOf(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    const { constraint, message } = error as { constraint?: string; message: string };
    return constraint ?? message;
  }
}

function userOf(scope: Scope): string {
  if (scope.actor.kind !== "user") throw new Error("It is a person's scope.");
  return scope.actor.id;
}

async function answerAll(city: City, id: string, except: readonly string[] = []): Promise<void> {
  for (const { slug, scope } of [...city.agencies, ...city.merchants])
    if (!except.includes(slug)) await answerAgreement(scope, id, { answer: "approved" });
}

const APPROVE = `update agreement set state = 'approved', decided_at = now(), governs_from = effective_from where id = $1`;

describe("a version reaches approved and in force by the rule alone, whoever writes", () => {
  test("not while a merchant's answer is missing, also when the rows say that nobody was asked", async () => {
    const city = await createCity();
    const id = await propose(city, termsFor(city));
    await approveAgreement(city.approver, id);
    await answerAll(city, id, [city.merchants[1]?.slug ?? ""]);
    for (const scope of [system, city.creator, city.approver])
      expect(await attempt(scope, APPROVE, [id])).toBe("agreement_needs_everybody");
    expect(await asOwner(APPROVE, [id])).toBe("agreement_needs_everybody");
    // Somebody who can silence triggers takes the row away: the merchant is a member of the program and still lacks.
    await withOwner(async (client) => {
      await client.query("alter table agreement_party disable trigger user");
      await client.query("delete from agreement_party where agreement_id = $1 and organisation_id = $2", [
        id,
        city.merchants[1]?.id,
      ]);
      await client.query("alter table agreement_party enable trigger user");
    }, database.url());
    expect(await asOwner(APPROVE, [id])).toBe("agreement_needs_everybody");
  });

  test("not without the operator's second person", async () => {
    const city = await createCity();
    const id = await propose(city, termsFor(city));
    await answerAll(city, id);
    expect(await asOwner(APPROVE, [id])).toBe("agreement_needs_operator");
    const set = "update agreement set operator_approved_by = $2, operator_approved_at = now() where id = $1";
    expect(await attempt(city.creator, set, [id, userOf(city.creator)])).toBe("two_people");
    expect(await attempt(city.creator, set, [id, userOf(city.approver)])).toMatch(/another person's name/);
    expect(await attempt(system, set, [id, userOf(city.approver)])).toMatch(/signed in as themselves/);
    expect(await asOwner(set, [id, userOf(city.approver)])).toMatch(/signed in as themselves/);
  });

  test("not by a second person whom the first invited, nor by an account made after the draft, nor by a stranger", async () => {
    const city = await createCity();
    const id = await propose(city, termsFor(city));
    const made = await withScope(system, async (tx) => ({
      invited: await createMember(tx, city.operatorId, "invited@op.example"),
      fresh: await createMember(tx, city.operatorId, "fresh@op.example", "admin", new Date()),
    }));
    await recordInvitation(database.url(), {
      organisationId: city.operatorId,
      by: userOf(city.creator),
      accepted: made.invited,
      at: new Date("2020-02-01T00:00:00Z"),
    });
    const as = (userId: typeof made.invited) =>
      mintPortalScope("operator", city.operatorId, { kind: "user", id: userId });
    expect(await approveAgreement(as(made.invited), id)).toEqual({ ok: false, reason: "invited_by_other" });
    expect(await approveAgreement(as(made.fresh), id)).toEqual({ ok: false, reason: "account_too_new" });
    const set = "update agreement set operator_approved_by = $2, operator_approved_at = now() where id = $1";
    expect(await attempt(as(made.invited), set, [id, made.invited])).toBe("two_people");
    expect(await attempt(as(made.fresh), set, [id, made.fresh])).toBe("two_people");
    const agency = city.agencies[0];
    if (!agency) throw new Error("There is one.");
    const posing = mintPortalScope("operator", city.operatorId, agency.scope.actor);
    expect(await attempt(posing, set, [id, userOf(agency.scope)])).toMatch(/signed in as themselves/);
  });

  test("a draft and a proposal carry the name of whoever makes them", async () => {
    const city = await createCity();
    const insert = `insert into agreement (id, program_id, version, state, terms, terms_sha256, effective_from, created_by)
      values ($1, $2, 1, $3, '{"rules":[]}', 'x', '2026-12-30', $4)`;
    const row = (state: string, by: string) => [newId("agreement"), city.programId, state, by];
    expect(await attempt(city.creator, insert, row("in_force", userOf(city.creator)))).toBe(
      "agreement_begins_as_draft",
    );
    expect(await attempt(city.creator, insert, row("draft", userOf(city.approver)))).toMatch(/the name of/);
    const draft = row("draft", userOf(city.creator));
    expect(await attempt(city.creator, insert, draft)).toBeNull();
    const set =
      "update agreement set state = 'proposed', proposed_by = $2, proposed_at = now() where id = $1";
    expect(await attempt(city.creator, set, [draft[0], userOf(city.approver)])).toMatch(
      /signed in as themselves/,
    );
    expect(
      await attempt(city.creator, "update agreement set created_by = $2 where id = $1", [
        draft[0],
        userOf(city.approver),
      ]),
    ).toMatch(/immutable|never changed/);
  });

  test("no state is skipped, no version ends without another, none governs the past of another", async () => {
    const city = await createCity();
    const id = await propose(city, termsFor(city));
    const to = (state: string) => `update agreement set state = '${state}' where id = $1`;
    expect(await asOwner(to("in_force"), [id])).toMatch(/agreement_states|check/);
    expect(await asOwner(to("rejected"), [id])).toBe("agreement_outcome");
    await approveAgreement(city.approver, id);
    await answerAll(city, id);
    expect(await asOwner(to("superseded"), [id])).toBe("agreement_states");
    expect(await asOwner(to("proposed"), [id])).toMatch(/governs nothing|agreement_states/);
    expect(await asOwner("update agreement set governs_from = '2025-01-01' where id = $1", [id])).toMatch(
      /immutable|never changed/,
    );
    expect(await asOwner("delete from agreement where id = $1", [id])).not.toBeNull();
    const next = await propose(city, termsFor(city, { effectiveFrom: "2026-12-30T00:00:00" }));
    await approveAgreement(city.approver, next);
    await answerAll(city, next, [city.agencies[0]?.slug ?? ""]);
    const agency = city.agencies[0];
    if (!agency) throw new Error("There is one.");
    await attempt(
      agency.scope,
      "update agreement_party set answer = 'approved', answered_by = $2, answered_at = now() where agreement_id = $1 and answer is null",
      [next, userOf(agency.scope)],
    );
    const backdated = `update agreement set state = 'approved', decided_at = now(), governs_from = '2026-02-01' where id = $1`;
    expect(await asOwner(backdated, [next])).toBe("agreement_governs_forward");
    expect(await asOwner(APPROVE, [next])).toBeNull();
  });

  test("who was asked stays asked, and an answer stays what it was", async () => {
    const city = await createCity();
    const id = await propose(city, termsFor(city));
    const [first, second] = city.agencies;
    if (!first || !second) throw new Error("There are three.");
    await answerAgreement(first.scope, id, { answer: "rejected", reason: "Too little" });
    const mine = "where agreement_id = $1 and organisation_id = $2";
    expect(await asOwner(`delete from agreement_party ${mine}`, [id, second.id])).toMatch(
      /stays asked|never changed/,
    );
    expect(await asOwner("truncate agreement_party")).toMatch(/never changed/);
    expect(await asOwner(`update agreement_party set answer = 'approved' ${mine}`, [id, first.id])).toMatch(
      /given once|never changed/,
    );
    expect(
      await asOwner(`update agreement_party set organisation_id = $3 ${mine}`, [
        id,
        second.id,
        city.operatorId,
      ]),
    ).toMatch(/given once|never changed/);
    const answered = `insert into agreement_party (agreement_id, organisation_id, answer, answered_by, answered_at)
      values ($1, $2, 'approved', $3, now())`;
    expect(await attempt(system, answered, [id, city.operatorId, userOf(city.creator)])).toBe(
      "agreement_party_is_asked",
    );
  });

  test("nobody answers in another's name or from another's scope", async () => {
    const city = await createCity();
    const id = await propose(city, termsFor(city));
    const [first, second] = city.agencies;
    if (!first || !second) throw new Error("There are three.");
    const answer = `update agreement_party set answer = 'approved', answered_by = $3, answered_at = now()
      where agreement_id = $1 and organisation_id = $2`;
    expect(await attempt(system, answer, [id, first.id, userOf(first.scope)])).toMatch(/own person/);
    expect(await asOwner(answer, [id, first.id, userOf(first.scope)])).toMatch(/own person/);
    expect(await attempt(first.scope, answer, [id, first.id, userOf(second.scope)])).toMatch(/own person/);
    const posing = mintPortalScope("agency", first.id, second.scope.actor);
    expect(await attempt(posing, answer, [id, first.id, userOf(second.scope)])).toBe(
      "agreement_party_person",
    );
    const both = mintPortalScope("agency", first.id, city.approver.actor);
    expect(await attempt(both, answer, [id, first.id, userOf(city.approver)])).toBe("agreement_party_person");
  });

  test("an agency keeps the name by which agreements call it", async () => {
    const city = await createCity();
    expect(
      await attempt(city.creator, "update organisation set slug = 'another' where id = $1", [
        city.agencies[0]?.id,
      ]),
    ).toMatch(/short name/);
  });
});

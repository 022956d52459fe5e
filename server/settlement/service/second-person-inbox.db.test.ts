/** One inbox of everything that waits for a second person, and what it says to each of those who look. */
import { beforeAll, describe, expect, test } from "vitest";
import { changeRole } from "@/server/identity/service/team";
import { withOwner, withScope } from "@/server/platform/db";
import { type Id, newId, toPublicId } from "@/server/platform/ids";
import {
  mintPortalScope,
  mintSystemScope,
  type OperatorScope,
  type PortalScope,
} from "@/server/platform/scope";
import { pastGuards, useTestDatabase } from "@/server/platform/testing";
import { readAttention } from "@/server/reporting/service";
import { readOperatorAttention } from "@/server/reporting/service/read-work";
import { type City, createCity, createMember, propose, termsFor } from "../testing";
import { approveAgreement, withdrawAgreement } from "./approve-agreement";
import { listWaitingFor } from "./read-waiting";
import { confirmProgramTerms, draftProgramTerms } from "./set-program-terms";

const database = useTestDatabase();
const system = mintSystemScope("test");
let city: City;

beforeAll(async () => {
  city = await createCity();
});

const userOf = (scope: PortalScope) => (scope.actor.kind === "user" ? scope.actor.id : "");

async function member(
  of: { id: Id<"organisation">; kind: "operator" | "agency" },
  role: string,
  invitedBy: string | null = null,
) {
  const email = `${role}-${newId("user")}@example.org`;
  const id = await withScope(system, (tx) => createMember(tx, of.id, email, role));
  await pastGuards(["membership"], "update membership set created_by = $2 where user_id = $1", [
    id,
    invitedBy,
  ]);
  return mintPortalScope(of.kind, of.id, { kind: "user", id });
}
const operator = (role: string, invitedBy: string | null = null) =>
  member({ id: city.operatorId, kind: "operator" }, role, invitedBy) as Promise<OperatorScope>;

/** What each of them reads about one row: null where they may answer, `absent` where it does not stand in their inbox. */
async function faults(id: string, ...scopes: PortalScope[]): Promise<(string | null)[]> {
  const seen = [];
  for (const scope of scopes) {
    const row = (await listWaitingFor(scope)).find((each) => each.id === id);
    seen.push(row ? row.fault : "absent");
  }
  return seen;
}

async function membershipOf(scope: PortalScope): Promise<Id<"membership">> {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ id: Id<"membership"> }>("select id from membership where user_id = $1", [userOf(scope)]),
  );
  const [found] = rows;
  if (!found) throw new Error("They are a member.");
  return found.id;
}

/** Proposes another role for a member; gives the proposal. */
async function raise(by: PortalScope, whom: PortalScope): Promise<string> {
  await changeRole(by, await membershipOf(whom), "finance");
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ id: string }>("select id from role_grant where proposed_by = $1 order by id desc limit 1", [
      userOf(by),
    ]),
  );
  return toPublicId("roleGrant", rows[0]?.id ?? "");
}

describe("the inbox of a second person", () => {
  test("knows every signature of the database that can wait", async () => {
    /** In which words the inbox speaks of each; null for what nobody proposes, as it is done at once by the second. */
    const inbox: Record<string, string | null> = {
      "agreement.approve": "agreement.approve",
      "agreement.approve_proposal": "agreement.approve",
      "case.overturn": null,
      "confirmation.confirm": "adjustment.add",
      "invitation.release": "invitation.release",
      "membership.grant": "membership.grant",
      "password.release": "password.release",
      "program_terms.confirm": "program_terms.confirm",
      "run.approve": "run.approve",
    };
    const { signatures, view } = await withOwner(async (client) => {
      const { rows } = await client.query<{ action: string }>(
        `select distinct split_part(encode(tgargs, 'escape'), '\\000', 1) as action from pg_trigger
          where tgfoid = 'require_two_people'::regproc order by 1`,
      );
      const text = await client.query<{ view: string }>(
        "select pg_get_viewdef('waiting_for_second_person') as view",
      );
      return { signatures: rows.map(({ action }) => action), view: text.rows[0]?.view ?? "" };
    }, database.url());
    expect(signatures).toEqual(Object.keys(inbox).sort());
    for (const action of Object.values(inbox))
      if (action !== null && action !== "adjustment.add") expect(view).toContain(`'${action}'`);
    expect(view).toContain("FROM confirmation");
  });

  test("holds a version of an agreement until somebody of the operator who may has approved it", async () => {
    const id = await propose(city, termsFor(city));
    const puppet = await operator("admin", userOf(city.creator));
    const auditor = await operator("auditor");
    const row = toPublicId("agreement", id);
    const agency = city.agencies[0]?.scope;
    if (!agency) throw new Error("There is one.");
    expect(await faults(row, city.creator, puppet, auditor, city.approver, agency)).toEqual([
      "same_person",
      "invited_by_other",
      "not_a_signer",
      null,
      "absent",
    ]);
    const listed = (await listWaitingFor(city.approver)).find((each) => each.id === row);
    expect(listed).toMatchObject({ action: "agreement.approve", version: 1, mine: false });
    expect(listed?.expiresAt).not.toBeNull();
    expect(await approveAgreement(puppet, id)).toEqual({ ok: false, reason: "invited_by_other" });
    expect(await approveAgreement(city.approver, id)).toMatchObject({ ok: true });
    expect(await faults(row, city.approver)).toEqual(["absent"]);
    expect(await withdrawAgreement(city.creator, id, { reason: "Another one" })).toEqual({ ok: true });
  });

  test("holds the newest terms for merchants, and no older ones that nobody can confirm any more", async () => {
    const draft = { programId: city.programId, body: "Silence is agreement.", noticeDays: 14 };
    const first = await draftProgramTerms(city.creator, draft);
    const second = await draftProgramTerms(city.creator, { ...draft, noticeDays: 21 });
    if (!first.ok || !second.ok) throw new Error("Both were drafted.");
    const [older, newer] = [first, second].map(({ termsId }) => toPublicId("programTerms", termsId));
    expect(await faults(older ?? "", city.approver)).toEqual(["absent"]);
    expect(await faults(newer ?? "", city.creator, city.approver)).toEqual(["same_person", null]);
    await confirmProgramTerms(city.approver, second.termsId);
    expect(await faults(newer ?? "", city.approver)).toEqual(["absent"]);
  });

  test("holds an organisation's roles in its own, and in the operator's what only the operator can answer", async () => {
    const agency = city.agencies[0];
    if (!agency) throw new Error("There is one.");
    const of = { id: agency.id, kind: "agency" as const };
    const viewer = await member(of, "viewer");
    const alone = await raise(agency.scope, viewer);
    // The agency has one admin, so nobody else of it can confirm: that falls to the operator.
    expect(await faults(alone, agency.scope, viewer, city.approver)).toEqual([
      "same_person",
      "same_person",
      null,
    ]);
    expect((await readAttention(agency.scope)).secondPerson).toEqual({ team: 1, accounts: 0 });

    const puppet = await member(of, "admin", userOf(agency.scope));
    expect(await faults(alone, puppet, city.approver)).toEqual(["invited_by_other", null]);
    const colleague = await member(of, "admin");
    expect(await faults(alone, colleague, city.approver)).toEqual([null, "absent"]);
    const stranger = city.agencies[1]?.scope;
    if (!stranger) throw new Error("There is one.");
    expect(await faults(alone, stranger)).toEqual(["absent"]);

    const analyst = await operator("fraud_analyst");
    const own = await raise(city.creator, analyst);
    const finance = await operator("finance");
    expect(await faults(own, city.creator, analyst, finance, city.approver, colleague)).toEqual([
      "same_person",
      "same_person",
      "not_entitled",
      null,
      "absent",
    ]);
    const listed = (await listWaitingFor(city.approver)).find(({ id }) => id === own);
    expect(listed?.member).toMatchObject({ role: "finance" });
    expect(listed?.party?.kind).toBe("operator");
  });

  test("counts in the navigation just what it lists", async () => {
    expect((await readOperatorAttention(city.approver)).confirmations).toBe(
      (await listWaitingFor(city.approver)).length,
    );
    expect((await listWaitingFor(city.approver)).length).toBeGreaterThan(0);
  });
});

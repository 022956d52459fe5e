import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { mintPortalScope, mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { bringIntoForce, createCity, createMember, propose, recordInvitation, termsFor } from "../testing";
import { answerAgreement } from "./answer-agreement";
import { approveAgreement, withdrawAgreement } from "./approve-agreement";
import { createAgreementDraft, proposeAgreement } from "./draft-agreement";
import { getAgreement } from "./read-agreements";
import { advanceAgreements } from "./settle-agreement";

const database = useTestDatabase();

async function stateOf(id: string) {
  const { rows } = await withScope(mintSystemScope("test"), (tx) =>
    tx.query<{ state: string; governs_from: Date | null }>(
      "select state, governs_from from agreement where id = $1",
      [id],
    ),
  );
  return rows[0];
}

describe("agreements", () => {
  test("a draft that could leave money unassigned is refused with its reasons", async () => {
    const city = await createCity();
    const terms = termsFor(city, {
      rules: [{ name: "All", steps: [{ id: "fee", kind: "fixed", to: "nobody", amount: "1.00" }] }],
    });
    const refused = await createAgreementDraft(city.creator, { programId: city.programId, terms });
    expect(refused).toMatchObject({ ok: false, issues: [{ code: "last_step_not_share" }] });
    const stranger = termsFor(city, {
      rules: [
        { name: "All", steps: [{ id: "all", kind: "share", shares: [{ to: "nobody", weight: "1" }] }] },
      ],
    });
    expect(
      await createAgreementDraft(city.creator, { programId: city.programId, terms: stranger }),
    ).toMatchObject({ ok: false, issues: [{ code: "party_unknown" }] });
  });

  test("one operator alone brings no version into force that gives everything to the operator", async () => {
    const city = await createCity();
    const terms = termsFor(city, {
      effectiveFrom: "2026-12-30T00:00:00",
      rules: [
        {
          name: "All",
          steps: [{ id: "all", kind: "share", shares: [{ to: "operator", weight: "1" }] }],
        },
      ],
      chargebacks: { bearer: "operator" },
    });
    const id = await propose(city, terms);
    await advanceAgreements();
    expect((await stateOf(id))?.state).toBe("proposed");
    expect(await approveAgreement(city.creator, id)).toEqual({ ok: false, reason: "same_person" });
    expect(await approveAgreement(city.approver, id)).toEqual({ ok: true, state: "proposed" });
    for (const [index, { scope }] of city.merchants.entries()) {
      const last = index === city.merchants.length - 1;
      expect(await answerAgreement(scope, id, { answer: "approved" })).toEqual({
        ok: true,
        state: last ? "approved" : "proposed",
      });
    }
  });

  test("a version comes into force when the parties that it names, the merchants and the operator's second person agree", async () => {
    const city = await createCity();
    const id = await propose(city, termsFor(city));
    for (const { scope } of [...city.agencies, ...city.merchants]) {
      expect(await answerAgreement(scope, id, { answer: "approved" })).toEqual({
        ok: true,
        state: "proposed",
      });
    }
    expect(await approveAgreement(city.approver, id)).toEqual({ ok: true, state: "in_force" });
    expect((await stateOf(id))?.state).toBe("in_force");
  });

  test("a party that a version drops is asked, and nothing happens without it", async () => {
    const city = await createCity();
    await bringIntoForce(city, termsFor(city));
    const id = await propose(
      city,
      termsFor(city, {
        effectiveFrom: "2026-12-30T00:00:00",
        rules: [
          { name: "All", steps: [{ id: "all", kind: "share", shares: [{ to: "$merchant", weight: "1" }] }] },
        ],
      }),
    );
    await approveAgreement(city.approver, id);
    const [dropped, ...others] = [...city.agencies, ...city.merchants];
    if (!dropped) throw new Error("There are agencies.");
    for (const { scope } of others) await answerAgreement(scope, id, { answer: "approved" });
    expect((await stateOf(id))?.state).toBe("proposed");
    const seen = await getAgreement(dropped.scope, id);
    expect(seen.answers.find(({ party }) => party.slug === dropped.slug)?.because).toBe("named_before");
    expect(await answerAgreement(dropped.scope, id, { answer: "approved" })).toEqual({
      ok: true,
      state: "approved",
    });
  });

  test("a merchant that joins while a version is proposed is asked as well", async () => {
    const city = await createCity();
    const stranger = await createCity({ merchants: 1 });
    const newcomer = stranger.merchants[0];
    if (!newcomer) throw new Error("There is one.");
    const id = await propose(city, termsFor(city));
    await withScope(mintSystemScope("test"), (tx) =>
      tx.query("insert into program_party (program_id, organisation_id) values ($1, $2)", [
        city.programId,
        newcomer.id,
      ]),
    );
    await approveAgreement(city.approver, id);
    for (const { scope } of [...city.agencies, ...city.merchants])
      await answerAgreement(scope, id, { answer: "approved" });
    expect((await stateOf(id))?.state).toBe("proposed");
    expect(await answerAgreement(newcomer.scope, id, { answer: "approved" })).toEqual({
      ok: true,
      state: "in_force",
    });
  });

  test("the operator cannot answer for a party, not even with a scope that claims to be one", async () => {
    const city = await createCity();
    const id = await propose(city, termsFor(city));
    const { rowCount } = await withScope(city.creator, (tx) =>
      tx.query("update agreement_party set answer = 'approved' where agreement_id = $1 and answer is null", [
        id,
      ]),
    );
    expect(rowCount).toBe(0);
    const posing = mintPortalScope("agency", city.operatorId, city.creator.actor);
    await expect(answerAgreement(posing, id, { answer: "approved" })).rejects.toThrow(/no such/);
    const agency = city.agencies[0];
    if (!agency) throw new Error("There is one.");
    const intruding = mintPortalScope("agency", agency.id, city.creator.actor);
    expect(await answerAgreement(intruding, id, { answer: "approved" })).toEqual({
      ok: false,
      reason: "of_the_operator",
    });
  });

  test("whom the operator brought in after the draft cannot answer, nor whom those brought in; the party's own newcomer can", async () => {
    const city = await createCity();
    const agency = city.agencies[0];
    if (!agency || city.creator.actor.kind !== "user" || agency.scope.actor.kind !== "user")
      throw new Error("There is one.");
    const id = await propose(city, termsFor(city));
    const join = async (email: string, by: string) => {
      const at = new Date();
      const userId = await withScope(mintSystemScope("test"), (tx) =>
        createMember(tx, agency.id, email, "admin", at),
      );
      await recordInvitation(database.url(), { organisationId: agency.id, by, accepted: userId, at });
      return mintPortalScope("agency", agency.id, { kind: "user", id: userId });
    };
    const puppet = await join("puppet@example.org", city.creator.actor.id);
    const refused = { ok: false, reason: "brought_by_operator" };
    expect(await answerAgreement(puppet, id, { answer: "approved" })).toEqual(refused);
    if (puppet.actor.kind !== "user") throw new Error("It is a person.");
    const further = await join("further@example.org", puppet.actor.id);
    expect(await answerAgreement(further, id, { answer: "approved" })).toEqual(refused);
    const honest = await join("honest@example.org", agency.scope.actor.id);
    expect(await answerAgreement(honest, id, { answer: "approved" })).toMatchObject({ ok: true });
  });

  test("a party that is not named sees nothing to answer", async () => {
    const city = await createCity({ agencies: 4 });
    const id = await propose(city, termsFor(city));
    const fourth = city.agencies[3];
    if (!fourth) throw new Error("There are four.");
    await expect(answerAgreement(fourth.scope, id, { answer: "approved" })).rejects.toThrow(/no such/);
  });

  test("a merchant sees its own answer and the agencies', of other merchants the number alone", async () => {
    const city = await createCity();
    const id = await propose(city, termsFor(city));
    const [first, second] = city.merchants;
    if (!first || !second) throw new Error("There are two.");
    await answerAgreement(second.scope, id, { answer: "approved" });
    const seen = await getAgreement(first.scope, id);
    expect(seen.answers.map(({ party }) => party.slug).sort()).toEqual(
      [first.slug, ...city.agencies.map(({ slug }) => slug)].sort(),
    );
    expect(seen.merchants).toEqual({ asked: 2, agreed: 1 });
    const { rows } = await withScope(first.scope, (tx) =>
      tx.query("select 1 from agreement_party where agreement_id = $1 and organisation_id = $2", [
        id,
        second.id,
      ]),
    );
    expect(rows).toEqual([]);
  });

  test("one rejection with a reason rejects the version; an answer is given once", async () => {
    const city = await createCity();
    const id = await propose(city, termsFor(city));
    const [first, second] = city.agencies;
    if (!first || !second) throw new Error("There are three.");
    expect(await answerAgreement(first.scope, id, { answer: "rejected" })).toEqual({
      ok: false,
      reason: "reason_missing",
    });
    expect(await answerAgreement(first.scope, id, { answer: "rejected", reason: "Too little" })).toEqual({
      ok: true,
      state: "rejected",
    });
    expect(await answerAgreement(first.scope, id, { answer: "approved" })).toMatchObject({ ok: false });
    expect(await answerAgreement(second.scope, id, { answer: "approved" })).toEqual({
      ok: false,
      reason: "agreement_not_proposed",
    });
  });

  test("terms cannot change once they are proposed", async () => {
    const city = await createCity();
    const id = await propose(city, termsFor(city));
    await expect(
      withScope(city.creator, (tx) => tx.query("update agreement set terms = '{}' where id = $1", [id])),
    ).rejects.toThrow(/immutable|never changed/);
  });

  test("a draft's terms are as immutable as a proposal's: another version is drafted instead", async () => {
    const city = await createCity();
    const draft = await createAgreementDraft(city.creator, {
      programId: city.programId,
      terms: termsFor(city),
    });
    if (!draft.ok) throw new Error("It is good.");
    await expect(
      withScope(city.approver, (tx) =>
        tx.query("update agreement set terms = '{}' where id = $1", [draft.agreementId]),
      ),
    ).rejects.toThrow(/immutable|never changed/);
  });

  test("the operator takes a proposal back with a reason, and its date is free again", async () => {
    const city = await createCity();
    const id = await propose(city, termsFor(city));
    expect(await withdrawAgreement(city.approver, id, { reason: " " })).toEqual({
      ok: false,
      reason: "reason_missing",
    });
    expect(await withdrawAgreement(city.approver, id, { reason: "A wrong rate" })).toEqual({ ok: true });
    const merchant = city.merchants[0];
    if (!merchant) throw new Error("There is one.");
    const seen = await getAgreement(merchant.scope, id);
    expect(seen).toMatchObject({ state: "rejected", outcome: "withdrawn", outcomeReason: "A wrong rate" });
    expect((await stateOf(await propose(city, termsFor(city))))?.state).toBe("proposed");
  });

  test("an approved version takes over at its date and the one before is superseded", async () => {
    const city = await createCity();
    const old = await withClock(new Date("2026-01-02T00:00:00Z"), () => bringIntoForce(city, termsFor(city)));
    const fresh = await withClock(new Date("2026-05-01T00:00:00Z"), () =>
      bringIntoForce(city, termsFor(city, { effectiveFrom: "2026-07-01T00:00:00" })),
    );
    expect((await stateOf(fresh))?.state).toBe("approved");
    await withClock(new Date("2026-06-30T21:59:59Z"), () => advanceAgreements());
    expect((await stateOf(fresh))?.state).toBe("approved");
    await withClock(new Date("2026-06-30T22:00:00Z"), () => advanceAgreements());
    expect((await stateOf(fresh))?.state).toBe("in_force");
    expect((await stateOf(old))?.state).toBe("superseded");
  });

  test("a version that is approved after its date governs from the approval on, never before", async () => {
    const city = await createCity();
    await withClock(new Date("2026-01-02T00:00:00Z"), () => bringIntoForce(city, termsFor(city)));
    const id = await withClock(new Date("2026-05-01T00:00:00Z"), () =>
      propose(city, termsFor(city, { effectiveFrom: "2026-06-01T00:00:00" })),
    );
    const approval = new Date("2026-06-05T08:00:00Z");
    await withClock(approval, async () => {
      for (const { scope } of [...city.agencies, ...city.merchants])
        await answerAgreement(scope, id, { answer: "approved" });
      await approveAgreement(city.approver, id);
    });
    expect(await stateOf(id)).toEqual({ state: "in_force", governs_from: approval });
    const backdated = await withClock(approval, async () => {
      const terms = termsFor(city, { effectiveFrom: "2026-02-01T00:00:00" });
      const draft = await createAgreementDraft(city.creator, { programId: city.programId, terms });
      return draft.ok ? await proposeAgreement(city.creator, draft.agreementId) : draft;
    });
    expect(backdated).toEqual({ ok: false, reason: "effective_in_past" });
  });

  test("a proposal that not everybody answers expires thirty days after its date, and is not approved afterwards", async () => {
    const city = await createCity();
    const id = await withClock(new Date("2026-05-01T00:00:00Z"), () =>
      propose(city, termsFor(city, { effectiveFrom: "2026-06-01T00:00:00" })),
    );
    await withClock(new Date("2026-06-30T21:59:59Z"), () => advanceAgreements());
    expect((await stateOf(id))?.state).toBe("proposed");
    await withClock(new Date("2026-06-30T22:00:01Z"), () => advanceAgreements());
    expect((await stateOf(id))?.state).toBe("rejected");
    expect(await getAgreement(city.creator, id)).toMatchObject({ outcome: "expired" });
  });
});

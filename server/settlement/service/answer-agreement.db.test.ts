import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { mintPortalScope, mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { bringIntoForce, type City, createCity, termsFor } from "../testing";
import { advanceAgreements, answerAgreement } from "./answer-agreement";
import { createAgreementDraft, proposeAgreement } from "./draft-agreement";

useTestDatabase();

async function propose(city: City, terms: unknown) {
  const draft = await createAgreementDraft(city.creator, { programId: city.programId, terms });
  if (!draft.ok) throw new Error(JSON.stringify(draft));
  return { id: draft.agreementId, proposed: await proposeAgreement(city.creator, draft.agreementId) };
}

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

  test("a version comes into force only when every party that it names has approved it", async () => {
    const city = await createCity();
    const { id } = await propose(city, termsFor(city));
    for (const [index, agency] of city.agencies.entries()) {
      const answer = await answerAgreement(agency.scope, id, { answer: "approved" });
      expect(answer).toEqual({ ok: true, state: index < 2 ? "proposed" : "in_force" });
    }
    expect((await stateOf(id))?.state).toBe("in_force");
  });

  test("the operator cannot answer for a party, not even with a scope that claims to be one", async () => {
    const city = await createCity();
    const { id } = await propose(city, termsFor(city));
    const { rowCount } = await withScope(city.creator, (tx) =>
      tx.query("update agreement_party set answer = 'approved' where agreement_id = $1 and answer is null", [
        id,
      ]),
    );
    expect(rowCount).toBe(0);
    const posing = mintPortalScope("agency", city.operatorId, city.creator.actor);
    expect(await answerAgreement(posing, id, { answer: "approved" })).toEqual({
      ok: false,
      reason: "already_answered",
    });
  });

  test("a party that is not named sees nothing to answer", async () => {
    const city = await createCity({ agencies: 4 });
    const { id } = await propose(city, termsFor(city));
    const fourth = city.agencies[3];
    if (!fourth) throw new Error("There are four.");
    await expect(answerAgreement(fourth.scope, id, { answer: "approved" })).rejects.toThrow(/no such/);
  });

  test("one rejection with a reason rejects the version; an answer is given once", async () => {
    const city = await createCity();
    const { id } = await propose(city, termsFor(city));
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
    const { id } = await propose(city, termsFor(city));
    await expect(
      withScope(city.creator, (tx) => tx.query("update agreement set terms = '{}' where id = $1", [id])),
    ).rejects.toThrow(/immutable/);
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
    const { id } = await withClock(new Date("2026-05-01T00:00:00Z"), () =>
      propose(city, termsFor(city, { effectiveFrom: "2026-06-01T00:00:00" })),
    );
    const approval = new Date("2026-06-05T08:00:00Z");
    for (const { scope } of city.agencies) {
      await withClock(approval, () => answerAgreement(scope, id, { answer: "approved" }));
    }
    expect(await stateOf(id)).toEqual({ state: "in_force", governs_from: approval });
    const backdated = await withClock(approval, () =>
      propose(city, termsFor(city, { effectiveFrom: "2026-02-01T00:00:00" })),
    );
    expect(backdated.proposed).toEqual({ ok: false, reason: "effective_in_past" });
  });
});

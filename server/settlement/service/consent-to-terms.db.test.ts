import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withOwner, withScope } from "@/server/platform/db";
import { fromPublicId } from "@/server/platform/ids";
import { mintPortalScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { type City, createCity, propose, termsFor } from "../testing";
import { answerAgreement } from "./answer-agreement";
import { approveAgreement } from "./approve-agreement";
import { giveConsent, readMerchantTerms, withdrawConsent } from "./consent-to-terms";
import { getAgreement } from "./read-agreements";
import { confirmProgramTerms, draftProgramTerms, readOperatorTerms } from "./set-program-terms";
import { advanceAgreements } from "./settle-agreement";

const database = useTestDatabase();
const BODY = "A version is told to you. Your silence for the whole notice is agreement.";
const day = (date: string) => new Date(`${date}T09:00:00Z`);

async function setTerms(city: City, noticeDays: number): Promise<string> {
  const drafted = await draftProgramTerms(city.creator, {
    programId: city.programId,
    body: BODY,
    noticeDays,
  });
  if (!drafted.ok) throw new Error(drafted.reason);
  expect(await confirmProgramTerms(city.approver, drafted.termsId)).toEqual({ ok: true });
  return drafted.termsId;
}

/** A program whose terms give fourteen days, and whose first merchant relies on them. */
async function consentingCity(): Promise<{ city: City; termsId: string }> {
  const city = await createCity();
  const termsId = await withClock(day("2026-02-01"), () => setTerms(city, 14));
  const given = await withClock(day("2026-02-02"), () =>
    giveConsent(scopeOf(city, 0), { programId: city.programId, termsId }),
  );
  expect(given).toEqual({ ok: true });
  return { city, termsId };
}

function scopeOf(city: City, at: number) {
  const merchant = city.merchants[at];
  if (!merchant) throw new Error("There is one.");
  return merchant.scope;
}

/** Proposes on 1 March for 5 March, and has everybody but the first merchant agree. */
async function proposeToFirst(city: City): Promise<string> {
  return await withClock(day("2026-03-01"), async () => {
    const id = await propose(city, termsFor(city, { effectiveFrom: "2026-03-05T00:00:00" }));
    await approveAgreement(city.approver, id);
    for (const { scope } of [...city.agencies, ...city.merchants.slice(1)])
      await answerAgreement(scope, id, { answer: "approved" });
    return id;
  });
}

async function stateAt(city: City, id: string, at: Date): Promise<string> {
  await withClock(at, () => advanceAgreements());
  return (await withClock(at, () => getAgreement(city.creator, id))).state;
}

describe("a merchant's standing consent", () => {
  test("binds it when the notice has passed without objection, and not a moment before", async () => {
    const { city } = await consentingCity();
    const id = await proposeToFirst(city);
    expect(await stateAt(city, id, new Date("2026-03-15T08:59:59Z"))).toBe("proposed");
    expect(await stateAt(city, id, new Date("2026-03-15T09:00:00Z"))).toBe("in_force");
    const seen = await getAgreement(scopeOf(city, 0), id);
    expect(seen).toMatchObject({ ownAnswer: "approved", decidedAt: "2026-03-15T09:00:00.000Z" });
    expect(seen.answers.find(({ party }) => party.kind === "merchant")).toMatchObject({
      answer: null,
      agreed: true,
      noticeEndsAt: "2026-03-15T09:00:00.000Z",
    });
  });

  test("leaves it the objection until then, which rejects the version for everybody", async () => {
    const { city } = await consentingCity();
    const id = await proposeToFirst(city);
    const objection = await withClock(new Date("2026-03-14T09:00:00Z"), () =>
      answerAgreement(scopeOf(city, 0), id, { answer: "rejected", reason: "Too expensive" }),
    );
    expect(objection).toEqual({ ok: true, state: "rejected" });
    expect(await getAgreement(scopeOf(city, 1), id)).toMatchObject({
      outcome: "rejected",
      outcomeReason: "Too expensive",
    });
  });

  test("is over when the notice has passed although others still have to answer", async () => {
    const { city } = await consentingCity();
    const id = await withClock(day("2026-03-01"), () =>
      propose(city, termsFor(city, { effectiveFrom: "2026-04-01T00:00:00" })),
    );
    const late = await withClock(day("2026-03-16"), () =>
      answerAgreement(scopeOf(city, 0), id, { answer: "rejected", reason: "Too late" }),
    );
    expect(late).toEqual({ ok: false, reason: "notice_over" });
  });

  test("does not reach back: given after the proposal it is no answer to it", async () => {
    const city = await createCity();
    const termsId = await withClock(day("2026-02-01"), () => setTerms(city, 14));
    const id = await proposeToFirst(city);
    await withClock(day("2026-03-02"), () =>
      giveConsent(scopeOf(city, 0), { programId: city.programId, termsId }),
    );
    expect(await stateAt(city, id, day("2026-03-30"))).toBe("proposed");
  });

  test("withdrawn during the notice it no longer counts; afterwards the merchant is bound", async () => {
    const { city } = await consentingCity();
    const id = await proposeToFirst(city);
    expect(
      await withClock(day("2026-03-10"), () => withdrawConsent(scopeOf(city, 0), city.programId)),
    ).toEqual({ ok: true });
    expect(await stateAt(city, id, day("2026-03-30"))).toBe("proposed");
    const other = await consentingCity();
    const bound = await proposeToFirst(other.city);
    await withClock(day("2026-03-20"), () => withdrawConsent(scopeOf(other.city, 0), other.city.programId));
    expect(await stateAt(other.city, bound, day("2026-03-21"))).toBe("in_force");
  });

  test("does not speak for a merchant that the version names itself", async () => {
    const { city } = await consentingCity();
    const named = city.merchants[0];
    const terms = termsFor(city, {
      effectiveFrom: "2026-03-05T00:00:00",
      chargebacks: { bearer: named?.slug },
    });
    const id = await withClock(day("2026-03-01"), async () => {
      const proposed = await propose(city, terms);
      await approveAgreement(city.approver, proposed);
      for (const { scope } of [...city.agencies, ...city.merchants.slice(1)])
        await answerAgreement(scope, proposed, { answer: "approved" });
      return proposed;
    });
    expect(await stateAt(city, id, day("2026-03-30"))).toBe("proposed");
  });

  test("is given by the merchant's own person alone", async () => {
    const { city, termsId } = await consentingCity();
    const merchant = city.merchants[1];
    if (!merchant || city.creator.actor.kind !== "user") throw new Error("There is one.");
    const posing = mintPortalScope("merchant", merchant.id, city.creator.actor);
    expect(await giveConsent(posing, { programId: city.programId, termsId })).toEqual({
      ok: false,
      reason: "not_a_member",
    });
    const insert = `insert into standing_consent (id, program_terms_id, organisation_id, given_by, given_at)
      values (gen_random_uuid(), $1, $2, $3, now())`;
    const row = [termsId, merchant.id, city.creator.actor.id];
    await expect(withScope(city.creator, (tx) => tx.query(insert, row))).rejects.toThrow();
    await expect(withScope(posing, (tx) => tx.query(insert, row))).rejects.toMatchObject({
      constraint: "standing_consent_person",
    });
    await expect(withOwner((client) => client.query(insert, row), database.url())).rejects.toThrow(
      /own person/,
    );
  });
});

describe("a program's terms", () => {
  test("hold when a second person of the operator confirms them, and are never edited", async () => {
    const city = await createCity();
    const drafted = await draftProgramTerms(city.creator, {
      programId: city.programId,
      body: BODY,
      noticeDays: 30,
    });
    if (!drafted.ok || city.creator.actor.kind !== "user") throw new Error("It is drafted.");
    expect((await readMerchantTerms(scopeOf(city, 0)))[0]?.terms).toBeNull();
    expect(await readOperatorTerms(city.creator, city.programId)).toMatchObject({ ownFault: "same_person" });
    expect(await confirmProgramTerms(city.creator, drafted.termsId)).toEqual({
      ok: false,
      reason: "same_person",
    });
    const by = city.creator.actor.id;
    await expect(
      withScope(city.creator, (tx) =>
        tx.query("update program_terms set confirmed_by = $2, confirmed_at = now() where id = $1", [
          drafted.termsId,
          by,
        ]),
      ),
    ).rejects.toMatchObject({ constraint: "two_people" });
    expect(await confirmProgramTerms(city.approver, drafted.termsId)).toEqual({ ok: true });
    await expect(
      withOwner(
        (client) => client.query("update program_terms set notice_days = 7 where id = $1", [drafted.termsId]),
        database.url(),
      ),
    ).rejects.toThrow(/immutable|never changed/);
  });

  test("with a shorter notice end every consent, and do not shorten that of a version proposed before", async () => {
    const { city } = await consentingCity();
    const id = await proposeToFirst(city);
    const shorter = await withClock(day("2026-03-02"), () => setTerms(city, 7));
    const [offered] = await readMerchantTerms(scopeOf(city, 0));
    expect(offered).toMatchObject({ consent: null, consentedBefore: true, terms: { noticeDays: 7 } });
    await withClock(day("2026-03-02"), () =>
      giveConsent(scopeOf(city, 0), { programId: city.programId, termsId: shorter }),
    );
    expect(await stateAt(city, id, day("2026-03-14"))).toBe("proposed");
    expect(await stateAt(city, id, day("2026-03-15"))).toBe("in_force");
  });

  test("that changed since a merchant read them are not consented to", async () => {
    const { city, termsId } = await consentingCity();
    const next = await withClock(day("2026-03-02"), () => setTerms(city, 30));
    expect(await giveConsent(scopeOf(city, 1), { programId: city.programId, termsId })).toEqual({
      ok: false,
      reason: "terms_changed",
    });
    expect(await giveConsent(scopeOf(city, 1), { programId: city.programId, termsId: next })).toEqual({
      ok: true,
    });
    const [offered] = await readMerchantTerms(scopeOf(city, 1));
    expect(offered?.terms && fromPublicId("programTerms", offered.terms.id)).toBe(next);
    expect(offered?.consent).not.toBeNull();
  });
});

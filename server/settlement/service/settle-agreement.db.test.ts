import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withOwner, withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { bringIntoForce, type City, createCity, propose, termsFor } from "../testing";
import { answerAgreement } from "./answer-agreement";
import { approveAgreement } from "./approve-agreement";
import { createAgreementDraft, proposeAgreement } from "./draft-agreement";
import { getAgreement, listAgreements } from "./read-agreements";
import { listExceptions } from "./read-runs";
import { advanceAgreements } from "./settle-agreement";

const database = useTestDatabase();
const LATER = "2026-12-30T00:00:00";

async function rowOf(id: string) {
  const { rows } = await withScope(mintSystemScope("test"), (tx) =>
    tx.query<{ state: string; governs_from: Date | null; decided_at: Date | null }>(
      "select state, governs_from, decided_at from agreement where id = $1",
      [id],
    ),
  );
  return rows[0];
}

async function answerAll(city: City, id: string): Promise<void> {
  for (const { scope } of [...city.agencies, ...city.merchants])
    await answerAgreement(scope, id, { answer: "approved" });
}

describe("two versions and one date", () => {
  test("the second proposal of a date is refused, also when both are proposed at once", async () => {
    const city = await createCity();
    await bringIntoForce(city, termsFor(city));
    await propose(city, termsFor(city, { effectiveFrom: LATER }));
    const draft = async () => {
      const made = await createAgreementDraft(city.creator, {
        programId: city.programId,
        terms: termsFor(city, { effectiveFrom: LATER }),
      });
      if (!made.ok) throw new Error("It is good.");
      return made.agreementId;
    };
    expect(await proposeAgreement(city.creator, await draft())).toEqual({
      ok: false,
      reason: "effective_date_taken",
    });
    const other = await createCity();
    const terms = termsFor(other, { effectiveFrom: LATER });
    const both = [];
    for (let count = 0; count < 2; count++) {
      const made = await createAgreementDraft(other.creator, { programId: other.programId, terms });
      if (!made.ok) throw new Error("It is good.");
      both.push(made.agreementId);
    }
    const results = await Promise.all(both.map((id) => proposeAgreement(other.creator, id)));
    expect(results.map(({ ok }) => ok).sort()).toEqual([false, true]);
  });

  test("the database refuses it as well", async () => {
    const city = await createCity();
    await propose(city, termsFor(city, { effectiveFrom: LATER }));
    const made = await createAgreementDraft(city.creator, {
      programId: city.programId,
      terms: termsFor(city, { effectiveFrom: LATER }),
    });
    if (!made.ok || city.creator.actor.kind !== "user") throw new Error("It is good.");
    const by = city.creator.actor.id;
    await expect(
      withScope(city.creator, (tx) =>
        tx.query(
          "update agreement set state = 'proposed', proposed_by = $2, proposed_at = now() where id = $1",
          [made.agreementId, by],
        ),
      ),
    ).rejects.toMatchObject({ constraint: "agreement_date_once" });
  });

  test("of two that are accepted late in one moment both are answered, and the later one governs later", async () => {
    const city = await createCity();
    await withClock(new Date("2026-01-02T00:00:00Z"), () => bringIntoForce(city, termsFor(city)));
    const [first, second] = await withClock(new Date("2026-05-01T00:00:00Z"), async () => [
      await propose(city, termsFor(city, { effectiveFrom: "2026-06-01T00:00:00" })),
      await propose(city, termsFor(city, { effectiveFrom: "2026-06-02T00:00:00" })),
    ]);
    if (!first || !second) throw new Error("Both are proposed.");
    const moment = new Date("2026-06-05T08:00:00Z");
    await withClock(moment, async () => {
      for (const id of [first, second]) {
        await answerAll(city, id);
        expect(await approveAgreement(city.approver, id)).toMatchObject({ ok: true });
      }
    });
    expect((await rowOf(first))?.governs_from).toEqual(moment);
    expect((await rowOf(second))?.governs_from).toEqual(new Date(+moment + 1));
    await withClock(new Date(+moment + 1000), () => advanceAgreements());
    expect((await rowOf(first))?.state).toBe("superseded");
    expect((await rowOf(second))?.state).toBe("in_force");
  });
});

/** Makes every decision about one version fail in the database, as a broken row would. */
async function breakDecisionOf(id: string): Promise<void> {
  const name = `break_${id.replaceAll("-", "")}`;
  await withOwner(async (client) => {
    await client.query(`create function ${name}() returns trigger language plpgsql as $$
      begin if new.id = '${id}' then raise exception 'this row is broken'; end if; return new; end $$`);
    await client.query(
      `create trigger ${name} before update on agreement for each row execute function ${name}()`,
    );
  }, database.url());
}

describe("an answer and its consequence", () => {
  test("are one transaction: when the consequence fails, the answer was not given", async () => {
    const city = await createCity();
    const id = await propose(city, termsFor(city));
    await approveAgreement(city.approver, id);
    const all = [...city.agencies, ...city.merchants];
    for (const { scope } of all.slice(1)) await answerAgreement(scope, id, { answer: "approved" });
    await breakDecisionOf(id);
    const last = all[0];
    if (!last) throw new Error("There is one.");
    await expect(answerAgreement(last.scope, id, { answer: "approved" })).rejects.toThrow(/broken/);
    expect(await getAgreement(last.scope, id)).toMatchObject({ state: "proposed", ownAnswer: "waiting" });
  });

  test("a version that is broken stops neither the others' job nor their coming into force, and is an exception", async () => {
    const at = new Date("2026-07-01T00:00:00Z");
    const [broken, healthy] = await Promise.all([createCity(), createCity()]);
    const ids = new Map<City, string>();
    for (const city of [broken, healthy]) {
      const id = await withClock(new Date("2026-05-01T00:00:00Z"), () =>
        bringIntoForce(city, termsFor(city, { effectiveFrom: "2026-06-01T00:00:00" })),
      );
      ids.set(city, id);
      expect((await rowOf(id))?.state).toBe("approved");
    }
    await breakDecisionOf(ids.get(broken) ?? "");
    await withClock(at, () => advanceAgreements());
    expect((await rowOf(ids.get(broken) ?? ""))?.state).toBe("approved");
    expect((await rowOf(ids.get(healthy) ?? ""))?.state).toBe("in_force");
    const { items } = await listExceptions(broken.creator, {
      programId: broken.programId,
      open: true,
      limit: 10,
    });
    expect(items.map(({ kind }) => kind)).toEqual(["agreement_stuck"]);
    const stuck = await listAgreements(broken.creator, { limit: 10, programId: broken.programId });
    expect(stuck.items[0]?.state).toBe("approved");
  });
});

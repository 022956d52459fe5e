import { beforeAll, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { AppError } from "@/server/platform/errors";
import { useTestDatabase } from "@/server/platform/testing";
import { bringIntoForce, type City, capture, createCity, refund, termsFor } from "../testing";
import { allocatePending } from "./allocate-pending";
import { createAgreementDraft, proposeAgreement } from "./draft-agreement";
import { readSimulation, simulateAgreement, simulateProposals } from "./simulate-agreement";

useTestDatabase();
const today = new Date("2026-06-10T12:00:00Z");
let city: City;
let inForce: string;

beforeAll(async () => {
  city = await createCity();
  inForce = await withClock(new Date("2026-01-01T00:00:00Z"), () => bringIntoForce(city, termsFor(city)));
  // The ceiling of the step "network" is 5.00 a period: the running figures must start anew with each.
  for (const day of ["07", "08"]) {
    for (let hour = 0; hour < 12; hour += 1) {
      for (let minute = 0; minute < 5; minute += 1) {
        const at = new Date(`2026-06-${day}T0${Math.floor(hour / 2)}:${hour % 2}${minute}:00Z`);
        await capture(city, { micros: BigInt(1_000_000 + 370_000 * hour + 10_000 * minute), at });
      }
    }
  }
  const paid = await capture(city, { micros: 9_990_000n, at: new Date("2026-06-09T09:00:00Z") });
  await allocatePending(city.programId);
  await refund(city, paid, 9_990_000n, new Date("2026-06-09T10:00:00Z"));
  await allocatePending(city.programId);
});

const party = (index: number) => {
  const found = city.agencies[index];
  if (!found) throw new Error("no such agency");
  return found;
};

type PartyScope = Parameters<typeof readSimulation>[0];

async function simulated(scope: PartyScope, agreementId: string) {
  const view = await readSimulation(scope, agreementId);
  if (!view) throw new Error("nothing was reckoned");
  return view;
}

test("a version simulated over payments that it governed gives every party what it got", async () => {
  await withClock(today, () => simulateAgreement(inForce));
  for (const { scope } of [...city.agencies, ...city.merchants.slice(0, 1)]) {
    const view = await simulated(scope, inForce);
    expect(view.payments).toBe(121);
    expect(view.after).toEqual(view.before);
    expect(view.rows.every((row) => row.after.amount === row.before.amount)).toBe(true);
  }
  expect(Number((await simulated(party(1).scope, inForce)).before.amount)).toBeGreaterThan(1);
});

test("a proposed version shows what it would have changed, and changes nothing", async () => {
  const terms = termsFor(city, {
    effectiveFrom: "2026-07-01T00:00:00",
    rules: [
      {
        name: "Everything",
        steps: [
          { id: "vat", kind: "tax", to: party(0).slug, rate: "25%", inclusive: true },
          { id: "first", kind: "fixed", to: party(1).slug, amount: "0.01" },
          { id: "second", kind: "fixed", to: party(2).slug, amount: "0.01" },
          { id: "merchant", kind: "share", shares: [{ to: "$merchant", weight: "1" }] },
        ],
      },
    ],
  });
  const proposed = await withClock(today, async () => {
    const draft = await createAgreementDraft(city.creator, { programId: city.programId, terms });
    if (!draft.ok) throw new Error(JSON.stringify(draft.issues));
    await proposeAgreement(city.creator, draft.agreementId);
    return draft.agreementId;
  });
  expect(await readSimulation(party(1).scope, proposed)).toBeNull();
  expect(await withClock(today, () => simulateProposals())).toBe(1);
  expect(await withClock(today, () => simulateProposals())).toBe(0);
  const view = await simulated(party(1).scope, proposed);
  expect(view.after.amount).toBe("1.21");
  expect(Number(view.before.amount)).toBeGreaterThan(1.21);
  // A day later the comparison is made anew, over the payments of then.
  const tomorrow = new Date(+today + 25 * 3_600_000);
  expect(await withClock(tomorrow, () => simulateProposals())).toBe(1);
  expect((await simulated(party(1).scope, proposed)).to).toBe(tomorrow.toISOString());
  const again = await simulated(party(1).scope, inForce);
  expect(again.after).toEqual(again.before);
});

test("a version that the party may not read shows it nothing", async () => {
  const other = await createCity();
  const stranger = other.agencies[0];
  await expect(readSimulation(stranger?.scope ?? party(0).scope, inForce)).rejects.toBeInstanceOf(AppError);
});

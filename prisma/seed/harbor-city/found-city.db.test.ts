import { addDays } from "date-fns";
import { expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { useTestDatabase } from "@/server/platform/testing";
import { listAgreements } from "@/server/settlement/service/read-agreements";
import { foundCity, operatorScope, partyScope } from "./found-city";

useTestDatabase();

test("the demo's versions are in force by two operators, its agencies and merchants, and one waits for an agency", async () => {
  const now = new Date();
  const from = addDays(now, -30);
  const city = await withClock(addDays(from, -1), () => foundCity(from, now));
  const { items } = await listAgreements(operatorScope(city, "ravi@harborcity.example"), {
    limit: 10,
    programId: city.harborCity,
  });
  expect(items.map(({ state }) => state)).toEqual(["proposed", "approved", "in_force"]);
  expect(items.every(({ operator }) => operator.approvedBy !== operator.proposedBy)).toBe(true);
  const own = await listAgreements(partyScope(city, "metro-transit"), { limit: 1 });
  expect(own.items[0]).toMatchObject({ state: "proposed", ownAnswer: "waiting" });
  const voltway = await listAgreements(partyScope(city, "voltway"), { limit: 1 });
  expect(
    voltway.items[0]?.answers.find(({ party }) => party.slug === "voltway")?.noticeEndsAt,
  ).not.toBeNull();
});

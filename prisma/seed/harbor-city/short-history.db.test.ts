import { addDays } from "date-fns";
import { expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { useTestDatabase } from "@/server/platform/testing";
import { listAgreements } from "@/server/settlement/service/read-agreements";
import { foundCity, operatorScope } from "./found-city";

useTestDatabase();

test("in a history of three days too, the second version was agreed on in the past and lies ahead of the proposed one", async () => {
  const now = new Date();
  const from = addDays(now, -3);
  const city = await withClock(addDays(from, -1), () => foundCity(from, now));
  const { items } = await listAgreements(operatorScope(city, "ravi@harborcity.example"), {
    limit: 10,
    programId: city.harborCity,
  });
  expect(items.map(({ state }) => state)).toEqual(["proposed", "approved", "in_force"]);
  const [proposed, second, first] = items.map(({ effectiveFrom }) => Date.parse(effectiveFrom));
  expect(first).toBeLessThan(+from);
  expect(second).toBeGreaterThan(+now);
  expect(proposed).toBeGreaterThan(second ?? Number.POSITIVE_INFINITY);
});

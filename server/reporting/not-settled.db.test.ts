import { describe, expect, test } from "vitest";
import { accountIdFor } from "@/server/ledger/service";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { partyAccount } from "@/server/settlement/rules/name-accounts";
import { allocatePending } from "@/server/settlement/service/allocate-pending";
import { closePeriod } from "@/server/settlement/service/close-period";
import {
  balanceOf,
  bringIntoForce,
  capture,
  createCity,
  refund,
  termsFor,
} from "@/server/settlement/testing";
import { readNotSettled } from "./repository/read-shares";
import { readMerchantOverview } from "./service";

useTestDatabase();
const at = (text: string) => new Date(text);

describe("what is not settled yet", () => {
  test("a debt stands there with its sign, and every party's figure is the balance that the ledger owes it", async () => {
    const city = await createCity();
    await withClock(at("2026-01-01T00:00:00Z"), () => bringIntoForce(city, termsFor(city)));
    const [merchant] = city.merchants;
    if (!merchant) throw new Error("There are two.");
    const id = await capture(city, { micros: 20_000_000n, at: at("2026-06-01T10:00:00Z") });
    const close = (end: string) =>
      withClock(new Date(+at(end) + 60_000), () => closePeriod(city.creator, city.programId, at(end)));
    const check = async (sign: -1 | 0 | 1) => {
      for (const party of [...city.merchants, ...city.agencies]) {
        const shown = await withScope(mintSystemScope("test"), (tx) =>
          readNotSettled(tx, city.programId, party.id),
        );
        const account = partyAccount(
          { id: city.programId, currency: "EUR", operatorId: city.operatorId },
          party.id,
        );
        expect(shown).toBe((await balanceOf(accountIdFor(account))).available);
        if (party.id === merchant.id) expect(shown > 0n ? 1 : shown < 0n ? -1 : 0).toBe(sign);
      }
    };
    await allocatePending(city.programId);
    await check(1);
    await close("2026-06-01T20:00:00Z");
    await check(0);
    await refund(city, id, 20_000_000n, at("2026-06-02T10:00:00Z"));
    await allocatePending(city.programId);
    await check(-1);
    await close("2026-06-02T20:00:00Z");
    await check(-1);
    const overview = await withClock(at("2026-06-02T21:00:00Z"), () => readMerchantOverview(merchant.scope));
    expect(overview.notSettled.amount.startsWith("-")).toBe(true);
  });
});

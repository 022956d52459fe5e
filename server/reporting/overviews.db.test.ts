import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { permissionsOf } from "@/server/identity/permissions";
import { withClock } from "@/server/platform/clock";
import { withOwner } from "@/server/platform/db";
import { beat } from "@/server/platform/heartbeat";
import { newId, toPublicId } from "@/server/platform/ids";
import { mintPortalScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import {
  readAgencyOverview,
  readMerchantOverview,
  readOperatorOverview,
  search,
  watchMerchant,
} from "./service";

useTestDatabase();

const ids = {
  operator: newId("organisation"),
  merchant: newId("organisation"),
  rival: newId("organisation"),
  agency: newId("organisation"),
  program: newId("program"),
  agreement: newId("agreement"),
};
const user = { kind: "user" as const, id: newId("user") };
const noon = new Date("2026-11-10T11:00:00Z");

async function insertPayment(
  merchant: string,
  at: string,
  micros: bigint,
  agencyMicros: bigint,
): Promise<string> {
  const id = newId("payment");
  await withOwner(async (client) => {
    await client.query(
      `insert into payment (id, program_id, merchant_id, device_kind, instrument_kind, instrument_label, source, external_ref,
         currency, amount_micros, captured_micros, state, occurred_at, captured_at, capture_seq)
       values ($1, $2, $3, 'ev_charger', 'wallet', 'Wallet 1', 'device', $6, 'EUR', $4, $4, 'captured', $5, $5, nextval('payment_capture_seq'))`,
      [id, ids.program, merchant, micros, at, id],
    );
    await client.query(
      `insert into allocation_leg (payment_id, ordinal, tranche_no, program_id, merchant_id, party_id, agreement_id, rule, step, step_kind, amount_micros, why, effective_at)
       values ($1, 0, 1, $2, $3, $4, $5, 'All', 'share', 'percent', $6, 'x', $8), ($1, 1, 1, $2, $3, $3, $5, 'All', 'rest', 'share', $7, 'x', $8)`,
      [id, ids.program, merchant, ids.agency, ids.agreement, agencyMicros, micros - agencyMicros, at],
    );
    await client.query(
      `insert into tranche_total (tranche_no, party_id, merchant_id, day, agreement_id, rule, step, step_kind, payment_count, amount_micros)
       select 1, party_id, merchant_id, effective_at::date, agreement_id, rule, step, step_kind, 1, amount_micros
         from allocation_leg where payment_id = $1
       on conflict (tranche_no, party_id, merchant_id, day, agreement_id, rule, step)
       do update set amount_micros = tranche_total.amount_micros + excluded.amount_micros`,
      [id],
    );
  });
  return id;
}

beforeAll(async () => {
  await withOwner(async (client) => {
    await client.query(
      `insert into organisation (id, kind, slug, name) values ($1, 'operator', 'op', 'Operator'), ($2, 'merchant', 'volt', 'Volt'),
         ($3, 'merchant', 'rival', 'Rival'), ($4, 'agency', 'city', 'City')`,
      [ids.operator, ids.merchant, ids.rival, ids.agency],
    );
    await client.query(
      `insert into program (id, slug, name, operator_id, currency, time_zone, calendar)
       values ($1, 'p', 'P', $2, 'EUR', 'Europe/Oslo', '{"every":"day","cutOff":"22:00"}')`,
      [ids.program, ids.operator],
    );
    await client.query(
      "insert into program_party (program_id, organisation_id) select $1, unnest($2::uuid[])",
      [ids.program, [ids.operator, ids.merchant, ids.rival, ids.agency]],
    );
    // Only its id is needed, so it is put in as a restored row would be.
    await client.query("set session_replication_role = replica");
    await client.query(
      `insert into agreement (id, program_id, version, state, terms, terms_sha256, effective_from, governs_from)
       values ($1, $2, 1, 'in_force', '{}', '', '2026-01-01', '2026-01-01')`,
      [ids.agreement, ids.program],
    );
    await client.query("reset session_replication_role");
  });
  await withOwner((client) =>
    client.query(
      `insert into tranche (program_id, period_start, period_end, last_effective_at, opened_at)
       values ($1, '2026-11-01', '2026-12-01', '2026-11-10', '2026-11-01')`,
      [ids.program],
    ),
  );
  await insertPayment(ids.merchant, "2026-11-10T09:30:00Z", 10_000_000n, 1_500_000n);
  await insertPayment(ids.merchant, "2026-11-09T22:59:59Z", 4_000_000n, 400_000n); // 23:59:59 of the day before in Oslo
  await insertPayment(ids.merchant, "2026-11-03T10:59:00Z", 2_000_000n, 200_000n);
  await insertPayment(ids.rival, "2026-11-10T09:00:00Z", 70_000_000n, 7_000_000n);
});

describe("overviews", () => {
  test("live figures come at once, are the overview's, and end when nobody listens", async () => {
    const scope = mintPortalScope("merchant", ids.merchant, user);
    const stop = new AbortController();
    const live = watchMerchant(scope, undefined, stop.signal);
    const overview = await withClock(noon, () => readMerchantOverview(scope));
    const first = await withClock(noon, () => live.next());
    expect(first.value).toMatchObject({
      taken: overview.today.taken,
      payments: overview.today.payments,
      notSettled: overview.notSettled,
    });
    const waiting = live.next();
    stop.abort();
    expect((await waiting).done).toBe(true);
  });

  test("figures whose worker is silent are not called live, and say since when", async () => {
    const next = async () => {
      const live = watchMerchant(mintPortalScope("merchant", ids.merchant, user), undefined);
      const { value } = await withClock(noon, () => live.next());
      void live.return();
      if (!value) throw new Error("no figures came");
      return value.staleSince;
    };
    expect(await next()).toBe("1970-01-01T00:00:00.000Z");
    await beat("worker", {});
    await sleep(2_100); // A process asks for the worker's sign of life every two seconds.
    expect(await next()).toBeNull();
    const at = await withOwner(async (client) => {
      const { rows } = await client.query<{ at: Date }>(
        "update heartbeat set at = at - interval '1 minute' where part = 'worker' returning at",
      );
      return rows[0]?.at;
    });
    await sleep(2_100);
    expect(await next()).toBe(at?.toISOString());
  });

  test("a merchant's day begins at midnight of the program and counts no other merchant's payment", async () => {
    const overview = await withClock(noon, () =>
      readMerchantOverview(mintPortalScope("merchant", ids.merchant, user)),
    );
    expect(overview.today.taken).toEqual({ amount: "10.00", currency: "EUR" });
    expect(overview.today.payments).toBe(1);
    expect(overview.today.takenWeekBefore.amount).toBe("2.00");
    expect(overview.byDay).toHaveLength(30);
    expect(overview.byDay.at(-2)).toMatchObject({ day: "2026-11-09", taken: "4.00", yours: "3.60" });
    expect(overview.byHour[10]).toEqual({ hour: 10, today: "10.00", usual: "0.00" });
    expect(overview.notSettled.amount).toBe("13.90");
    expect(overview.split.map((row) => [row.slug, row.amount])).toEqual([
      ["volt", "13.90"],
      ["city", "2.10"],
    ]);
  });

  test("an agency sees its own share of every merchant's payments and nothing else", async () => {
    const overview = await withClock(noon, () =>
      readAgencyOverview(mintPortalScope("agency", ids.agency, user)),
    );
    expect(overview.notSettled.amount).toBe("9.10");
    expect(overview.today.amount).toBe("8.50");
    expect(overview.byDay.at(-1)?.kinds).toEqual({ ev_charger: "8.50" });
  });

  test("the operator's flow adds up to what was allocated", async () => {
    const overview = await withClock(noon, () =>
      readOperatorOverview(mintPortalScope("operator", ids.operator, user)),
    );
    expect(overview.today.captured.amount).toBe("80.00");
    const cents = overview.flow.map((link) => BigInt(link.amount.replace(".", "")));
    expect(cents.reduce((total, value) => total + value, 0n)).toBe(8400n);
  });

  test("a program that one takes no part in is not found, with a code", async () => {
    const stranger = mintPortalScope("merchant", newId("organisation"), user);
    await expect(readMerchantOverview(stranger, "p")).rejects.toMatchObject({ reason: "program_not_found" });
  });
});

describe("search", () => {
  test("a payment is found by its id by its own merchant and by nobody else's", async () => {
    const id = await insertPayment(ids.merchant, "2026-11-10T09:40:00Z", 1_000_000n, 0n);
    const text = toPublicId("payment", id);
    const merchantMay = permissionsOf("merchant", "viewer");
    expect(await search(mintPortalScope("merchant", ids.merchant, user), merchantMay, text)).toMatchObject([
      { kind: "payment", id: text },
    ]);
    expect(await search(mintPortalScope("merchant", ids.rival, user), merchantMay, text)).toEqual([]);
  });

  test("wildcards in the text are letters, not patterns", async () => {
    const may = permissionsOf("operator", "admin");
    expect(await search(mintPortalScope("operator", ids.operator, user), may, "%%")).toEqual([]);
  });

  test("it finds nothing whose page the person may not open", async () => {
    const id = await insertPayment(ids.merchant, "2026-11-10T09:41:00Z", 1_000_000n, 0n);
    const text = toPublicId("payment", id);
    const scope = mintPortalScope("operator", ids.operator, user);
    expect(await search(scope, permissionsOf("operator", "admin"), text)).toHaveLength(1);
    expect(await search(scope, ["search.read"], text)).toEqual([]);
    const organisation = toPublicId("organisation", ids.merchant);
    expect(await search(scope, permissionsOf("operator", "finance"), organisation)).toHaveLength(1);
    const merchant = mintPortalScope("merchant", ids.merchant, user);
    expect(await search(merchant, permissionsOf("merchant", "admin"), organisation)).toEqual([]);
  });

  test("an agency learns neither who paid nor under which reference", async () => {
    const id = await insertPayment(ids.merchant, "2026-11-10T09:42:00Z", 1_000_000n, 0n);
    await withOwner((client) =>
      client.query("update payment set external_ref = 'plate AB12345' where id = $1", [id]),
    );
    const scope = mintPortalScope("agency", ids.agency, user);
    const may = permissionsOf("agency", "admin");
    const hits = await search(scope, may, toPublicId("payment", id));
    for (const hit of hits) expect(hit.title).not.toContain("Wallet 1");
    expect(await search(scope, may, "plate AB12345")).toEqual([]);
    expect(
      await search(
        mintPortalScope("merchant", ids.merchant, user),
        permissionsOf("merchant", "viewer"),
        "plate AB12345",
      ),
    ).toHaveLength(1);
  });
});

import { expect, test } from "vitest";
import { withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { seedDemo } from "./index";

useTestDatabase();

test("in the history too a payment is split within seconds of its capture, and a refund of its own", async () => {
  await seedDemo(() => {}, { days: 2, scale: 0.05 });
  const { rows } = await withScope(mintSystemScope("test"), (tx) =>
    tx.query<{ what: string; split: number; slowest: number }>(
      `select 'payments' as what, count(allocated_at)::int as split,
              max(extract(epoch from allocated_at - captured_at))::float8 as slowest from payment
       union all
       select 'refunds', count(allocated_at)::int, max(extract(epoch from allocated_at - created_at))::float8 from refund`,
    ),
  );
  for (const { what, split, slowest } of rows) {
    expect(split, what).toBeGreaterThan(0);
    expect(slowest, what).toBeLessThan(10);
  }
});

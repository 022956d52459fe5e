import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { withOwner, withScope } from "./db";
import { newId } from "./ids";
import { type LiveSignal, subscribeLive } from "./live";
import { emit } from "./outbox";
import { mintPortalScope, mintSystemScope, type Scope } from "./scope";
import { useTestDatabase } from "./testing";
import { relayOutbox } from "./upkeep";

useTestDatabase();
const system = mintSystemScope("test");
const mine = newId("organisation");
const theirs = newId("organisation");

function subscribe(scope: Scope, aggregates?: string[]) {
  const stopping = new AbortController();
  const heard: LiveSignal[] = [];
  const done = (async () => {
    const signals = subscribeLive(scope, {
      signal: stopping.signal,
      throttleMs: 50,
      ...(aggregates ? { aggregates } : {}),
    });
    for await (const signal of signals) heard.push(signal);
  })();
  const stop = async () => {
    stopping.abort();
    await done;
  };
  return { heard, stop };
}

async function happen(aggregateType: string, organisationId: typeof mine): Promise<void> {
  await withScope(system, (tx) =>
    emit(tx, [
      {
        aggregateType,
        aggregateId: newId("payment"),
        type: `${aggregateType}.done`,
        payload: {},
        organisationId,
      },
    ]),
  );
  await relayOutbox();
}

describe("live signals", () => {
  test("a tenant hears of its own events only, an operator of all, each event is published once", async () => {
    const actor = { kind: "system", part: "test" } as const;
    const tenant = subscribe(mintPortalScope("merchant", mine, actor), ["payment"]);
    const operator = subscribe(mintPortalScope("operator", newId("organisation"), actor));
    await sleep(300);
    await happen("payment", theirs);
    await happen("payout", mine);
    await sleep(300);
    expect(tenant.heard).toEqual([]);
    await happen("payment", mine);
    await sleep(300);
    expect(tenant.heard).toEqual([{ aggregates: ["payment"] }]);
    expect(operator.heard.flatMap((signal) => signal.aggregates)).toEqual(
      expect.arrayContaining(["payment", "payout"]),
    );
    const waiting = await withScope(system, (tx) =>
      tx.query("select 1 from outbox where published_at is null"),
    );
    expect(waiting.rows).toEqual([]);
    await tenant.stop();
    await operator.stop();
  });

  test("a listener that lost its connection hears again after it and is told to read afresh", async () => {
    const listener = subscribe(system);
    await sleep(300);
    await withOwner((client) =>
      client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()`,
      ),
    );
    await sleep(1_800);
    expect(listener.heard).toContainEqual({ aggregates: [] });
    await happen("payment", mine);
    await sleep(300);
    expect(listener.heard).toContainEqual({ aggregates: ["payment"] });
    await listener.stop();
  });
});

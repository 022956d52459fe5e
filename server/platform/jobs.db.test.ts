import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { withScope } from "./db";
import { defineJob, enqueue, runRepeatedly, startJobs } from "./jobs";
import { mintSystemScope } from "./scope";
import { useTestDatabase } from "./testing";

useTestDatabase();
const system = mintSystemScope("test");
const seen: string[] = [];
const note = defineJob({
  name: "test.note",
  schema: z.object({ id: z.string() }),
  run: async ({ id }) => {
    seen.push(id);
    if (id === "fails-once" && seen.filter((each) => each === id).length === 1) throw new Error("once");
  },
});

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 50) {
    if (waited > 15_000) throw new Error("It did not happen within 15 s.");
    await sleep(50);
  }
}

describe("jobs", () => {
  let stop: () => Promise<void> = async () => {};
  afterAll(async () => await stop());

  test("a job enqueued in a transaction that rolls back never runs; one that commits runs; a failure is tried again", async () => {
    await expect(
      withScope(system, async (tx) => {
        await enqueue(tx, note, { id: "rolled-back" });
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    await withScope(system, (tx) => enqueue(tx, note, { id: "committed" }));
    await enqueue(null, note, { id: "fails-once" });
    await enqueue(null, note, { id: "single" }, { singletonKey: "k" });
    await enqueue(null, note, { id: "single" }, { singletonKey: "k" });
    stop = await startJobs([note]);
    await until(() => seen.filter((id) => id === "fails-once").length === 2 && seen.includes("single"));
    expect(seen).toContain("committed");
    expect(seen).not.toContain("rolled-back");
    expect(seen.filter((id) => id === "single")).toHaveLength(1);
  });
});

describe("repeated jobs", () => {
  test("a loop runs in one process at a time, survives its own errors and passes on when its holder stops", async () => {
    const runs: string[] = [];
    const job = (who: string) => ({
      name: "test.loop",
      everyMs: 20,
      run: async () => {
        runs.push(who);
        if (runs.length === 2) throw new Error("a bad run");
      },
    });
    const first = runRepeatedly([job("first")]);
    await until(() => runs.length > 0);
    const second = runRepeatedly([job("second")]);
    await until(() => runs.length > 5);
    expect(new Set(runs)).toEqual(new Set(["first"]));
    expect(first.state()["test.loop"]).toMatchObject({ failures: 1, lastError: "a bad run" });
    await first.stop();
    await until(() => runs.includes("second"));
    await second.stop();
  });

  test("many loops ask for their locks at once, and the driver warns of nothing", async () => {
    const warnings: string[] = [];
    const listen = (warning: Error) => warnings.push(warning.message);
    process.on("warning", listen);
    const ran = new Set<string>();
    const names = Array.from({ length: 8 }, (_, at) => `test.crowd-${at}`);
    const loops = runRepeatedly(
      names.map((name) => ({ name, everyMs: 20, run: async () => void ran.add(name) })),
    );
    await until(() => ran.size === names.length);
    await loops.stop();
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });
});

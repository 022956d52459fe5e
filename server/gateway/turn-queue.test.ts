import { expect, test } from "vitest";
import { TurnQueue } from "./turn-queue";

test("turns come in the order of asking, so many at a time, and others run in between", async () => {
  const queue = new TurnQueue(2);
  const log: string[] = [];
  const asked = ["a", "b", "c", "d", "e"].map((name) => queue.take().then(() => log.push(name)));
  const between = new Promise<void>((resolve) => {
    // Runs once the first turn is over, as an answer of the database would.
    setImmediate(() => setImmediate(() => resolve(void log.push("other"))));
  });
  await Promise.all([...asked, between]);
  expect(log.filter((name) => name !== "other")).toEqual(["a", "b", "c", "d", "e"]);
  expect(log.indexOf("other")).toBeGreaterThan(log.indexOf("b"));
  expect(log.indexOf("other")).toBeLessThan(log.indexOf("e"));
});

test("a queue that ran empty starts again", async () => {
  const queue = new TurnQueue(1);
  await queue.take();
  await queue.take();
  await Promise.all([queue.take(), queue.take()]);
});

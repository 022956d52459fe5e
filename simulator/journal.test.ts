import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Journal } from "./journal";

const newFile = () => join(mkdtempSync(join(tmpdir(), "journal-")), "deep", "journal.ndjson");
const message = (key: string) => ({ key, deviceId: "dev_1", path: "/v1/payments", body: { a: 1 } });
const plan = (id: string) => ({
  id,
  dueAt: 1,
  deviceId: "dev_1",
  paymentId: "pay_1",
  amount: { amount: "1.00", currency: "EUR" },
});

describe("the devices' journal", () => {
  test("remembers open messages, plans and numbers through any number of restarts", () => {
    const file = newFile();
    const first = new Journal(file);
    const a = first.begin(message("a"));
    const b = first.begin(message("b"));
    expect(b.sequence).toBe(a.sequence + 1);
    first.finish("a", plan("p"));
    for (let restart = 0; restart < 3; restart++) {
      const again = new Journal(file);
      expect([...again.open.values()]).toEqual([b]);
      expect([...again.plans.keys()]).toEqual(["p"]);
    }
    const last = new Journal(file);
    last.fulfil("p");
    last.finish("b");
    expect(last.begin(message("c")).sequence).toBe(b.sequence + 1);
    const end = new Journal(file);
    expect([end.open.size, end.plans.size]).toEqual([1, 0]);
  });

  test("survives a last line that a kill has torn", () => {
    const file = newFile();
    const { sequence } = new Journal(file).begin(message("a"));
    appendFileSync(file, '{"op":"message","message":{"key":"b","dev');
    const again = new Journal(file);
    expect([...again.open.keys()]).toEqual(["a"]);
    expect(again.begin(message("c")).sequence).toBe(sequence + 1);
  });

  test("a device whose journal is lost does not use a number twice", () => {
    const before = new Journal(newFile()).begin(message("a")).sequence;
    expect(before).toBeGreaterThan(1_700_000_000);
    expect(before).toBeLessThan(999_999_999_999_999);
  });
});

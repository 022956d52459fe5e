import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromPublicId, ID_PREFIXES, type IdKind, newId, newIdAt, publicId, toPublicId } from "./ids";

const KINDS = Object.keys(ID_PREFIXES) as IdKind[];
const kind = fc.constantFrom(...KINDS);

describe("a public id", () => {
  test("says what it identifies, in front and in no other's words", () => {
    expect(new Set(Object.values(ID_PREFIXES)).size).toBe(KINDS.length);
    for (const each of KINDS) {
      expect(toPublicId(each, newId(each))).toMatch(new RegExp(`^${ID_PREFIXES[each]}_[0-9a-z]{26}$`));
    }
  });

  test("leads back to what it was made of, and for no other kind", () => {
    fc.assert(
      fc.property(kind, kind, fc.uuid(), (one, other, uuid) => {
        const text = toPublicId(one, uuid);
        expect(fromPublicId(one, text)).toBe(uuid);
        if (one !== other) expect(fromPublicId(other, text)).toBeNull();
      }),
    );
  });

  test.each([
    "",
    "pay_",
    "pay",
    "pay_01h",
    `pay_${"z".repeat(26)}`,
    "PAY_01m8p13mede8kt25s32tpht00q",
    "01m8p13mede8kt25s32tpht00q",
  ])("%j is none", (text) => {
    expect(fromPublicId("payment", text)).toBeNull();
  });

  test("is refused in words that show the form it should have had", () => {
    const schema = publicId("payment");
    expect(schema.safeParse("dev_01m8p13mede8kt25s32tpht00q").error?.issues[0]?.message).toBe(
      "is not an id of the form pay_…",
    );
    expect(schema.safeParse("x".repeat(101)).success).toBe(false);
    const id = newId("payment");
    expect(schema.parse(toPublicId("payment", id))).toBe(id);
  });
});

describe("an id of another time", () => {
  test("sorts where that time stands", () => {
    const days = ["2024-01-01", "2025-06-15", "2026-11-30"].map((day) => newIdAt("payment", new Date(day)));
    expect([...days].sort()).toEqual(days);
    expect(Number.parseInt((days[0] ?? "").replaceAll("-", "").slice(0, 12), 16)).toBe(
      Date.parse("2024-01-01"),
    );
    expect(newIdAt("payment", new Date("2024-01-01"))).not.toBe(days[0]);
  });
});

import { expect, test } from "vitest";
import { DEFAULT_TERMS, fraudTermsSchema } from "@/server/fraud/schema";
import { durationWords, flatten, RULE_GROUPS, unflatten } from "./rule-words";

test("a policy survives the way through the form unchanged", () => {
  expect(fraudTermsSchema.parse(unflatten(flatten(DEFAULT_TERMS)))).toEqual(DEFAULT_TERMS);
});

test("every number of a policy has a field, and every field a number", () => {
  const fields = RULE_GROUPS.flatMap((group) => group.fields.map(({ path }) => path));
  expect(fields.toSorted()).toEqual(Object.keys(flatten(DEFAULT_TERMS)).toSorted());
});

test("an empty or wordy field is refused instead of becoming zero", () => {
  for (const text of ["", "many"]) {
    const flat = { ...flatten(DEFAULT_TERMS), "velocity.pointsEach": text };
    expect(fraudTermsSchema.safeParse(unflatten(flat)).success).toBe(false);
  }
});

test("durations are told in their largest whole unit", () => {
  expect([1, 90, 120, 1440, 2880].map(durationWords)).toEqual([
    "a minute",
    "90 minutes",
    "2 hours",
    "a day",
    "2 days",
  ]);
});

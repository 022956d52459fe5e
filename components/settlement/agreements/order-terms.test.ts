import { expect, test } from "vitest";
import { formatTerms } from "./order-terms";

const terms = {
  rules: [{ steps: [{ to: "operator", rate: "1.5%", kind: "percent", id: "platform" }], name: "All" }],
  effectiveFrom: "2026-12-01T00:00:00",
  program: "harbor",
  later: { unknown: [] },
};

test("terms are written in reading order, a step on one line, and say the same", () => {
  const text = formatTerms(terms);
  expect(JSON.parse(text)).toEqual(terms);
  expect(text.split("\n").map((line) => line.trim())).toContain(
    '{ "id": "platform", "kind": "percent", "to": "operator", "rate": "1.5%" }',
  );
  expect(text.indexOf('"program"')).toBeLessThan(text.indexOf('"rules"'));
  expect(text.indexOf('"name"')).toBeLessThan(text.indexOf('"steps"'));
});

import { expect, it } from "vitest";
import { inTurns } from "./turns";

it("both sides go in turn, each first as often as the other, and rounds are told apart", async () => {
  const order: string[] = [];
  const costs = { a: [2, 2, 4, 4], b: [1, 1, 1, 1] };
  const side = (name: "a" | "b") => async () => {
    order.push(name);
    return costs[name].shift() ?? 0;
  };
  const turns = await inTurns(2, 2, side("a"), side("b"));
  expect(order.join("")).toBe("abbaabba");
  expect(turns).toEqual({ one: 3, other: 1, ratio: 3, spread: [2, 4] });
});

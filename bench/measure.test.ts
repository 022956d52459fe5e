import { describe, expect, it } from "vitest";
import { interleaved, loopOf, median, medianLoop, percentile, ratioByRound } from "./measure";

describe("percentiles", () => {
  it("take the middle of an odd number of values, whatever their order", () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it("lie between two neighbours in proportion", () => {
    expect(median([1, 2, 3, 10])).toBe(2.5);
    expect(percentile([0, 10], 0.95)).toBeCloseTo(9.5);
    expect(percentile([1, 2, 3, 4, 5], 0.25)).toBe(2);
  });

  it("reach the smallest and the largest value, and do not change the list", () => {
    const values = [3, 1, 2];
    expect([percentile(values, 0), percentile(values, 1)]).toEqual([1, 3]);
    expect(values).toEqual([3, 1, 2]);
  });

  it("of nothing are not a number, so that nobody takes them for one", () => {
    expect(percentile([], 0.5)).toBeNaN();
  });

  it("count the slow tail: one in a hundred moves p99, not p50", () => {
    const latencies = [...Array<number>(99).fill(1), 100];
    expect(percentile(latencies, 0.5)).toBe(1);
    expect(percentile(latencies, 0.99)).toBeGreaterThan(1.9);
  });
});

describe("rounds", () => {
  it("begin with another side each time, and every side runs once a round", async () => {
    const order: string[] = [];
    const side = (name: string) => async () => {
      order.push(name);
      return order.length;
    };
    const results = await interleaved(3, { a: side("a"), b: side("b"), c: side("c") });
    expect(order.join("")).toBe("abcbcacab");
    expect(results).toEqual({ a: [1, 6, 8], b: [2, 4, 9], c: [3, 5, 7] });
  });

  it("are compared one by one, so that a slow moment of both sides changes no ratio", () => {
    expect(ratioByRound([10, 1, 12], [5, 0.5, 4])).toEqual({ ratio: 2, spread: [2, 3] });
  });

  it("cannot be compared when one side has fewer, or none at all", () => {
    expect(() => ratioByRound([1, 2], [1])).toThrow();
    expect(() => ratioByRound([], [])).toThrow();
  });
});

describe("loops", () => {
  it("count calls over the time that went by", () => {
    expect(loopOf([1, 2, 3, 4], 2)).toMatchObject({ calls: 4, perSecond: 2, p50: 2.5 });
  });

  it("of several rounds are told by the middle of each figure, and by all calls", () => {
    const loop = (perSecond: number, p99: number) => ({ calls: 10, perSecond, p50: 1, p95: 1, p99 });
    expect(medianLoop([loop(100, 9), loop(1, 500), loop(120, 8)])).toEqual({
      calls: 30,
      perSecond: 100,
      p50: 1,
      p95: 1,
      p99: 9,
    });
  });
});

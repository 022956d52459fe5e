/** Short measures in turn: many turns make a round, whose medians are compared; the rounds' ratios show the spread. */
import { median, type Ratio, ratioByRound } from "../measure";

export interface Turns extends Ratio {
  one: number;
  other: number;
}

/** Both sides give what one turn cost; they go in turn, changing who goes first. The ratio is one over other. */
export async function inTurns(
  rounds: number,
  turns: number,
  one: () => Promise<number>,
  other: () => Promise<number>,
): Promise<Turns> {
  const medians = { one: [] as number[], other: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const costs = { one: [] as number[], other: [] as number[] };
    for (let turn = 0; turn < turns; turn++) {
      const order = turn % 2 === 0 ? (["one", "other"] as const) : (["other", "one"] as const);
      for (const side of order) costs[side].push(await (side === "one" ? one() : other()));
    }
    medians.one.push(median(costs.one));
    medians.other.push(median(costs.other));
  }
  return {
    one: median(medians.one),
    other: median(medians.other),
    ...ratioByRound(medians.one, medians.other),
  };
}

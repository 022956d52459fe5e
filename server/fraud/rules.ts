/**
 * The screen: three signals turn the facts of a payment into points that add up, with its base, to a score of
 * 0 to 100. Pure: no clock, no database, no randomness.
 */
import { formatMicros, minorDigits } from "@/server/platform/money";
import { SAME_PLACE_METRES, type Verdict } from "./constants";
import type { FraudTerms } from "./schema";
import type { Habit, HabitObservation, Place, ScreenFacts, Screening, Signal, Tap } from "./types";

/**
 * Scores one payment. The points of the signals and `basePoints` add up to `score`; where they would exceed 100,
 * the weakest signals give way first.
 */
export function screen(facts: ScreenFacts): Screening {
  const { terms } = facts;
  const found = [velocitySignal(facts), amountSignal(facts), travelSignal(facts)]
    .filter((signal) => signal !== null)
    .sort((a, b) => b.signal.points - a.signal.points);
  let room = 100 - terms.basePoints;
  const signals: Signal[] = [];
  for (const { signal } of found) {
    const points = Math.min(signal.points, room);
    room -= points;
    if (points > 0) signals.push({ ...signal, points });
  }
  const score = terms.basePoints + signals.reduce((sum, signal) => sum + signal.points, 0);
  const verdict = verdictOf(score, terms);
  return {
    score,
    basePoints: terms.basePoints,
    signals,
    verdict,
    wouldHavePassed: verdict === "authorise" ? null : counterfactual(found, terms),
  };
}

export function verdictOf(score: number, terms: Pick<FraudTerms, "reviewAt" | "declineAt">): Verdict {
  if (score >= terms.declineAt) return "decline";
  return score >= terms.reviewAt ? "review" : "authorise";
}

/** What the operator stands to lose if the payment is bad: the amount times the score as a percentage. */
export function expectedLossMicros(amountMicros: bigint, score: number): bigint {
  return (amountMicros * BigInt(score)) / 100n;
}

/** A signal with the question that the counterfactual asks: what would have to be otherwise to give fewer points? */
interface Found {
  signal: Signal;
  /** A clause after "It would have passed", for a signal of at most `points`; null when none can be given. */
  clauseFor: (points: number) => string;
}

function velocitySignal(facts: ScreenFacts): Found | null {
  const { velocity } = facts.terms;
  const from = facts.occurredAt.getTime() - velocity.windowMinutes * 60_000;
  const within = earlier(facts).filter((tap) => tap.occurredAt.getTime() >= from);
  const count = within.length + 1;
  const over = count - velocity.freePayments;
  if (over <= 0) return null;
  const first = Math.min(...within.map((tap) => tap.occurredAt.getTime()));
  const minutes = Math.max(1, Math.round((facts.occurredAt.getTime() - first) / 60_000));
  return {
    signal: {
      name: "velocity",
      points: Math.min(over * velocity.pointsEach, velocity.maxPoints),
      sentence: `${ordinal(count)} payment with ${facts.instrumentWord} in ${plural(minutes, "minute")}.`,
      facts: { payments: count, minutes, free_payments: velocity.freePayments },
    },
    clauseFor: (points) => {
      const allowed = velocity.freePayments + Math.floor(points / Math.max(1, velocity.pointsEach));
      return `as one of at most ${plural(allowed, "payment")} in ${plural(velocity.windowMinutes, "minute")}`;
    },
  };
}

function amountSignal(facts: ScreenFacts): Found | null {
  const { amount: rule } = facts.terms;
  const { habit } = facts;
  if (!habit || habit.observations < BigInt(rule.minObservations)) return null;
  const deviation = deviationOf(habit);
  const distance = (Math.log(Number(facts.amountMicros)) - habit.meanLog) / deviation;
  const over = distance - rule.freeDeviations;
  if (over <= 0) return null;
  const usual = typicalMicros(habit.meanLog);
  const times = Number((facts.amountMicros * 10n) / usual) / 10;
  const points = Math.min(Math.ceil(over * rule.pointsPerDeviation), rule.maxPoints);
  if (points === 0) return null;
  return {
    signal: {
      name: "amount",
      points,
      sentence: `${money(facts.amountMicros, facts)} is ${times.toLocaleString("en", { maximumFractionDigits: 1 })} times what a ${facts.deviceKindWord} usually takes (${money(usual, facts)}).`,
      facts: {
        usual: formatMicros(usual, minorDigits(facts.currency)),
        deviations: Math.round(distance * 100) / 100,
        observations: habit.observations.toString(),
      },
    },
    clauseFor: (allowed) => {
      const limit = rule.freeDeviations + allowed / Math.max(1, rule.pointsPerDeviation);
      return `at no more than ${money(typicalMicros(habit.meanLog + limit * deviation), facts)}`;
    },
  };
}

function travelSignal(facts: ScreenFacts): Found | null {
  const { travel } = facts.terms;
  const here = facts.place;
  if (!here) return null;
  let fastest: { tap: Tap; kmh: number; metres: number; minutes: number } | null = null;
  for (const tap of earlier(facts)) {
    if (!tap.place) continue;
    const metres = distanceMetres(tap.place, here);
    if (metres < SAME_PLACE_METRES) continue;
    const minutes = (facts.occurredAt.getTime() - tap.occurredAt.getTime()) / 60_000;
    // Two clocks disagree by some seconds; without this floor a tap in the next street would be supersonic.
    const kmh = metres / 1_000 / (Math.max(minutes, 1) / 60);
    if (!fastest || kmh > fastest.kmh) fastest = { tap, kmh, metres, minutes };
  }
  if (!fastest || fastest.kmh <= travel.plausibleKmh) return null;
  const { metres, minutes, kmh, tap } = fastest;
  const points = Math.min(
    Math.round(travel.pointsAtLimit + travel.pointsPerDoubling * Math.log2(kmh / travel.plausibleKmh)),
    travel.maxPoints,
  );
  if (points === 0) return null;
  const kilometres = Math.round(metres / 100) / 10;
  return {
    signal: {
      name: "travel",
      points,
      sentence: `${kilometres.toLocaleString("en")} km from its tap ${tap.deviceName ? `at ${tap.deviceName} ` : ""}${plural(Math.max(1, Math.round(minutes)), "minute")} earlier: ${Math.round(kmh).toLocaleString("en")} km/h.`,
      facts: {
        kilometres,
        minutes: Math.round(minutes * 10) / 10,
        kmh: Math.round(kmh),
        from_latitude: tap.place?.latitude ?? 0,
        from_longitude: tap.place?.longitude ?? 0,
      },
    },
    clauseFor: (allowed) => {
      const speed =
        allowed < travel.pointsAtLimit
          ? travel.plausibleKmh
          : travel.plausibleKmh *
            2 ** ((allowed - travel.pointsAtLimit) / Math.max(1, travel.pointsPerDoubling));
      const needed = Math.ceil((metres / 1_000 / speed) * 60);
      return `${plural(needed, "minute")} or more after that tap`;
    },
  };
}

/** Names the least change that would have let the payment pass: one signal if one suffices, otherwise several. */
function counterfactual(found: readonly Found[], terms: FraudTerms): string {
  const passing = terms.reviewAt - 1 - terms.basePoints;
  const total = found.reduce((sum, { signal }) => sum + signal.points, 0);
  for (const { signal, clauseFor } of found) {
    const allowed = passing - (total - signal.points);
    if (allowed >= 0) return `It would have passed ${clauseFor(allowed)}.`;
  }
  // The strongest fall away until the rest fits, and the last of them need only fall as far as it must.
  const clauses: string[] = [];
  let left = total;
  for (const { signal, clauseFor } of found) {
    left -= signal.points;
    if (left <= passing) {
      clauses.push(clauseFor(passing - left));
      return `It would have passed ${clauses.join(" and ")}.`;
    }
    clauses.push(clauseFor(0));
  }
  return "This program's policy reviews every payment.";
}

function earlier(facts: ScreenFacts): Tap[] {
  return facts.taps.filter((tap) => tap.occurredAt.getTime() <= facts.occurredAt.getTime());
}

/** A habit narrower than this would call a tip an anomaly. */
const NARROWEST_DEVIATION = 0.2;

function deviationOf(habit: Habit): number {
  const variance = habit.m2Log / Math.max(1, Number(habit.observations) - 1);
  return Math.max(Math.sqrt(variance), NARROWEST_DEVIATION);
}

/** The amount whose logarithm this is, down to a cent's worth of precision; for sentences, not for money movements. */
function typicalMicros(log: number): bigint {
  const micros = BigInt(Math.round(Math.exp(Math.min(log, 40))));
  const rounded = (micros / 10_000n) * 10_000n;
  return rounded > 0n ? rounded : 10_000n;
}

/**
 * Adds newly seen payments to a habit.
 * Chan, Golub, LeVeque: Updating Formulae and a Pairwise Algorithm for Computing Sample Variances (1979).
 */
export function learnHabit(habit: Habit, seen: Omit<HabitObservation, "programId" | "deviceKind">): Habit {
  const before = Number(habit.observations);
  const added = Number(seen.observations);
  if (added === 0) return habit;
  const total = before + added;
  const delta = seen.meanLog - habit.meanLog;
  return {
    observations: habit.observations + seen.observations,
    meanLog: habit.meanLog + (delta * added) / total,
    m2Log: habit.m2Log + seen.m2Log + (delta * delta * before * added) / total,
  };
}

/** Great-circle distance on a sphere of the Earth's mean radius (haversine). */
export function distanceMetres(a: Place, b: Place): number {
  const radians = Math.PI / 180;
  const dLat = (b.latitude - a.latitude) * radians;
  const dLon = (b.longitude - a.longitude) * radians;
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(a.latitude * radians) * Math.cos(b.latitude * radians) * Math.sin(dLon / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.min(1, Math.sqrt(h)));
}

function money(micros: bigint, facts: ScreenFacts): string {
  return `${formatMicros(micros, minorDigits(facts.currency))} ${facts.currency}`;
}

function plural(count: number, word: string): string {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

function ordinal(n: number): string {
  const tens = n % 100;
  if (tens >= 11 && tens <= 13) return `${n}th`;
  return `${n}${["th", "st", "nd", "rd"][n % 10] ?? "th"}`;
}

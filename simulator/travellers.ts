/** Who could be where: people do not cross the city in a minute, and do not tap all day with an empty wallet. */
import type { Place } from "./read-city";

const METRES_PER_MS = 30_000 / 3_600_000;
const REST_MS = 200_000;
const EMPTY_FOR_MS = 6 * 3_600_000;

export class Travellers {
  private readonly last = new Map<string, { at: number; place: Place | null }>();
  private readonly emptyUntil = new Map<string, number>();

  constructor(
    private readonly tokens: readonly string[],
    private readonly random: () => number,
  ) {}

  /** Somebody who can be at `place` by now without haste, or null when all are elsewhere. */
  somebodyAt(place: Place | null, now: number): string | null {
    for (let attempt = 0; attempt < 40; attempt++) {
      const token = this.tokens[Math.floor(this.random() * this.tokens.length)];
      if (!token || (this.emptyUntil.get(token) ?? 0) > now) continue;
      const last = this.last.get(token);
      const needed = last ? Math.max(REST_MS, distance(last.place, place) / METRES_PER_MS) : 0;
      if (last && now - last.at < needed) continue;
      this.last.set(token, { at: now, place });
      return token;
    }
    return null;
  }

  /** Somebody who keeps a place for themselves for a while: cheats, whose next taps are told apart. */
  reserve(token: string, until: number): void {
    this.last.set(token, { at: until, place: null });
  }

  ranOut(token: string, now: number): void {
    this.emptyUntil.set(token, now + EMPTY_FOR_MS);
  }
}

/** Metres between two places of one city, flat. */
export function distance(a: Place | null, b: Place | null): number {
  if (!a || !b) return 0;
  const north = (a.latitude - b.latitude) * 111_320;
  const east = (a.longitude - b.longitude) * 111_320 * Math.cos((a.latitude * Math.PI) / 180);
  return Math.hypot(north, east);
}

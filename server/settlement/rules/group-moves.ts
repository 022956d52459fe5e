/**
 * In which sums a batch's money moves in the ledger. One transfer a party would be least, but it would carry one moment,
 * and money that was captured last year would be missing from every balance before today.
 */

/** What a party gets of one payment, or gives back of one refund. */
export interface Credit {
  partyId: string;
  /** When the payment was captured or the refund made. */
  at: Date;
  /** Its settlement period's and its local day's name; no sum reaches over an end of either. */
  period: number;
  day: string;
  micros: bigint;
}

export interface Move {
  partyId: string;
  at: Date;
  /** Signed. */
  micros: bigint;
}

/** So many moments a batch may have, each with a transfer a party, before it is told apart less finely. */
const MOST_MOMENTS = 64;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/**
 * Sums by party and minute when the batch has at most 64 minutes, otherwise by hour, otherwise by local day. Each sum is
 * of its last moment, so balances are right at every end of such a span, and with it at every midnight and cut-off.
 * Sorted by party, so that batches lock accounts alike. Sums of zero are left out.
 */
export function groupMoves(credits: readonly Credit[]): Move[] {
  const spanMs = [MINUTE_MS, HOUR_MS].find((each) => countMoments(credits, each) <= MOST_MOMENTS) ?? null;
  const moves = new Map<string, Move>();
  for (const credit of credits) {
    const key = `${credit.partyId} ${momentOf(credit, spanMs)}`;
    const move = moves.get(key);
    if (!move) moves.set(key, { partyId: credit.partyId, at: credit.at, micros: credit.micros });
    else {
      move.micros += credit.micros;
      if (credit.at > move.at) move.at = credit.at;
    }
  }
  return [...moves.values()]
    .filter(({ micros }) => micros !== 0n)
    .sort((a, b) => (a.partyId === b.partyId ? +a.at - +b.at : a.partyId < b.partyId ? -1 : 1));
}

function countMoments(credits: readonly Credit[], spanMs: number): number {
  return new Set(credits.map((credit) => momentOf(credit, spanMs))).size;
}

function momentOf({ period, day, at }: Credit, spanMs: number | null): string {
  return `${period} ${day} ${spanMs === null ? "" : Math.floor(at.getTime() / spanMs)}`;
}

/** What the portals' overviews and the search answer with. Amounts are decimal strings, times ISO strings. */
import { z } from "zod";

export const money = z.object({ amount: z.string(), currency: z.string() });
export type MoneyJson = z.infer<typeof money>;

export const programChoice = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  currency: z.string(),
  timeZone: z.string(),
});
export type ProgramChoice = z.infer<typeof programChoice>;

/** Which program an overview speaks of; left out, the one in which most happened lately. */
export const overviewInput = z.object({ program: z.string().max(80).optional() });

/** When the period that runs now closes, and the first day on which its payouts can leave. */
const nextSettlement = z.object({ closesAt: z.string(), payOutOn: z.string() });
const lastPayout = z.object({ id: z.string(), amount: money, state: z.string(), at: z.string() });

/** What a party was given, and what refunds took back of it: zero or below. */
const partyAmount = z.object({
  slug: z.string(),
  name: z.string(),
  kind: z.string(),
  amount: z.string(),
  refunded: z.string(),
});

export const merchantOverview = z.object({
  program: programChoice,
  programs: z.array(programChoice),
  asOf: z.string(),
  today: z.object({
    taken: money,
    payments: z.number(),
    /** The same hours of the same weekday a week before. */
    takenWeekBefore: money,
    refunded: money,
    declined: z.number(),
    inReview: z.number(),
    inReviewAmount: money,
  }),
  byHour: z.array(z.object({ hour: z.number(), today: z.string(), usual: z.string() })),
  byDay: z.array(z.object({ day: z.string(), taken: z.string(), yours: z.string(), payments: z.number() })),
  byKind: z.array(z.object({ kind: z.string(), amount: z.string(), payments: z.number() })),
  notSettled: money,
  split: z.array(partyAmount),
  devices: z.object({ active: z.number(), silent: z.number(), suspended: z.number(), total: z.number() }),
  lastPayout: lastPayout.nullable(),
  nextSettlement,
});
export type MerchantOverview = z.infer<typeof merchantOverview>;

export const agencyOverview = z.object({
  program: programChoice,
  programs: z.array(programChoice),
  asOf: z.string(),
  notSettled: money,
  settled: money,
  settledBefore: money,
  today: money,
  /** The same hours of the same weekday a week before. */
  todayWeekBefore: money,
  refunds: money,
  /** Payouts that a run has made and the bank has not confirmed. */
  onTheWay: z.object({ count: z.number(), amount: money }),
  lastRemittance: lastPayout.nullable(),
  nextSettlement,
  /** Days of the program's time zone, oldest first; one amount per kind of device. */
  byDay: z.array(z.object({ day: z.string(), kinds: z.record(z.string(), z.string()) })),
  kinds: z.array(z.string()),
  bySteps: z.array(
    z.object({ rule: z.string(), step: z.string(), amount: z.string(), payments: z.number() }),
  ),
  agreementsWaiting: z.number(),
});
export type AgencyOverview = z.infer<typeof agencyOverview>;

/** Payments asked for in each of the last 30 minutes, oldest first. */
const lastMinutes = z.array(z.object({ at: z.string(), payments: z.number() }));

export const operatorOverview = z.object({
  program: programChoice,
  programs: z.array(programChoice),
  asOf: z.string(),
  today: z.object({
    captured: money,
    capturedWeekBefore: money,
    payments: z.number(),
    declined: z.number(),
    approvalRate: z.string().nullable(),
  }),
  lastMinutes,
  review: z.object({ open: z.number(), atStake: money, dueWithinHour: z.number() }),
  clearing: z.object({ amount: money, oldestSeconds: z.number().nullable() }),
  payoutsWaiting: z.object({ count: z.number(), amount: money }),
  exceptions: z.number(),
  devices: z.object({ active: z.number(), silent: z.number(), suspended: z.number(), total: z.number() }),
  byDay: z.array(z.object({ day: z.string(), kinds: z.record(z.string(), z.string()) })),
  kinds: z.array(z.string()),
  /** Money of the last seven days from merchants (left) to parties (right). */
  flow: z.array(
    z.object({
      from: z.string(),
      fromName: z.string(),
      to: z.string(),
      toName: z.string(),
      amount: z.string(),
      refunded: z.string(),
    }),
  ),
  declines: z.array(z.object({ reason: z.string(), count: z.number() })),
});
export type OperatorOverview = z.infer<typeof operatorOverview>;

/** Which of the palette's colours a party has, on every chart and page. */
const partyColour = z.object({
  slug: z.string(),
  kind: z.enum(["merchant", "agency", "operator"]),
  colour: z.number(),
});
export type PartyColour = z.infer<typeof partyColour>;

/** What the navigation counts, and the programs whose zones the pages speak in. */
export const attention = z.object({
  programs: z.array(programChoice),
  parties: z.array(partyColour),
  /** Devices that are suspended, or active and silent. */
  devices: z.number(),
  /** Agreements that wait for this organisation's answer. */
  agreements: z.number(),
  /** What waits for a second person of this organisation. */
  secondPerson: z.object({ team: z.number(), accounts: z.number() }),
});
export type Attention = z.infer<typeof attention>;

/** The same for the operator, over all programs. */
export const operatorAttention = z.object({
  programs: z.array(programChoice),
  parties: z.array(partyColour),
  /** Cases that are open or escalated. */
  cases: z.number(),
  /** Settlement runs that wait for approval. */
  runs: z.number(),
  /** Everything that waits for a second person, runs and agreements too. */
  confirmations: z.number(),
  exceptions: z.number(),
  /** Active devices that are silent. */
  devices: z.number(),
  /** Agreements that wait for an answer of their parties. */
  agreements: z.number(),
});
export type OperatorAttention = z.infer<typeof operatorAttention>;

/** Since when nothing has moved these figures, because the worker that splits payments is silent; null while it works. */
const staleSince = z.string().nullable();

/** The few figures that move while a page is open. */
export const merchantLive = z.object({
  asOf: z.string(),
  staleSince,
  taken: money,
  payments: z.number(),
  refunded: money,
  declined: z.number(),
  inReview: z.number(),
  notSettled: money,
});
export type MerchantLive = z.infer<typeof merchantLive>;

export const agencyLive = z.object({ asOf: z.string(), staleSince, today: money, notSettled: money });
export type AgencyLive = z.infer<typeof agencyLive>;

export const operatorLive = z.object({
  asOf: z.string(),
  staleSince,
  captured: money,
  payments: z.number(),
  declined: z.number(),
  lastMinutes,
  openCases: z.number(),
  atStake: money,
  clearing: money,
  payoutsWaiting: z.number(),
  exceptions: z.number(),
});
export type OperatorLive = z.infer<typeof operatorLive>;

export const searchInput = z.object({ text: z.string().trim().min(2).max(100) });
export const searchHit = z.object({
  kind: z.enum(["payment", "device", "case", "payout", "statement", "organisation", "run"]),
  id: z.string(),
  title: z.string(),
  detail: z.string(),
});
export const searchResult = z.object({ hits: z.array(searchHit) });
export type SearchHit = z.infer<typeof searchHit>;

/** What a journal of the ledger was written for; empty where nothing on record names it. */
export const journalCause = z.object({
  sentence: z.string(),
  causes: z.array(
    z.object({
      kind: z.enum(["payment", "payout", "run", "adjustment"]),
      id: z.string(),
      label: z.string(),
    }),
  ),
  /** How many more there are than are listed. */
  more: z.number(),
});
export type JournalCause = z.infer<typeof journalCause>;

/**
 * What each family of routes of the web process takes: bytes, seconds, requests at once. A route that belongs to no
 * family by name is refused everything but looking; a test walks app/ and fails for it.
 */
import { MAX_IMPORT_BYTES } from "@/server/payments/import/constants";

export interface Family {
  name: string;
  /** Largest body, by the bytes that are read. */
  bodyBytes: number;
  /** When the whole body must have arrived. */
  bodySeconds: number;
  /** The route reads the body itself as it arrives; it is not gathered before. */
  streamed?: true;
  /** When an answer that is still being made or read is cut; none for streams that stay open. */
  answerSeconds: number | null;
  /** Requests that are worked on at once. */
  atOnce: number;
  atOncePerAddress: number;
  atOncePerSession: number;
  /** How a refusal is written down for whoever calls these routes. */
  speaks: "problem" | "trpc";
}

const KIB = 1024;

/** Bodies that wait in memory to be complete, of all requests together. */
export const GATHERED_BYTES = 32 * KIB * KIB;

const looking = {
  bodyBytes: 0,
  bodySeconds: 5,
  answerSeconds: 120,
  speaks: "problem",
} as const;

export const FAMILIES = {
  assets: { ...looking, name: "assets", atOnce: 512, atOncePerAddress: 256, atOncePerSession: 256 },
  health: { ...looking, name: "health", atOnce: 32, atOncePerAddress: 16, atOncePerSession: 16 },
  // A password costs a tenth of a second of a core and 19 MB to check.
  sign_in: {
    ...looking,
    name: "sign_in",
    bodyBytes: 16 * KIB,
    bodySeconds: 10,
    atOnce: 32,
    atOncePerAddress: 16,
    atOncePerSession: 16,
  },
  calls: {
    ...looking,
    name: "calls",
    bodyBytes: 2_000_000,
    bodySeconds: 20,
    atOnce: 192,
    atOncePerAddress: 96,
    atOncePerSession: 32,
    speaks: "trpc",
  },
  live: {
    ...looking,
    name: "live",
    answerSeconds: null,
    atOnce: 512,
    atOncePerAddress: 128,
    atOncePerSession: 24,
    speaks: "trpc",
  },
  uploads: {
    ...looking,
    name: "uploads",
    // The route answers what is larger with a reason of its own and keeps what it read before.
    bodyBytes: MAX_IMPORT_BYTES + 64 * KIB,
    bodySeconds: 900,
    streamed: true,
    answerSeconds: 1_800,
    atOnce: 8,
    atOncePerAddress: 4,
    atOncePerSession: 2,
  },
  downloads: {
    ...looking,
    name: "downloads",
    answerSeconds: 1_800,
    atOnce: 24,
    atOncePerAddress: 12,
    atOncePerSession: 6,
  },
  // Server actions are posted to pages: a name and a password are the most that they carry.
  pages: {
    ...looking,
    name: "pages",
    bodyBytes: 64 * KIB,
    bodySeconds: 10,
    atOnce: 192,
    atOncePerAddress: 96,
    atOncePerSession: 48,
  },
  unlisted: { ...looking, name: "unlisted", atOnce: 32, atOncePerAddress: 8, atOncePerSession: 8 },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof FAMILIES;

const SEGMENT = "[^/]+";
const at = (...segments: string[]) => new RegExp(`^/${segments.join("/")}/?$`);

/** The first that fits. */
const PLACES: readonly [RegExp, FamilyName][] = [
  [/^\/_next\//, "assets"],
  [/^\/(icon\.svg|favicon\.ico|robots\.txt)$/, "assets"],
  [/^\/api\/auth\//, "sign_in"],
  [at("api", "trpc", SEGMENT, SEGMENT, SEGMENT), "calls"],
  [at("api", "health"), "health"],
  [at("api", "reports", SEGMENT), "downloads"],
  [/^\/api\/exports\//, "downloads"],
  [at("api", "imports", SEGMENT, SEGMENT, "refused"), "downloads"],
  [at("api", "imports", SEGMENT), "uploads"],
  [/^\/api(\/|$)/, "unlisted"],
  [at(`(sign-in|forgotten-password|account|organisations)`), "pages"],
  [at("(first-operator|invitation|new-password)", SEGMENT), "pages"],
  [/^\/(m|a|ops)(\/|$)/, "pages"],
  [/^\/$/, "pages"],
];

export function familyOf(path: string, accept: string | undefined): Family {
  const [, name] = PLACES.find(([place]) => place.test(path)) ?? [null, "unlisted" as const];
  return FAMILIES[name === "calls" && accept?.includes("text/event-stream") ? "live" : name];
}

/** The form of a case file: what is known of it, what is not, and what is wrong with it. */
import { readFile } from "node:fs/promises";
import { z } from "zod";

/** The file is not one of cases. The sentence says where and why. */
export class CaseFileError extends Error {}

const digits = z
  .union([z.string().regex(/^\d{1,39}$/), z.int().nonnegative()])
  .transform(String)
  .refine((text) => BigInt(text) < 2n ** 128n, "is more than 128 bits hold");
const zero = digits.default("0");
const flags = z.array(z.string()).default([]);

const accountEvent = z.object({
  id: digits,
  debits_pending: zero,
  debits_posted: zero,
  credits_pending: zero,
  credits_posted: zero,
  user_data_128: zero,
  user_data_64: zero,
  user_data_32: zero,
  reserved: zero,
  ledger: zero,
  code: zero,
  flags,
  timestamp: zero,
});
const transferEvent = z.object({
  id: digits,
  debit_account_id: zero,
  credit_account_id: zero,
  amount: zero,
  pending_id: zero,
  user_data_128: zero,
  user_data_64: zero,
  user_data_32: zero,
  timeout: zero,
  ledger: zero,
  code: zero,
  flags,
  timestamp: zero,
});
export type CaseAccount = z.infer<typeof accountEvent>;
export type CaseTransfer = z.infer<typeof transferEvent>;

const expected = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullable();
const cells = z.array(z.string());

const STEPS = {
  create_account: z.object({ op: z.literal("create_account"), event: accountEvent, expect: z.string() }),
  create_transfer: z.object({ op: z.literal("create_transfer"), event: transferEvent, expect: z.string() }),
  commit: z.object({ op: z.literal("commit"), batch: z.string() }),
  lookup_account: z.object({ op: z.literal("lookup_account"), id: digits, expect: expected }),
  lookup_transfer: z.object({ op: z.literal("lookup_transfer"), id: digits, expect: expected }),
  set_balance: z.object({
    op: z.literal("set_balance"),
    account: digits,
    debits_pending: digits,
    debits_posted: digits,
    credits_pending: digits,
    credits_posted: digits,
  }),
  advance_clock: z.object({
    op: z.literal("advance_clock"),
    value: z.union([z.string().regex(/^-?\d{1,18}$/), z.int()]).transform(String),
    unit: z.string(),
  }),
  get_account_transfers: z.object({ op: z.literal("get_account_transfers"), raw: cells }),
  get_account_transfers_result: z.object({ op: z.literal("get_account_transfers_result"), raw: cells }),
  get_account_balances: z.object({ op: z.literal("get_account_balances"), raw: cells }),
  get_account_balances_result: z.object({ op: z.literal("get_account_balances_result"), raw: cells }),
  query_accounts: z.object({ op: z.literal("query_accounts"), raw: cells }),
  query_accounts_result: z.object({ op: z.literal("query_accounts_result"), raw: cells }),
  query_transfers: z.object({ op: z.literal("query_transfers"), raw: cells }),
  query_transfers_result: z.object({ op: z.literal("query_transfers_result"), raw: cells }),
  get_change_events: z.object({ op: z.literal("get_change_events"), raw: cells }),
  get_change_events_result: z.object({ op: z.literal("get_change_events_result"), raw: cells }),
} as const;

const EVENT_KEYS: Partial<Record<string, string[]>> = {
  create_account: Object.keys(accountEvent.shape),
  create_transfer: Object.keys(transferEvent.shape),
};

export type Operation = keyof typeof STEPS;
export type Step = z.infer<(typeof STEPS)[Operation]> | { op: "unknown"; name: string };

export interface Case {
  name: string;
  steps: Step[];
}

export interface CaseFile {
  tests: Case[];
  /** Keys that this form does not have, by place, with how often they stand there. */
  unknownKeys: Map<string, number>;
}

const outside = z.object({
  tests: z.array(
    z.object({ name: z.string(), steps: z.array(z.object({ op: z.string() }).loose()) }).loose(),
  ),
});

const isOperation = (op: string): op is Operation => Object.hasOwn(STEPS, op);

/** Reads a file of cases; throws `CaseFileError` when it is not one, or the file system's own error. */
export async function readCases(path: string): Promise<CaseFile> {
  const text = await readFile(path, "utf8");
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new CaseFileError(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const unknownKeys = new Map<string, number>();
  const note = (place: string, value: object, known: readonly string[]) => {
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      unknownKeys.set(`${place}.${key}`, (unknownKeys.get(`${place}.${key}`) ?? 0) + 1);
    }
  };
  const whole = parse(outside, document, "the file");
  if (whole.tests.length === 0) throw new CaseFileError("it holds no tests");
  note("file", document as object, ["meta", "tests"]);
  const tests = whole.tests.map((test) => {
    note("test", test, ["name", "steps", "comment"]);
    const steps = test.steps.map((raw, index): Step => {
      if (!isOperation(raw.op)) return { op: "unknown", name: raw.op };
      const schema: z.ZodObject & z.ZodType<Step> = STEPS[raw.op];
      const step = parse(schema, raw, `step ${index + 1} (${raw.op}) of the test "${test.name}"`);
      note(raw.op, raw, [...Object.keys(schema.shape), "comment"]);
      const event = EVENT_KEYS[raw.op];
      if (event) note(`${raw.op}.event`, raw.event as object, event);
      return step;
    });
    return { name: test.name, steps };
  });
  return { tests, unknownKeys };
}

function parse<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const first = result.error.issues[0];
  const field = first?.path.length ? `${first.path.join(".")}: ` : "";
  throw new CaseFileError(`${place}: ${field}${first?.message ?? "not of this form"}`);
}

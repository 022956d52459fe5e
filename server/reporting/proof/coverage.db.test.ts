/** Every table of the catalogue is guarded, or somebody has written down why it need not be. */
import { expect, test } from "vitest";
import { withOwner } from "@/server/platform/db";
import { useTestDatabase } from "@/server/platform/testing";

useTestDatabase();

/** Tables that are not guarded and recorded, each with the reason. */
const NOT_GUARDED: Record<string, string> = {
  _prisma_migrations: "the migrations' own list",
  agreement_simulation: "computed from terms and payments, and again whenever it is asked for",
  agreement_simulation_rule: "computed as agreement_simulation is",
  allocation_basis: "running sums of legs; the legs are recorded",
  allowance_month: "running sum of what payments and use record",
  attempt_delay: "how long refused sign-ins wait, forgotten after a day",
  case_note: "words beside a case; what was decided is in review_case and case_overturn",
  case_signal: "why a case was opened; nothing is paid by it",
  device: "where and what a device is; by which key it is believed is device_credential",
  device_message: "traffic, kept for a while",
  device_nonce: "traffic, kept for a while",
  device_refusal: "traffic, kept for a while",
  evidence_horizon: "how far sealing has looked; sealing decides it anew",
  fraud_habit: "learned from payments",
  fraud_habit_progress: "how far learning has come",
  heartbeat: "whether parts live",
  idempotency_key: "kept for a while; a payment is its transfer",
  import_mapping: "every import keeps the terms by which it was read",
  import_row: "the lines of a file as they were read; what was taken is in the register and the ledger",
  installation: "facts of the machine",
  instrument: "whose money it is stands in the ledger's account",
  job_failure: "what the worker tries again",
  limit_counter: "running counts, made again from payments",
  mail_message: "what was sent; what it invites to is recorded in invitation",
  outbox: "messages about what is recorded where it happened",
  payer: "a reference of the program",
  payment: "its money is transfers of the sealed ledger, and the proof holds legs and ledger against it",
  payment_event: "told from payments and transfers",
  payment_limit: "limits may be lifted; each change is an entry of the audit log",
  program_holiday: "moves the day of a payout, never its amount; each change is an entry of the audit log",
  rate_limit: "counters of a minute",
  refund: "its money is transfers of the sealed ledger, and the proof holds legs against it",
  session: "ends by itself; opening and ending are entries of the audit log",
  settlement_exception: "a list of work",
  tranche_total: "sums of legs, which the proof adds up again",
  usage_record: "its money is the window's payment",
  usage_window: "its money is a payment",
  user_secret: "secrets belong in no log",
};

/** Guarded against change and removal, and too many to be recorded one by one. */
const GUARDED_ONLY = ["imported_record"];

interface Guards {
  name: string;
  keeps: boolean;
  records: boolean;
}

async function readGuards(): Promise<Guards[]> {
  return await withOwner(async (client) => {
    const { rows } = await client.query<Guards>(
      `select c.relname as name,
         exists (select 1 from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'evidence_keep' and t.tgenabled = 'A') as keeps,
         exists (select 1 from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'evidence_insert' and t.tgenabled = 'A') as records
       from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       order by 1`,
    );
    return rows;
  });
}

test("a table is guarded and recorded, or listed with the reason why not", async () => {
  const tables = await readGuards();
  // The log guards itself and is not recorded in itself.
  const log = ["evidence_block", "evidence_entry"];
  const open = tables.filter(({ keeps }) => !keeps).map(({ name }) => name);
  expect(open).toEqual(Object.keys(NOT_GUARDED).sort());
  const unrecorded = tables.filter(({ keeps, records }) => keeps && !records).map(({ name }) => name);
  expect(unrecorded).toEqual([...log, ...GUARDED_ONLY].sort());
});

test("a table that is new is found", async () => {
  await withOwner((client) => client.query("create table planted (id uuid primary key)"));
  const open = (await readGuards()).filter(({ keeps }) => !keeps).map(({ name }) => name);
  expect(open.filter((name) => !Object.hasOwn(NOT_GUARDED, name))).toEqual(["planted"]);
});

test("the hash of an imported file is never replaced, nor a record of the register moved or removed", async () => {
  await withOwner(async (client) => {
    await client.query("begin; set local session_replication_role = replica");
    await client.query(
      `insert into import_batch (id, program_id, merchant_id, format, file_name, file_sha256, finished_at)
       values ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002',
         '00000000-0000-7000-8000-000000000003', 'seattle_parking', 'a.csv', repeat('a', 64), now())`,
    );
    await client.query("commit");
    await expect(client.query("update import_batch set file_sha256 = repeat('b', 64)")).rejects.toThrow(
      /never/,
    );
    await expect(client.query("update import_batch set file_name = 'b.csv'")).rejects.toThrow(/never/);
    await expect(client.query("delete from import_batch")).rejects.toThrow(/never/);
    await expect(client.query("delete from imported_record")).rejects.toThrow(/never/);
  });
});

/**
 * The proof of the whole on a small settled city: nothing is found, and then each change of a list, planted as a
 * superuser who has switched the guards off and on again, is found by the check that should and names its row.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { audit } from "@/server/audit/service";
import { withClock } from "@/server/platform/clock";
import { withOwner, withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { pastGuards, useTestDatabase } from "@/server/platform/testing";
import { approveRun } from "@/server/settlement/service/approve-run";
import { closePeriod } from "@/server/settlement/service/close-period";
import { markPayoutsPaid, submitPayouts } from "@/server/settlement/service/move-payouts";
import {
  bringIntoForce,
  capture,
  createCity,
  recordInvitation,
  refund,
  termsFor,
} from "@/server/settlement/testing";
import { hashNewReports } from "../exports/service";
import { lastNight } from "./jobs";
import type { CheckName, CheckResult } from "./schema";
import { proveAndRecord, proveWhole, sealEvidence } from "./service";

const database = useTestDatabase();
const system = mintSystemScope("test");
const periodEnd = new Date("2026-06-01T20:00:00Z");

/** A block is sealed when every transaction of the server that is older than its horizon has ended. */
async function seal(): Promise<void> {
  for (let waited = 0; ; waited += 50) {
    while ((await sealEvidence()) !== null);
    const { rows } = await withScope(system, (tx) =>
      tx.query<{ open: boolean }>(
        `select coalesce((select max(seq) from evidence_entry), 0) > coalesce((select max(last_seq) from evidence_block), 0) as open`,
      ),
    );
    if (!rows[0]?.open) return;
    if (waited > 30_000) throw new Error("The log was not sealed within 30 s.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function prove(): Promise<CheckResult[]> {
  const results = [];
  for await (const result of proveWhole()) results.push(result);
  return results;
}

beforeAll(async () => {
  const city = await createCity();
  await withClock(new Date("2026-01-02T00:00:00Z"), () => bringIntoForce(city, termsFor(city)));
  for (let minute = 0; minute < 30; minute++) {
    const at = new Date(Date.parse("2026-06-01T08:00:00Z") + minute * 60_000);
    const id = await capture(city, { merchant: minute % 2, micros: BigInt(1 + minute) * 370_000n, at });
    if (minute % 7 === 0) await refund(city, id, 100_000n, new Date(at.getTime() + 30_000));
  }
  await withClock(new Date(periodEnd.getTime() + 1), async () => {
    const closed = await closePeriod(city.creator, city.programId, periodEnd);
    if (!closed.ok) throw new Error(closed.message);
    await hashNewReports();
    const { rows } = await withScope(system, (tx) =>
      tx.query<{ id: string; revision: number }>("select id, revision from settlement_run"),
    );
    const run = rows[0];
    if (!run) throw new Error("A run was made.");
    const approved = await approveRun(city.approver, run.id, run.revision);
    if (!approved.ok) throw new Error(approved.reason);
    for (const moved of [
      await submitPayouts(city.creator, { runId: run.id }),
      await markPayoutsPaid(city.creator, { runId: run.id }),
    ])
      if (!moved.ok) throw new Error(moved.reason);
  });
  await seal();
  for (const action of ["first", "second", "third"])
    await withScope(system, (tx) =>
      audit(tx, system, { action: `test.${action}`, subjectKind: "test", subjectId: null }),
    );
  await seal();
  // Its record holds the head of the chain.
  expect((await proveAndRecord(system)).ok).toBe(true);
  await seal();
});

interface Planted {
  name: string;
  tables: string[];
  change: string;
  foundBy: CheckName;
  /** Of the subject or the message of the first finding. */
  says: RegExp;
}

const SENT = "(select id from payout where state = 'paid' order by id limit 1)";
const LEG = "(select payment_id from allocation_leg where refund_ordinal = 0 order by 1 limit 1)";

const PLANTED: readonly Planted[] = [
  {
    name: "amounts swapped between two legs of one payment",
    tables: ["allocation_leg"],
    change: `update allocation_leg l set amount_micros = o.amount_micros from allocation_leg o
      where l.payment_id = ${LEG} and o.payment_id = l.payment_id and l.refund_ordinal = 0 and o.refund_ordinal = 0
        and (l.ordinal, o.ordinal) in ((0, 1), (1, 0), (1, 2), (2, 1)) and l.ordinal + o.ordinal = (
          select min(a.ordinal) * 2 + 1 from allocation_leg a where a.payment_id = ${LEG})`,
    foundBy: "batches",
    says: /^leg .* of journal .*not as it was written/,
  },
  {
    name: "a leg given to another party",
    tables: ["allocation_leg"],
    change: `update allocation_leg set party_id = merchant_id where payment_id = ${LEG} and ordinal = (
      select min(ordinal) from allocation_leg where payment_id = ${LEG} and party_id <> merchant_id)`,
    foundBy: "totals",
    says: /tranche \d+, party/,
  },
  {
    name: "a leg raised",
    tables: ["allocation_leg"],
    change: `update allocation_leg set amount_micros = amount_micros + 10000 where payment_id = ${LEG} and ordinal = (
      select min(ordinal) from allocation_leg where payment_id = ${LEG})`,
    foundBy: "legs",
    says: /payment .* its legs are/,
  },
  {
    name: "a leg removed",
    tables: ["allocation_leg"],
    change: `delete from allocation_leg where payment_id = ${LEG} and ordinal = (
      select max(ordinal) from allocation_leg where payment_id = ${LEG})`,
    foundBy: "legs",
    says: /payment .* its legs are/,
  },
  {
    name: "the words of a leg",
    tables: ["allocation_leg"],
    change: `update allocation_leg set why = 'because' where payment_id = ${LEG}`,
    foundBy: "batches",
    says: /^leg .* of journal/,
  },
  {
    name: "a payment's captured amount",
    tables: ["payment"],
    change: `update payment set captured_micros = captured_micros - 10000 where id = ${LEG}`,
    foundBy: "legs",
    says: /payment .* its legs are \d+ micros and it is \d+/,
  },
  {
    name: "a statement line together with its statement",
    tables: ["statement", "statement_line"],
    change: `with line as (update statement_line set amount_micros = amount_micros + 10000
        where (statement_id, ordinal) = (select statement_id, ordinal from statement_line where amount_micros > 0 order by 1, 2 limit 1)
        returning statement_id)
      update statement set allocated_micros = allocated_micros + 10000, closing_micros = closing_micros + 10000
       where id = (select statement_id from line)`,
    foundBy: "statements",
    says: /statement .* its share is \d+ micros and its legs are \d+/,
  },
  {
    name: "a statement's opening and closing balance",
    tables: ["statement"],
    change: `update statement set opening_micros = opening_micros + 5, closing_micros = closing_micros + 5
      where id = (select min(id::text)::uuid from statement)`,
    foundBy: "rows",
    says: /^statement .* closing_micros is \d+ and was \d+; opening_micros|^statement .*opening_micros/,
  },
  {
    name: "a payout's amount together with its statement",
    tables: ["payout", "statement"],
    change: `with p as (update payout set amount_micros = amount_micros + 10000 where id = ${SENT} returning statement_id)
      update statement set payout_micros = payout_micros + 10000, closing_micros = closing_micros - 10000
       where id = (select statement_id from p)`,
    foundBy: "payouts",
    says: /payout .* the ledger held/,
  },
  {
    name: "the bank label of a sent payout",
    tables: ["payout"],
    change: `update payout set bank_label = 'Elsewhere ···· 9999' where id = ${SENT}`,
    foundBy: "rows",
    says: /^payout .* bank_label is "Elsewhere/,
  },
  {
    name: "the account number to which a payout was sent",
    tables: ["bank_account"],
    change: `update bank_account set iban = 'NO0000000000000' where id = (select bank_account_id from payout where id = ${SENT})`,
    foundBy: "rows",
    says: /^bank_account .* iban is/,
  },
  {
    name: "who approved a payout",
    tables: ["payout"],
    change: `update payout set approved_by = (select id from app_user where id not in (created_by, approved_by) limit 1) where id = ${SENT}`,
    foundBy: "rows",
    says: /^payout .* approved_by is/,
  },
  {
    name: "who created a run that he approved",
    tables: ["settlement_run"],
    change:
      "update settlement_run set created_by = (select id from app_user where id <> approved_by order by id desc limit 1)",
    foundBy: "rows",
    says: /^settlement_run .* created_by is/,
  },
  {
    name: "a payout approved by nobody",
    tables: ["payout"],
    change: `alter table payout drop constraint approved_before_sent; update payout set approved_by = null where id = ${SENT}`,
    foundBy: "approvals",
    says: /payout .* sent without the approval/,
  },
  {
    name: "when a run was approved",
    tables: ["settlement_run"],
    change: "update settlement_run set approved_at = approved_at - interval '1 day'",
    foundBy: "rows",
    says: /^settlement_run .* approved_at is/,
  },
  {
    name: "an entry of the audit log removed",
    tables: ["audit_entry"],
    change: "delete from audit_entry where action = 'test.second'",
    foundBy: "rows",
    says: /^audit_entry .* it is gone/,
  },
  {
    name: "an entry of the audit log inserted",
    tables: ["audit_entry"],
    change: `insert into audit_entry (id, actor_kind, action, subject_kind) values (gen_random_uuid(), 'system', 'test.planted', 'test')`,
    foundBy: "rows",
    says: /^audit_entry .* nobody recorded it/,
  },
  {
    name: "an entry of the audit log rewritten",
    tables: ["audit_entry"],
    change: "update audit_entry set at = at - interval '1 day' where action = 'test.third'",
    foundBy: "rows",
    says: /^audit_entry .* not as it was recorded/,
  },
  {
    name: "the tail of the audit log cut off together with its entries",
    tables: ["audit_entry", "evidence_entry"],
    change: `with gone as (delete from audit_entry where seq > (select max(seq) - 2 from audit_entry) returning id)
      delete from evidence_entry where row_key in (select id::text from gone)`,
    foundBy: "chain",
    says: /block \d+/,
  },
  {
    name: "an entry of the log with its content and hash",
    tables: ["evidence_entry", "payout"],
    change: `with p as (update payout set bank_label = 'Elsewhere' where id = ${SENT} returning id),
      e as (select e.seq, e.content || '{"bank_label":"Elsewhere"}' as content from evidence_entry e, p
             where e.table_name = 'payout' and e.row_key = p.id::text order by e.seq desc limit 1)
      update evidence_entry n set content = e.content, content_hash = evidence_hash(e.content) from e where n.seq = e.seq`,
    foundBy: "chain",
    says: /block \d+, entry \d+ an entry is not as it was sealed/,
  },
  {
    name: "the content of an entry of the log",
    tables: ["evidence_entry"],
    change: `update evidence_entry set content = content || '{"planted":1}' where seq = (
      select max(seq) from evidence_entry where table_name = 'payout')`,
    foundBy: "log",
    says: /entry \d+ of payout/,
  },
  {
    name: "a block of the chain removed",
    tables: ["evidence_block"],
    change: "delete from evidence_block where height = 1",
    foundBy: "chain",
    says: /block 2 a block is missing before it/,
  },
  {
    name: "the last blocks of the chain removed, which would be sealed again",
    tables: ["evidence_block"],
    change: "delete from evidence_block where height >= 2",
    foundBy: "chain",
    says: /block \d+ the chain does not contain the head that was seen before/,
  },
  {
    name: "the hash of a report",
    tables: ["statement"],
    change:
      "update statement set report_sha256 = md5('x') || md5('y') where id = (select min(id::text)::uuid from statement)",
    foundBy: "reports",
    says: /statement .* its report is not the one that was made/,
  },
  {
    name: "the terms of an agreement",
    tables: ["agreement"],
    change: `update agreement set terms = jsonb_set(terms, '{rules,0,steps,1,rate}', '"2.5%"')`,
    foundBy: "terms",
    says: /agreement .* not those of its hash/,
  },
  {
    name: "the terms of an agreement together with their hash",
    tables: ["agreement"],
    change: "update agreement set terms_sha256 = md5('x') || md5('y')",
    foundBy: "rows",
    says: /^agreement .* terms_sha256 is/,
  },
  {
    name: "a party's answer to an agreement",
    tables: ["agreement_party"],
    change: `update agreement_party set answered_at = answered_at - interval '3 days'
      where (agreement_id, organisation_id) = (select agreement_id, organisation_id from agreement_party where answer is not null limit 1)`,
    foundBy: "rows",
    says: /^agreement_party .* answered_at is/,
  },
  {
    name: "a membership back-dated",
    tables: ["membership"],
    change:
      "update membership set created_at = '2011-01-01' where id = (select min(id::text)::uuid from membership)",
    foundBy: "rows",
    says: /^membership .* created_at is/,
  },
  {
    name: "an account older than it is",
    tables: ["app_user"],
    change:
      "update app_user set created_at = '2001-01-01' where id = (select min(id::text)::uuid from app_user)",
    foundBy: "rows",
    says: /^app_user .* created_at is/,
  },
  {
    name: "an adjustment nobody made",
    tables: ["adjustment"],
    change: `insert into adjustment (id, program_id, party_id, amount_micros, reason, created_at, settlement_run_id)
      select gen_random_uuid(), program_id, party_id, 10000, 'planted', created_at, run_id from statement limit 1`,
    foundBy: "statements",
    says: /statement .* its adjustments are 0 micros and those of its run are 10000/,
  },
  {
    name: "a transfer of the ledger",
    tables: ["ledger.transfer"],
    change:
      "update ledger.transfer set amount = amount + 1 where seq = (select max(seq) from ledger.transfer)",
    foundBy: "ledger",
    says: /Transfer .* account/,
  },
];

/** Every table that a change may touch, as it was; put back after each. */
async function keepCopies(tables: readonly string[]): Promise<void> {
  await withOwner(async (owner) => {
    await owner.query("create schema if not exists kept");
    for (const table of tables)
      await owner.query(`create table if not exists kept."${table}" as table ${table}`);
  });
}

async function putBack(tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const { columns } = await withOwner(async (owner) => {
      const { rows } = await owner.query<{ columns: string }>(
        `select string_agg(quote_ident(attname), ',') as columns from pg_attribute
          where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
        [table],
      );
      return { columns: rows[0]?.columns ?? "" };
    });
    await pastGuards(tables, `delete from ${table}`);
    await pastGuards(
      tables,
      `insert into ${table} (${columns}) overriding system value select ${columns} from kept."${table}"`,
    );
  }
}

describe("the proof of the whole", () => {
  test("finds nothing where nothing was changed", async () => {
    const bad = (await prove()).filter(({ ok }) => !ok);
    expect(bad).toEqual([]);
  });

  test("knows at least twenty planted changes", () => {
    expect(PLANTED.length).toBeGreaterThanOrEqual(20);
  });

  test.each(PLANTED.map((each) => [each.name, each] as const))("finds %s", async (_name, planted) => {
    const tables = planted.tables;
    await keepCopies(tables);
    try {
      expect(await pastGuards(tables, planted.change), "rows changed").not.toBe(0);
      const results = await prove();
      const found = results.find(({ check }) => check === planted.foundBy);
      expect(found?.ok, JSON.stringify(results.filter(({ ok }) => !ok))).toBe(false);
      const words = found?.findings.map(({ subject, message }) => `${subject} ${message}`) ?? [];
      expect(
        words.some((each) => planted.says.test(each)),
        words.join("\n"),
      ).toBe(true);
    } finally {
      await putBack(tables);
      if (planted.name === "a payout approved by nobody")
        await withOwner((owner) =>
          owner.query(
            "alter table payout add constraint approved_before_sent check (state in ('proposed', 'cancelled') or approved_by is not null)",
          ),
        );
    }
  });

  test.each([
    [
      "a trigger switched off",
      "alter table payout disable trigger unchanging",
      /trigger unchanging of payout it is switched off/,
    ],
    [
      "a trigger dropped",
      "drop trigger evidence_insert on audit_entry",
      /trigger evidence_insert of audit_entry it is gone/,
    ],
    [
      "a foreign key switched off",
      "alter table payout disable trigger all",
      /trigger .* of payout it is switched off/,
    ],
    [
      "row-level security switched off",
      "alter table payout disable row level security",
      /row-level security of payout/,
    ],
    [
      "a policy opened",
      "alter policy payout_read on payout using (true)",
      /policy payout_read of payout it is not as/,
    ],
    ["a right given", "grant delete on payout to purse_app", /rights of purse_app on payout/],
    [
      "a function replaced",
      "create or replace function second_person_fault(first uuid, second uuid, since timestamptz, at timestamptz default 'infinity') returns text language sql stable as 'select null::text'",
      /function second_person_fault/,
    ],
    [
      "a constraint dropped",
      "alter table payout drop constraint approved_before_sent",
      /constraint approved_before_sent of payout it is gone/,
    ],
  ])("finds %s", async (_name, change, says) => {
    const found = await withOwner(async (owner) => {
      await owner.query("begin");
      await owner.query(change);
      const { checkGuards } = await import("./repository/check-evidence");
      const result = await checkGuards({
        async query<Row>(text: string, params?: readonly unknown[]) {
          const answer = await owner.query(text, params as unknown[] | undefined);
          return { rows: answer.rows as Row[], rowCount: answer.rowCount ?? 0 };
        },
      });
      await owner.query("rollback");
      return result;
    });
    expect(
      found.findings.some(({ subject, message }) => says.test(`${subject} ${message}`)),
      JSON.stringify(found),
    ).toBe(true);
  });

  test("an exported head must still be in the chain", async () => {
    const [head] = (
      await withScope(system, (tx) =>
        tx.query<{ height: bigint; hash: string }>(
          "select height, encode(hash, 'hex') as hash from evidence_block order by height desc limit 1",
        ),
      )
    ).rows;
    if (!head) throw new Error("A block was sealed.");
    const chainOf = async (given: { height: bigint; hash: string }) => {
      for await (const result of proveWhole({ head: given })) if (result.check === "chain") return result.ok;
      return undefined;
    };
    expect(await chainOf(head)).toBe(true);
    expect(await chainOf({ ...head, hash: "0".repeat(64) })).toBe(false);
    expect(await chainOf({ ...head, height: head.height + 1n })).toBe(false);
  });

  test("its result stays in the audit log, which it covers too", async () => {
    const proof = await proveAndRecord(system);
    expect(proof.ok).toBe(true);
    expect((await prove()).every(({ ok }) => ok)).toBe(true);
  });
});

describe("rows that money rests on, for every role", () => {
  const refused = async (statement: string) =>
    await withOwner(async (owner) => {
      await owner.query("set session_replication_role = replica");
      await owner.query(statement);
    });

  test.each([
    ["a leg is not changed", "update allocation_leg set amount_micros = amount_micros + 1"],
    ["a leg is not removed", "delete from allocation_leg"],
    ["a line is not changed", "update statement_line set amount_micros = 0"],
    ["a statement's figures are not changed", "update statement set gross_micros = gross_micros + 1"],
    ["a sent payout's bank label is not changed", "update payout set bank_label = 'x' where state = 'paid'"],
    ["a sent payout's approval is not changed", "update payout set approved_at = now() where state = 'paid'"],
    ["a payout does not change hands", "update payout set party_id = run_id"],
    ["terms that were proposed are not changed", "update agreement set terms = '{}'"],
    ["an answer is not removed", "delete from agreement_party"],
    ["an account number is not changed", "update bank_account set iban = 'x'"],
    ["an adjustment is not removed", "delete from adjustment"],
    ["a membership is not back-dated", "update membership set created_at = '2001-01-01'"],
    ["the audit log is not emptied", "truncate audit_entry"],
    ["the log of evidence is not changed", "update evidence_entry set content = null"],
    ["the chain is not cut", "delete from evidence_block"],
  ])("%s", async (_name, statement) => {
    await expect(refused(statement)).rejects.toMatchObject({ code: "23001" });
  });

  test("a change that is allowed is an entry of the log, with the row as it is then", async () => {
    await withOwner((owner) =>
      owner.query("update app_user set disabled_at = '2026-07-01Z' where email like 'approver@%'"),
    );
    const { rows } = await withScope(system, (tx) =>
      tx.query<{ op: string; content: Record<string, unknown>; db_user: string }>(
        "select op, content, db_user from evidence_entry order by seq desc limit 1",
      ),
    );
    expect(rows[0]).toMatchObject({
      op: "update",
      content: { disabled_at: "2026-07-01T00:00:00+00:00" },
      db_user: "purse",
    });
    expect(Object.keys(rows[0]?.content ?? {})).not.toContain("email");
    const log = (await prove()).find(({ check }) => check === "log");
    expect(log?.notices.map(({ message }) => message)).toContain("written by purse, past the application");
  });
});

test("the nightly proof is due once a night", () => {
  expect(lastNight(new Date("2026-03-05T01:59:00Z")).toISOString()).toBe("2026-03-04T02:00:00.000Z");
  expect(lastNight(new Date("2026-03-05T02:00:00Z")).toISOString()).toBe("2026-03-05T02:00:00.000Z");
});

describe("an approval", () => {
  const findings = async () =>
    (await prove()).find(({ check }) => check === "approvals")?.findings.map(({ message }) => message);

  test("is judged by who had brought whom in when it was given, and not by who did since", async () => {
    const { rows } = await withScope(system, (tx) =>
      tx.query<{ program: string; operator: string; creator: string; approver: string }>(
        `select r.program_id as program, p.operator_id as operator, r.created_by as creator, r.approved_by as approver
           from settlement_run r join program p on p.id = r.program_id`,
      ),
    );
    const [run] = rows;
    if (!run) throw new Error("A run was approved.");
    expect(await findings()).toEqual([]);
    const invited = { organisationId: run.operator, by: run.approver, accepted: run.creator };
    await recordInvitation(database.url(), { ...invited, at: new Date("2026-06-20T00:00:00Z") });
    expect(await findings()).toEqual([]);
    // Before, they were not two.
    await recordInvitation(database.url(), { ...invited, at: new Date("2026-05-20T00:00:00Z") });
    expect(await findings()).toContain("run.approve: invited_by_other");
  });
});

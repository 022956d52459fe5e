import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closePool, type SqlTx, withOwner, withScope } from "@/server/platform/db";
import { newId } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { ensureAccounts, exportHead, postTransfers, sealNextBlock, verifyLedgerAtOnce } from "./service";
import { alterRows } from "./testing/alter-rows";
import { sealAll } from "./testing/seal-all";
import type { TransferInput } from "./types";

const database = useTestDatabase();
const system = mintSystemScope("test");
let ids: string[] = [];

const verify = () => withScope(system, (tx) => verifyLedgerAtOnce(tx));
const tamper = (statement: string) => alterRows(database.url(), statement);

function random(from: string[], count: number): TransferInput[] {
  const pick = () => from[Math.floor(Math.random() * from.length)] as string;
  return Array.from({ length: count }, () => {
    const debitAccountId = pick();
    let creditAccountId = pick();
    while (creditAccountId === debitAccountId) creditAccountId = pick();
    return {
      id: newId("transfer"),
      debitAccountId,
      creditAccountId,
      amountMicros: BigInt(1 + Math.floor(Math.random() * 1000)),
      code: "adjustment",
      kind: Math.random() < 0.2 ? "pending" : "posted",
      // Some come late in business time.
      effectiveAt: new Date(Date.now() - Math.floor(Math.random() * 5_000)),
    } as const;
  });
}

beforeAll(async () => {
  ids = await withScope(system, (tx) =>
    ensureAccounts(
      tx,
      Array.from({ length: 10 }, (_, n) => ({ code: "suspense", currency: "EUR", ownerRef: `hot ${n}` })),
    ),
  );
  await withScope(system, (tx) =>
    ensureAccounts(tx, [{ code: "wallet", currency: "EUR", ownerRef: "limited" }]),
  );
});
afterAll(closePool);

describe("proof of the ledger", () => {
  it("holds after 16 writers on 10 hot accounts, and every answer was kept", async () => {
    const created: string[] = [];
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let round = 0; round < 12; round++) {
          const batch = random(ids, 1 + Math.floor(Math.random() * 20));
          const results = await withScope(system, (tx) => postTransfers(tx, batch));
          results.forEach((code, index) => {
            if (code === "created") created.push((batch[index] as TransferInput).id);
          });
          if (round % 4 === 0) await withScope(system, (tx) => sealNextBlock(tx, 100));
        }
      }),
    );
    const { rows } = await withScope(system, (tx) =>
      tx.query<{ n: number }>("select count(*)::integer as n from ledger.transfer where id = any($1)", [
        created,
      ]),
    );
    expect(rows[0]?.n).toBe(created.length);
    await sealAll(100);
    const { result, findings } = await verify();
    expect(findings).toEqual([]);
    expect(result).toMatchObject({ ok: true, accounts: 11n, transfers: BigInt(created.length) });
    expect(result.blocks).toBeGreaterThan(3n);
  }, 120_000);

  it("never seals past a transfer that is still under way", async () => {
    const slow = new pg.Client({ connectionString: database.url() });
    await slow.connect();
    const slowTx: SqlTx = {
      async query<Row>(text: string, params?: readonly unknown[]) {
        const result = await slow.query(text, params as unknown[] | undefined);
        return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 };
      },
    };
    await slow.query("begin");
    const [early] = random(ids.slice(0, 2), 1) as [TransferInput];
    await postTransfers(slowTx, [early]);
    const later = random(ids.slice(4, 6), 3);
    await withScope(system, (tx) => postTransfers(tx, later));
    for (let i = 0; i < 4; i++) await withScope(system, (tx) => sealNextBlock(tx, 100));
    const before = await withScope(system, (tx) => exportHead(tx));
    const sealed = await withScope(system, (tx) =>
      tx.query<{ n: number }>(
        "select count(*)::integer as n from ledger.transfer where seq <= $1 and id = any($2)",
        [before?.lastSeq, later.map((t) => t.id)],
      ),
    );
    expect(sealed.rows[0]?.n).toBe(0);
    await slow.query("commit");
    await slow.end();
    await sealAll(100);
    const { result, findings } = await verify();
    expect(findings).toEqual([]);
    expect(result.sealedThrough).toBe(result.transfers + result.gaps);
  });

  it("leaves gaps of rolled back transfers unsealed but refuses a row that is put into one", async () => {
    await withScope(system, async (tx) => {
      await postTransfers(tx, random(ids, 5));
      throw new Error("rolled back");
    }).catch(() => {});
    await withScope(system, (tx) => postTransfers(tx, random(ids, 5)));
    await sealAll(100);
    expect((await verify()).result.gaps).toBeGreaterThanOrEqual(5n);
    const gap = `(select min(g) from generate_series(1, (select max(seq) from ledger.transfer)) g where not exists (select 1 from ledger.transfer where seq = g))`;
    await tamper(
      `insert into ledger.transfer select (t).* from (select jsonb_populate_record(x, jsonb_build_object('seq', ${gap}, 'id', gen_random_uuid())) as t from ledger.transfer x limit 1) y`,
    );
    const { findings } = await verify();
    expect(findings.find((finding) => finding.part === "chain")?.message).toContain(
      "is not as it was sealed",
    );
    await tamper("delete from ledger.transfer where id::text not like '________-____-7%'");
    expect((await verify()).findings).toEqual([]);
  });

  const cases: [string, string, string, RegExp, string][] = [
    [
      "an amount",
      "update ledger.transfer set amount = amount + 1 where seq = 7",
      "update ledger.transfer set amount = amount - 1 where seq = 7",
      /seq 7\)/,
      "chain",
    ],
    [
      "a business time",
      "update ledger.transfer set effective_at = effective_at + interval '1 day' where seq = 9",
      "update ledger.transfer set effective_at = effective_at - interval '1 day' where seq = 9",
      /seq 9\)/,
      "chain",
    ],
    [
      "an account's counter",
      `update ledger.account set debits_posted = debits_posted + 1 where owner_ref = 'hot 3'`,
      `update ledger.account set debits_posted = debits_posted - 1 where owner_ref = 'hot 3'`,
      /counters of the account/,
      "counters",
    ],
    [
      "an account's id",
      "update ledger.account set id = '01890000-0000-7000-8000-000000000000' where owner_ref = 'hot 4'",
      "update ledger.account set id = (select id from saved) where owner_ref = 'hot 4'",
      /not as it was sealed/,
      "chain",
    ],
    [
      "an account's limit away",
      "update ledger.account set flags = 0 where owner_ref = 'limited'",
      "update ledger.account set flags = 2 where owner_ref = 'limited'",
      /Block 1: account .* is not as it was sealed/,
      "chain",
    ],
    [
      "that an account is open",
      "update ledger.account set closed = true where owner_ref = 'hot 6'",
      "update ledger.account set closed = false where owner_ref = 'hot 6'",
      /is closed, and no transfer that closes it holds/,
      "flags",
    ],
    [
      "an account's owner",
      "update ledger.account set owner_ref = 'nobody' where owner_ref = 'hot 7'",
      "update ledger.account set owner_ref = 'hot 7' where owner_ref = 'nobody'",
      /Block 1: account .* is not as it was sealed/,
      "chain",
    ],
    [
      "the order of two blocks",
      "update ledger.block set height = case height when 2 then 3000 else 3001 end where height in (2, 3); update ledger.block set height = 3003 - height where height >= 3000",
      "update ledger.block set height = height + 3000 where height in (2, 3); update ledger.block set height = 3005 - height where height >= 3000",
      /Block [23]/,
      "chain",
    ],
    [
      "a block's hash",
      "update ledger.block set hash = sha256('x') where height = 2",
      "update ledger.block b set hash = n.previous_hash from ledger.block n where b.height = 2 and n.height = 3",
      /Block [23]/,
      "chain",
    ],
  ];
  it.each(cases)(
    "finds that a superuser changed %s, and is content when it is put back",
    async (_what, change, restore, message, part) => {
      await withOwner(
        (owner) =>
          owner.query(
            `drop table if exists public.saved; create table public.saved as select id from ledger.account where owner_ref = 'hot 4'`,
          ),
        database.url(),
      );
      await tamper(change);
      const { result, findings } = await verify();
      expect(result.ok).toBe(false);
      expect(findings.some((finding) => finding.part === part && message.test(finding.message))).toBe(true);
      await tamper(restore.replace("from saved", "from public.saved"));
      await withOwner((owner) => owner.query("drop table public.saved"), database.url());
      expect((await verify()).findings).toEqual([]);
    },
  );

  it("walks accounts of many entries in parts, and finds in each what it finds at once", async () => {
    const inParts = (legsPerStep: number) =>
      withScope(system, (tx) => verifyLedgerAtOnce(tx, { legsPerStep }));
    for (const size of [5, 7, 50, 1_000_000]) expect((await inParts(size)).findings).toEqual([]);
    const places = `(select seq from (select seq, row_number() over (order by seq) as n from ledger.transfer) x
      where n in (3, 50, 120, (select count(*) from ledger.transfer)))`;
    await tamper(`update ledger.transfer set debit_posted = debit_posted + 1 where seq in ${places}`);
    const whole = (await inParts(1_000_000)).findings.filter(({ part }) => part === "counters");
    const parts = (await inParts(7)).findings.filter(({ part }) => part === "counters");
    const named = (findings: typeof whole) => [...new Set(findings.map(({ message }) => message))].sort();
    expect(whole.length).toBeGreaterThanOrEqual(4);
    expect(named(parts)).toEqual(named(whole));
    await tamper(`update ledger.transfer set debit_posted = debit_posted - 1 where seq in ${places}`);
    await tamper("update ledger.account set debits_posted = debits_posted + 1 where owner_ref = 'hot 1'");
    for (const size of [5, 7]) {
      expect((await inParts(size)).findings.filter(({ part }) => part === "counters")).toHaveLength(1);
    }
    await tamper("update ledger.account set debits_posted = debits_posted - 1 where owner_ref = 'hot 1'");
    expect((await inParts(7)).findings).toEqual([]);
  }, 120_000);

  it("finds a transfer that was deleted, sealed or not", async () => {
    const withoutRow = async (which: string, message: RegExp) => {
      await tamper(
        `create table public.gone as select * from ledger.transfer where seq = ${which}; delete from ledger.transfer where seq = ${which}`,
      );
      const { findings } = await verify();
      expect(findings.map((finding) => finding.message).join("\n")).toMatch(message);
      await tamper("insert into ledger.transfer select * from public.gone; drop table public.gone");
      expect((await verify()).findings).toEqual([]);
    };
    await withoutRow("11", /seq 12\) is not as it was sealed, or one before it is missing/);
    await withScope(system, (tx) => postTransfers(tx, random(ids, 6)));
    await withoutRow("(select max(seq) - 3 from ledger.transfer)", /counters/);
  }, 60_000);

  it("notices an exported head that the chain no longer contains", async () => {
    const head = await withScope(system, (tx) => exportHead(tx));
    if (!head) throw new Error("sealed before");
    const good = await withScope(system, (tx) => verifyLedgerAtOnce(tx, { head }));
    expect(good.result.ok).toBe(true);
    const bad = await withScope(system, (tx) =>
      verifyLedgerAtOnce(tx, { head: { ...head, hash: "ab".repeat(32) } }),
    );
    expect(bad.findings.map((finding) => finding.part)).toEqual(["chain"]);
  });

  it("goes on from blocks that sealed no accounts yet, and seals all of them with the next", async () => {
    await alterRows(
      database.url(),
      `do $$ declare b record; before bytea := decode(repeat('00', 32), 'hex'); after bigint := 0; begin
         for b in select * from ledger.block order by height loop
           update ledger.block set accounts_after = null, accounts_through = null, account_marks = null,
             previous_hash = before, hash = ledger.block_hash(before, b.height, b.first_seq, b.last_seq,
               (select string_agg(r.digest, ''::bytea order by r.seq) from ledger.digest_rows(after, b.last_seq, b.transfers) r))
           where height = b.height returning hash into before;
           after := b.last_seq;
         end loop; end $$`,
    );
    expect((await verify()).findings).toEqual([]);
    const old = await withScope(system, (tx) => exportHead(tx));
    await withScope(system, (tx) => postTransfers(tx, random(ids, 3)));
    await sealAll(100);
    expect((await verify()).findings).toEqual([]);
    await tamper("update ledger.account set flags = 0 where owner_ref = 'limited'");
    const { findings } = await verify();
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/account .* is not as it was sealed/),
    ]);
    expect(findings[0]?.blockHeight).toBe((old?.height ?? 0n) + 1n);
    await tamper("update ledger.account set flags = 2 where owner_ref = 'limited'");
  });
});

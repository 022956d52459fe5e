/**
 * One altered row among many is found and named. `LEDGER_PROOF_TRANSFERS` says among how many: a few thousand without
 * it, a million and more by hand. Prints what each proof took; nothing here passes or fails by time.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closePool, withScope } from "@/server/platform/db";
import { newId } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { postEvents, type TransferEvent } from "./repository/post-events";
import { ensureAccounts, type Finding, verifyLedgerAtOnce } from "./service";
import { alterRows } from "./testing/alter-rows";
import { sealAll } from "./testing/seal-all";

const database = useTestDatabase();
const system = mintSystemScope("test");
const TRANSFERS = Number(process.env.LEDGER_PROOF_TRANSFERS ?? 6_000);
const HOUR = 3_600_000;
const BLOCK = Math.min(10_000, Math.ceil(TRANSFERS / 8));

let hot = "";
let wallets: string[] = [];

/** One hot account and many small ones; a tenth of the transfers reserves and is posted in the next batch. */
async function fill(): Promise<void> {
  let open: string[] = [];
  for (let done = 0; done < TRANSFERS; ) {
    const events: TransferEvent[] = open.map((pending) => ({
      id: newId("transfer"),
      debit: null,
      credit: null,
      amount: null,
      code: 0,
      flags: 4,
      pending,
    }));
    open = [];
    while (events.length < 1_000 && done + events.length < TRANSFERS) {
      const id = newId("transfer");
      const wallet = wallets[(done + events.length) % wallets.length] as string;
      const back = events.length % 7 === 0;
      const reserves = events.length % 10 === 3;
      if (reserves) open.push(id);
      events.push({
        id,
        debit: back ? wallet : hot,
        credit: back ? hot : wallet,
        amount: BigInt(1_000 + (events.length % 97)),
        code: 1,
        flags: reserves ? 2 : 0,
      });
    }
    const codes = await withScope(system, (tx) => postEvents(tx, events));
    expect(codes.filter((code) => code !== "created")).toEqual([]);
    done += events.length;
  }
}

async function prove(what: string): Promise<Finding[]> {
  const before = process.memoryUsage().rss;
  let peak = before;
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 50);
  const began = performance.now();
  const { result, findings } = await withScope(system, (tx) => verifyLedgerAtOnce(tx));
  clearInterval(sampling);
  const mega = (bytes: number) => Math.round(bytes / 1_048_576);
  process.stderr.write(
    `proof over ${result.transfers} transfers, ${what}: ${((performance.now() - began) / 1000).toFixed(1)} s, ` +
      `memory ${mega(before)} MB before, ${mega(peak)} MB at most, ${findings.length} findings\n`,
  );
  return findings;
}

beforeAll(async () => {
  wallets = await withScope(system, (tx) =>
    ensureAccounts(
      tx,
      Array.from({ length: 500 }, (_, n) => ({
        code: "party_payable",
        currency: "EUR",
        ownerRef: `party ${n}`,
      })),
    ),
  );
  const limited = { code: "wallet", currency: "EUR", ownerRef: "limited" } as const;
  const [first] = await withScope(system, (tx) =>
    ensureAccounts(tx, [{ code: "acquirer_receivable", currency: "EUR", ownerRef: "hot" }, limited]),
  );
  hot = first as string;
  await fill();
  await sealAll(BLOCK);
}, HOUR);
afterAll(closePool);

const middle = Math.floor(TRANSFERS / 2) + 1;
const account = "(select id from ledger.account where owner_ref = 'party 77')";

/** What is done, what undoes it, the part of the proof that says so, and what its sentence names. */
const ALTERATIONS: [string, string, string, Finding["part"], RegExp][] = [
  [
    "one amount altered",
    `update ledger.transfer set amount = amount + 1 where seq = ${middle}`,
    `update ledger.transfer set amount = amount - 1 where seq = ${middle}`,
    "chain",
    new RegExp(`\\(seq ${middle}\\) is not as it was sealed`),
  ],
  [
    "one row deleted",
    `create table public.gone as select * from ledger.transfer where seq = ${middle};
     delete from ledger.transfer where seq = ${middle}`,
    "insert into ledger.transfer select * from public.gone; drop table public.gone",
    "chain",
    new RegExp(`\\(seq ${middle + 1}\\) is not as it was sealed, or one before it is missing`),
  ],
  [
    "one account's counter altered",
    `update ledger.account set credits_posted = credits_posted + 1 where id = ${account}`,
    `update ledger.account set credits_posted = credits_posted - 1 where id = ${account}`,
    "counters",
    /ACCOUNT: the credit counters of the account are not those after its last transfer/,
  ],
  [
    "one account's limit lifted",
    "update ledger.account set flags = 0 where owner_ref = 'limited'",
    "update ledger.account set flags = 2 where owner_ref = 'limited'",
    "chain",
    /account LIMITED is not as it was sealed/,
  ],
  [
    "one account closed",
    `update ledger.account set closed = true where id = ${account}`,
    `update ledger.account set closed = false where id = ${account}`,
    "flags",
    /ACCOUNT is closed, and no transfer that closes it holds/,
  ],
  [
    "two blocks swapped",
    `update ledger.block set height = height + 1000000 where height in (3, 4);
     update ledger.block set height = 1000007 - height where height > 1000000`,
    `update ledger.block set height = height + 1000000 where height in (3, 4);
     update ledger.block set height = 1000007 - height where height > 1000000`,
    "chain",
    /Block 3 does not name the hash of the block before it/,
  ],
];

describe(`the proof over ${TRANSFERS} transfers`, () => {
  it(
    "finds nothing where nothing is wrong",
    async () => {
      expect(await prove("nothing altered")).toEqual([]);
    },
    HOUR,
  );

  it.each(ALTERATIONS)(
    "finds and names %s by a superuser",
    async (what, change, undo, part, sentence) => {
      const names = await withScope(system, (tx) =>
        tx.query<{ id: string; limited: string }>(
          `select ${account} as id, (select id from ledger.account where owner_ref = 'limited') as limited`,
        ),
      );
      const expected = new RegExp(
        sentence.source
          .replace("ACCOUNT", names.rows[0]?.id ?? "")
          .replace("LIMITED", names.rows[0]?.limited ?? ""),
      );
      await alterRows(database.url(), change);
      const findings = await prove(what);
      expect(
        findings.filter((finding) => finding.part === part).map(({ message }) => message),
      ).toContainEqual(expect.stringMatching(expected));
      await alterRows(database.url(), undo);
    },
    HOUR,
  );

  it(
    "and is content when all is put back",
    async () => {
      expect(await prove("all put back")).toEqual([]);
    },
    HOUR,
  );
});

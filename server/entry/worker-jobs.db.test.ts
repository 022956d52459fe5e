/**
 * Nothing stops for one bad row. Every job that works through items stands in one table here and is tried with three of
 * them, of which the database refuses to change the middle one: it is recorded, shown and tried again after growing
 * pauses, while the others are done. A job that is not in a table of this file fails the build.
 */
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_TERMS } from "@/server/fraud/schema";
import { listCases } from "@/server/fraud/service";
import { TrafficRecorder } from "@/server/gateway/record-traffic";
import { jobs as ledgerJobs } from "@/server/ledger/jobs";
import { accountIdFor, ensureAccounts, postTransfers } from "@/server/ledger/service";
import { receivableAccount, walletAccount } from "@/server/payments/rules/derive-accounts";
import { authorisePayment } from "@/server/payments/service/authorise-payment";
import { recordUsage } from "@/server/payments/service/record-usage";
import { addDevice, addWallet, createWorld, requestOf, type TestWorld } from "@/server/payments/testing";
import { withClock } from "@/server/platform/clock";
import { withOwner, withScope } from "@/server/platform/db";
import { forgetEnv } from "@/server/platform/env";
import { fromPublicId, newId } from "@/server/platform/ids";
import { isOutage, listFailures } from "@/server/platform/job-items";
import { mailJob, queueMail } from "@/server/platform/mail";
import { emit } from "@/server/platform/outbox";
import { mintSystemScope } from "@/server/platform/scope";
import { pastGuards, useTestDatabase } from "@/server/platform/testing";
import { sealEvidence } from "@/server/reporting/proof/service";
import { allocatePending } from "@/server/settlement/service/allocate-pending";
import { closePeriod } from "@/server/settlement/service/close-period";
import { proposeAdjustment } from "@/server/settlement/service/propose-change";
import {
  bringIntoForce,
  type City,
  capture,
  createCity,
  openAccount,
  propose,
  termsFor,
} from "@/server/settlement/testing";
import { WORKER_JOBS } from "./worker-jobs";

useTestDatabase();
const system = mintSystemScope("test");
const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS);

interface Trial {
  /** Three rows that wait for the job. */
  items: () => Promise<[string, string, string]>;
  /** Where the database refuses a row, and in which words of SQL the row is named by `$id`. */
  poison: { table: string; on?: "insert or update" | "delete"; when: string };
  /** Whether a row is done, by `$1`. */
  done: string;
  /** How the job records a row, where that is not the row's own id. */
  recorded?: (id: string) => string;
  run: () => Promise<unknown>;
}

const runOf = (name: string) => {
  const job = WORKER_JOBS.find((each) => each.name === name);
  if (!job) throw new Error(`The worker has no ${name}.`);
  return () => job.run(AbortSignal.timeout(60_000));
};
const later = (hours: number, name: string) => () => withClock(inHours(hours), runOf(name));

async function three<T>(make: (n: number) => Promise<T>): Promise<[T, T, T]> {
  return [await make(0), await make(1), await make(2)];
}

async function rowsOf<Row>(text: string, params: unknown[] = []): Promise<Row[]> {
  return (await withScope(system, (tx) => tx.query<Row>(text, params))).rows;
}

const TRIALS: Record<string, Trial> = {
  "platform.relay-outbox": {
    items: async () => {
      await emitThree();
      return await lastThree("outbox", "seq");
    },
    poison: { table: "outbox", when: "new.id = $id" },
    done: "select published_at is not null as done from outbox where id = $1",
    run: runOf("platform.relay-outbox"),
  },
  "platform.clear-old-rows": {
    items: async () => {
      await emitThree();
      const ids = await lastThree("outbox", "seq");
      await pastGuards(["outbox"], "update outbox set published_at = '2026-01-01' where id = any($1)", [ids]);
      return ids;
    },
    poison: { table: "outbox", on: "delete", when: "old.id = $id" },
    done: "select not exists (select 1 from outbox where id = $1) as done",
    recorded: (id) => `outbox ${id}`,
    run: runOf("platform.clear-old-rows"),
  },
  "platform.send-mail": {
    items: async () => {
      await withScope(system, async (tx) => {
        for (const recipient of ["a@example.org", "b@example.org", "c@example.org"])
          await queueMail(tx, {
            template: "test",
            recipient,
            organisationId: null,
            subjectId: newId("user"),
          });
      });
      return await lastThree("mail_message", "id");
    },
    poison: { table: "mail_message", when: "new.id = $id" },
    done: "select next_attempt_at is null as done from mail_message where id = $1",
    // Who was invited has gone, so there is nothing to say: the message is done without a server.
    run: () => mailJob({ test: async () => null }).run(AbortSignal.timeout(60_000)),
  },
  "ledger.expire-pending": {
    items: async () => {
      const world = await createWorld();
      const ids = await three(async () => await pendingTransfer(world));
      await pastGuards(
        ["ledger.pending_timeout"],
        "update ledger.pending_timeout set expires_at = now() - interval '1 hour' where transfer_id = any($1)",
        [ids],
      );
      return ids;
    },
    poison: { table: "ledger.transfer", when: "new.pending_id = $id" },
    done: "select not exists (select 1 from ledger.pending_timeout where transfer_id = $1) as done",
    run: runOf("ledger.expire-pending"),
  },
  "devices.forget-traffic": {
    items: () =>
      three(async (n) => {
        const code = `old_${n}`;
        await withScope(system, (tx) =>
          tx.query(
            `insert into device_refusal (code, minute, verified, hits, last_at)
             values ($1, '2025-01-01T00:00:00Z', false, 1, '2025-01-01T00:00:00Z')`,
            [code],
          ),
        );
        return code;
      }),
    poison: { table: "device_refusal", on: "delete", when: "old.code = $id" },
    done: "select not exists (select 1 from device_refusal where code = $1) as done",
    recorded: (code) => `device_refusal ${code} 2025-01-01 00:00:00+00 f`,
    run: runOf("devices.forget-traffic"),
  },
  "payments.close-windows": {
    items: async () => {
      const world = await createWorld({ kind: "smart_meter" });
      const wallets = await three(() => addWallet(world, 10_000_000n));
      await recordUsage(
        world.device,
        wallets.map(({ token }, n) => ({
          key: `k${n}`,
          instrumentToken: token,
          amountMicros: 50_000n,
          currency: "EUR" as const,
          occurredAt: new Date(),
        })),
      );
      const windows = await rowsOf<{ id: string; instrument: string }>(
        "select id, instrument_id as instrument from usage_window where program_id = $1",
        [world.programId],
      );
      return await three(
        async (n) => windows.find(({ instrument }) => instrument === wallets[n]?.id)?.id ?? "",
      );
    },
    poison: { table: "usage_window", when: "new.id = $id" },
    done: "select state = 'closed' as done from usage_window where id = $1",
    run: later(25, "payments.close-windows"),
  },
  "payments.expire-holds": {
    items: async () => {
      const world = await createWorld();
      return await three(() => authorised(world, false));
    },
    poison: { table: "payment", when: "new.id = $id and new.state = 'expired'" },
    done: "select state = 'expired' as done from payment where id = $1",
    run: later(25, "payments.expire-holds"),
  },
  "payments.decline-overdue-cases": {
    items: () => three(async () => await heldCase(await createWorld())),
    poison: { table: "review_case", when: "new.id = $id and new.state = 'expired'" },
    done: "select state = 'expired' as done from review_case where id = $1",
    run: later(DEFAULT_TERMS.reviewMinutes / 60 + 1, "payments.decline-overdue-cases"),
  },
  "payments.undo-imports": {
    items: async () => {
      const world = await createWorld();
      return await three(async () => {
        const id = newId("import");
        await pastGuards(
          ["import_batch"],
          `insert into import_batch (id, program_id, merchant_id, format, file_name, file_sha256, finished_at,
             undo_started_at, undo_reason) values ($1, $2, $3, 'ocpi_cdr', 'a.json', md5($1::uuid::text), now(), now(), 'cut off')`,
          [id, world.programId, world.merchantId],
        );
        return id;
      });
    },
    poison: { table: "import_batch", when: "new.id = $id" },
    done: "select undone_at is not null as done from import_batch where id = $1",
    run: runOf("payments.undo-imports"),
  },
  "payments.learn-habits": {
    items: () =>
      three(async () => {
        const world = await createWorld();
        await authorised(world, true);
        return world.programId;
      }),
    poison: { table: "fraud_habit_progress", when: "new.program_id = $id and new.learned_through > 0" },
    done: `select exists (select 1 from fraud_habit_progress where program_id = $1 and learned_through > 0) as done`,
    run: runOf("payments.learn-habits"),
  },
  "payments.forget-answers": {
    items: async () => {
      const world = await createWorld();
      return await three(async (n) => {
        const key = `answer-${n}`;
        await pastGuards(
          ["idempotency_key"],
          `insert into idempotency_key (device_id, key, request_hash, status, response, created_at)
           values ($1, $2, '\\x00', 200, '{}', '2025-01-01')`,
          [world.deviceId, key],
        );
        return key;
      });
    },
    poison: { table: "idempotency_key", on: "delete", when: "old.key = $id" },
    done: "select not exists (select 1 from idempotency_key where key = $1) as done",
    recorded: (key) => `idempotency_key ${last.deviceId} ${key}`,
    run: runOf("payments.forget-answers"),
  },
  "settlement.start-rested-accounts": {
    items: async () => {
      const { agencies, approver } = await createCity();
      return await three(async (n) => {
        const scope = agencies[n]?.scope;
        if (!scope) throw new Error("There are three.");
        return await withClock(new Date("2026-06-01T08:00:00Z"), () =>
          openAccount(scope, approver, { iban: "DE89370400440532013000" }),
        );
      });
    },
    poison: { table: "bank_account", when: "new.id = $id" },
    done: "select state = 'active' as done from bank_account where id = $1",
    run: () => withClock(new Date("2026-06-03T08:00:00Z"), runOf("settlement.start-rested-accounts")),
  },
  "settlement.expire-proposals": {
    items: async () => {
      const city = await createCity();
      return await three(async () => {
        const proposed = await withClock(new Date("2026-06-01T00:00:00Z"), () =>
          proposeAdjustment(city.creator, {
            programId: city.programId,
            partyId: city.agencies[0]?.id ?? "",
            amountMicros: 10_000n,
            reason: "Missed in May",
          }),
        );
        if (!proposed.ok) throw new Error(proposed.reason);
        return fromPublicId("confirmation", proposed.confirmationId) ?? proposed.confirmationId;
      });
    },
    poison: { table: "confirmation", when: "new.id = $id" },
    done: "select outcome is not distinct from 'expired' as done from confirmation where id = $1",
    run: runOf("settlement.expire-proposals"),
  },
  "settlement.simulate-proposals": {
    items: () =>
      three(async () => {
        const city = await createCity();
        return await propose(city, termsFor(city));
      }),
    poison: { table: "agreement_simulation", when: "new.agreement_id = $id" },
    done: "select exists (select 1 from agreement_simulation where agreement_id = $1) as done",
    run: runOf("settlement.simulate-proposals"),
  },
  "reporting.hash-reports": {
    items: async () => {
      const at = new Date("2026-06-01T10:00:00Z");
      const end = new Date("2026-06-01T20:00:00Z");
      const city = await cityInForce();
      await capture(city, { micros: 10_000_000n, at });
      await allocatePending(city.programId);
      await withClock(end, () => closePeriod(city.creator, city.programId, end));
      const made = await rowsOf<{ id: string }>(
        "select s.id from statement s where s.program_id = $1 order by s.id limit 3",
        [city.programId],
      );
      return await three(async (n) => made[n]?.id ?? "");
    },
    poison: { table: "statement", when: "new.id = $id" },
    done: "select report_sha256 is not null as done from statement where id = $1",
    run: runOf("reporting.hash-reports"),
  },
  // Of the gateway, which is no part of the worker, but writes from a loop of its own.
  "gateway.record-traffic": {
    items: async () => {
      const world = await createWorld();
      const ids = await three(async () => {
        const id = newId("device");
        await addDevice(world.programId, world.merchantId, id);
        return id;
      });
      for (const deviceId of ids) traffic.saw({ deviceId, seenAt: new Date() });
      return ids;
    },
    poison: { table: "device", when: "new.id = $id" },
    done: "select last_seen_at is not null as done from device where id = $1",
    run: () => traffic.flush(),
  },
};

/** Jobs whose trials take more than rows, by the file that holds them. */
const ELSEWHERE: Record<string, { file: string; test: string }> = {
  "settlement.allocate": {
    file: "server/settlement/service/job-isolation.db.test.ts",
    test: "allocate: a payment that cannot be stored waits",
  },
  "settlement.finish-runs": {
    file: "server/settlement/service/job-isolation.db.test.ts",
    test: "finish runs: one that fails is left",
  },
  "settlement.close-periods": {
    file: "server/settlement/service/close-by-calendar.db.test.ts",
    test: "a program whose run fails waits alone",
  },
  "settlement.agreements": {
    file: "server/settlement/service/settle-agreement.db.test.ts",
    test: "a version that is broken stops neither the others' job",
  },
};

/** Jobs whose items have an order: what comes before the bad one is done. Tried below, one by one. */
const IN_ORDER = ["ledger.seal-blocks", "proof.seal-evidence"];

/** Jobs with one item, which is the whole. */
const WHOLE = ["proof.nightly"];

const last = { deviceId: "" };
const traffic = new TrafficRecorder(system);

async function emitThree(): Promise<void> {
  const event = { aggregateType: "payment", type: "payment.captured", payload: {}, organisationId: null };
  await withScope(system, (tx) =>
    emit(
      tx,
      [0, 1, 2].map(() => ({ ...event, aggregateId: newId("payment") })),
    ),
  );
}

async function lastThree(table: string, order: string): Promise<[string, string, string]> {
  const rows = await rowsOf<{ id: string }>(`select id from ${table} order by ${order} desc limit 3`);
  return await three(async (n) => rows[2 - n]?.id ?? "");
}

async function authorised(world: TestWorld, capturing: boolean): Promise<string> {
  const wallet = await addWallet(world, 10_000_000n);
  const made = await authorisePayment(
    world.device,
    requestOf({ instrumentToken: wallet.token, capture: capturing }),
  );
  if (!made.ok) throw new Error(made.reason);
  return fromPublicId("payment", made.payment.id) ?? "";
}

/** Six payments in a row with one wallet: the last one is held for review. */
async function heldCase(world: TestWorld): Promise<string> {
  const wallet = await addWallet(world, 100_000_000n);
  for (let n = 0; n < 6; n++)
    await authorisePayment(
      world.device,
      requestOf({ instrumentToken: wallet.token, amountMicros: 1_000_000n, capture: true }),
    );
  const { items } = await listCases(world.operator, {
    programId: world.programId,
    sort: "expected_loss",
    mine: false,
    limit: 50,
  });
  return items[0]?.id ?? "";
}

async function pendingTransfer(world: TestWorld): Promise<string> {
  const wallet = await addWallet(world, 1_000_000n);
  const id = newId("transfer");
  const accounts = [walletAccount(wallet.id, "EUR"), receivableAccount(world.programId, "EUR")] as const;
  const codes = await withScope(system, async (tx) => {
    await ensureAccounts(tx, accounts);
    return await postTransfers(tx, [
      {
        id,
        kind: "pending",
        debitAccountId: accountIdFor(accounts[0]),
        creditAccountId: accountIdFor(accounts[1]),
        amountMicros: 10_000n,
        code: "adjustment",
        timeoutSeconds: 60,
        effectiveAt: new Date(),
      },
    ]);
  });
  expect(codes).toEqual(["created"]);
  return id;
}

async function cityInForce(): Promise<City> {
  const city = await createCity();
  await withClock(new Date("2026-01-01T00:00:00Z"), () => bringIntoForce(city, termsFor(city)));
  return city;
}

/** Makes the database refuse whatever `when` says of a row, until the function that it gives is called. */
async function poison(of: Trial["poison"], id: string): Promise<() => Promise<void>> {
  const when = of.when.replaceAll("$id", `'${id}'`);
  await withOwner((client) =>
    client.query(`create function poison() returns trigger language plpgsql as $$ begin
        if ${when} then raise exception 'poisoned row'; end if;
        return ${of.on === "delete" ? "old" : "new"}; end $$;
      create trigger a_poison before ${of.on ?? "insert or update"} on ${of.table}
        for each row execute function poison();
      alter table ${of.table} enable always trigger a_poison`),
  );
  return async () => {
    await withOwner((client) =>
      client.query(`drop trigger a_poison on ${of.table}; drop function poison()`).then(() => {}),
    );
  };
}

interface Failure {
  job: string;
  reason: string;
  attempts: number;
  open: boolean;
  waits: number;
}

const failuresOf = (item: string) =>
  rowsOf<Failure>(
    `select job, reason, attempts, resolved_at is null as open,
            round(extract(epoch from next_try_at - last_failed_at))::int as waits from job_failure where item = $1`,
    [item],
  );
const tryAgain = () =>
  withOwner((client) =>
    client.query("update job_failure set next_try_at = now() where resolved_at is null").then(() => {}),
  );

beforeAll(() => {
  process.env.PURSE_MAIL_URL = "smtp://127.0.0.1:9";
  process.env.PURSE_MAIL_FROM = "purse@example.org";
  forgetEnv();
});

describe("one bad row does not stop a job", () => {
  test("every job of the worker stands in a table of this file, and every trial there is of a job", async () => {
    const tried = [
      ...Object.keys(TRIALS).filter((name) => !name.startsWith("gateway.")),
      ...Object.keys(ELSEWHERE),
      ...IN_ORDER,
      ...WHOLE,
    ];
    expect(tried.sort()).toEqual(WORKER_JOBS.map(({ name }) => name).sort());
    for (const { file, test: name } of Object.values(ELSEWHERE))
      expect(await readFile(file, "utf8"), file).toContain(name);
  });

  test.each(Object.entries(TRIALS))("%s", async (job, { items, poison: how, done, recorded, run }) => {
    const ids = await items();
    const [before, bad, after] = ids;
    if (job === "payments.forget-answers") {
      const [row] = await rowsOf<{ id: string }>(
        "select device_id as id from idempotency_key where key = $1",
        [bad],
      );
      last.deviceId = row?.id ?? "";
    }
    const item = recorded ? recorded(bad) : bad;
    const isDone = async (id: string) => (await rowsOf<{ done: boolean }>(done, [id]))[0]?.done;
    for (const id of ids) expect(await isDone(id)).toBe(false);
    const heal = await poison(how, bad);
    try {
      await run();
      expect(await isDone(before)).toBe(true);
      expect(await isDone(after)).toBe(true);
      expect(await isDone(bad)).toBe(false);
      expect(await failuresOf(item)).toEqual([
        { job, reason: "poisoned row", attempts: 1, open: true, waits: 2 },
      ]);
      // The health page reads this list.
      const shown = await withScope(system, (tx) => listFailures(tx, 50));
      expect(shown.map((each) => `${each.job} ${each.item}`)).toContain(`${job} ${item}`);
      await run();
      expect(await failuresOf(item)).toMatchObject([{ attempts: 1 }]);
      await tryAgain();
      await run();
      expect(await failuresOf(item)).toMatchObject([{ attempts: 2, open: true, waits: 4 }]);
    } finally {
      await heal();
    }
    await tryAgain();
    await run();
    expect(await isDone(bad)).toBe(true);
    expect(await failuresOf(item)).toMatchObject([{ open: false }]);
  });
});

describe("a chain has no gaps", () => {
  const sealed = (table: string) =>
    rowsOf<{ through: bigint }>(`select coalesce(max(last_seq), 0) as through from ${table}`).then(
      ([row]) => row?.through ?? 0n,
    );

  test.each([
    {
      job: "ledger.seal-blocks",
      table: "ledger.block",
      word: "transfer",
      make: async () => {
        const world = await createWorld();
        for (let n = 0; n < 4; n++) await addWallet(world, 1_000_000n);
        return await rowsOf<{ seq: bigint }>("select seq from ledger.transfer order by seq desc limit 4");
      },
      seal: async () =>
        (await ledgerJobs.find(({ name }) => name === "ledger.seal-blocks")?.run(AbortSignal.any([]))) ===
        true,
    },
    {
      job: "proof.seal-evidence",
      table: "evidence_block",
      word: "entry",
      make: async () => {
        for (let n = 0; n < 2; n++) await createWorld();
        return await rowsOf<{ seq: bigint }>("select seq from evidence_entry order by seq desc limit 4");
      },
      seal: async () => (await sealEvidence()) !== null,
    },
  ])("$job: what comes before a row that cannot be sealed is sealed, and the row is named", async (chain) => {
    const { job, table, word, make, seal } = chain;
    /** A first call marks how far to go; the next ones seal, as soon as whatever else ran at the mark has ended. */
    const sealAll = async (through: bigint) => {
      for (let round = 0; round < 200 && (await sealed(table)) < through; round++) await seal();
    };
    const rows = (await make()).map(({ seq }) => seq).sort((one, other) => Number(one - other));
    const [first = 0n, bad = 0n, , end = 0n] = rows;
    const heal = await poison({ table, when: `new.last_seq >= ${bad}` }, "");
    const item = `${word} ${bad}`;
    try {
      for (let round = 0; round < 200 && (await failuresOf(item)).length === 0; round++) await seal();
      expect(await sealed(table)).toBe(first);
      expect(await failuresOf(item)).toEqual([
        { job, reason: "poisoned row", attempts: 1, open: true, waits: 2 },
      ]);
      await seal();
      expect(await failuresOf(item)).toMatchObject([{ attempts: 1 }]);
      await tryAgain();
      await seal();
      expect(await failuresOf(item)).toMatchObject([{ attempts: 2, waits: 4 }]);
    } finally {
      await heal();
    }
    await tryAgain();
    await sealAll(end);
    expect(await sealed(table)).toBeGreaterThanOrEqual(end);
    expect(await failuresOf(item)).toMatchObject([{ open: false }]);
  });
});

test("an outage of the server is nobody's bad row: the job stops and its items are not recorded", () => {
  expect(isOutage(Object.assign(new Error("away"), { code: "57P01" }))).toBe(true);
  expect(isOutage(Object.assign(new Error("away"), { code: "ECONNREFUSED" }))).toBe(true);
  expect(isOutage(new Error("poisoned row"))).toBe(false);
});

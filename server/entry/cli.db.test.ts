import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addPartyToProgram, createOrganisation, createProgram } from "@/server/identity/service";
import { mappingTermsSchema } from "@/server/payments/import/schema";
import { saveMapping } from "@/server/payments/service/manage-mappings";
import type { Id } from "@/server/platform/ids";
import { mintPortalScope, mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { CHECK_NAMES } from "@/server/reporting/proof/schema";
import { sealEvidence } from "@/server/reporting/proof/service";

const database = useTestDatabase();
const root = join(import.meta.dirname, "../..");
let folder = "";
let operatorId: Id<"organisation">;

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** The real command line in a process of its own. */
function purse(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--import", "tsx", "server/entry/cli.ts", ...args],
      {
        cwd: root,
        env: {
          ...process.env,
          DATABASE_URL: database.loginUrl(),
          LOG_LEVEL: "silent",
          PURSE_CWD: folder,
          ...env,
        },
      },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
  });
}

const AGREEMENT = {
  rules: [
    {
      name: "All",
      steps: [
        { id: "fee", kind: "percent", to: "operator", rate: "1.5%" },
        { id: "rest", kind: "share", shares: [{ to: "$merchant", weight: "1" }] },
      ],
    },
  ],
};
const CSV = `TransactionId,TransactionDateTime,TransactionDate,timeStart,timeExpired,Duration_mins,Amount,PaymentMean,MeterCode,ElementKey
19038821,2012-05-19 17:50:59,2012-05-19,17:50:00,19:15:00,85,2.75,CREDIT CARD,10255002,6198
23256881,2012-09-13 18:06:59,2012-09-13,18:06:00,20:01:00,115,-3.73,CREDIT CARD,2133002,36114
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "purse-cli-"));
  await writeFile(join(folder, "agreement.json"), JSON.stringify(AGREEMENT));
  await writeFile(join(folder, "payment.json"), JSON.stringify({ amount: "10.01", currency: "EUR" }));
  await writeFile(join(folder, "rows.csv"), CSV);
  const scope = mintSystemScope("test");
  const operator = await createOrganisation(scope, { kind: "operator", slug: "op", name: "Operator" });
  operatorId = operator.id;
  const merchant = await createOrganisation(scope, { kind: "merchant", slug: "meters", name: "Meters" });
  const program = await createProgram(scope, {
    slug: "street",
    name: "Street",
    currency: "USD",
    timeZone: "America/Los_Angeles",
    calendar: { every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 },
    operatorId: operator.id,
  });
  await addPartyToProgram(scope, { programId: program.id, organisationId: merchant.id });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("purse allocate", () => {
  test("prints the legs, which add up to the payment", async () => {
    const ran = await purse([
      "allocate",
      "--agreement",
      "agreement.json",
      "--payment",
      "payment.json",
      "--json",
    ]);
    expect(ran.code).toBe(0);
    const { rule, legs } = JSON.parse(ran.stdout);
    expect(rule).toBe("All");
    expect(legs.map((leg: { to: string; amount: string }) => [leg.to, leg.amount])).toEqual([
      ["operator", "0.15"],
      ["$merchant", "9.86"],
    ]);
  });

  test("works without a database", async () => {
    const nowhere = { DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none" };
    const ran = await purse(
      ["allocate", "--agreement", "agreement.json", "--payment", "payment.json"],
      nowhere,
    );
    expect(ran.code).toBe(0);
  });

  test("an agreement that leaves money unassigned is refused with code 3 and the reason", async () => {
    const steps = AGREEMENT.rules[0]?.steps.slice(0, 1);
    await writeFile(join(folder, "short.json"), JSON.stringify({ rules: [{ name: "All", steps }] }));
    const ran = await purse(["allocate", "--agreement", "short.json", "--payment", "payment.json", "--json"]);
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.stdout).error.code).toBe("agreement_refused");
  });

  test("a file that is not there is a mistake of the command line, code 2", async () => {
    const ran = await purse(["allocate", "--agreement", "none.json", "--payment", "payment.json"]);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain("does not exist");
  });
});

describe("an answer that is longer than a pipe", () => {
  const long = (count: number) =>
    JSON.stringify(
      Array.from({ length: count }, (_, n) => ({ amount: `${30 + (n % 170)}.00`, currency: "EUR" })),
    );
  const command = "node --import tsx server/entry/cli.ts allocate --json --agreement agreement.json";

  /** The command behind a real pipe of a shell, whose reader is slow, with the exit code of each end. */
  async function piped(reader: string, payments: string) {
    await writeFile(join(folder, "long.json"), payments);
    const script = `${command} --payment long.json | ${reader}; echo "codes \${PIPESTATUS[0]}" >&2`;
    return await new Promise<Ran>((resolve) => {
      execFile(
        "bash",
        ["-c", script],
        {
          cwd: root,
          maxBuffer: 64 * 1024 * 1024,
          env: { ...process.env, DATABASE_URL: database.url(), PURSE_CWD: folder },
        },
        (error, stdout, stderr) => resolve({ code: error ? 1 : 0, stdout, stderr }),
      );
    });
  }

  test("several megabytes through a slow pipe arrive whole", async () => {
    const payments = long(6_000);
    const slow = await piped("(sleep 1; dd bs=4096 status=none)", payments);
    expect(slow.stdout.length).toBeGreaterThan(2_000_000);
    expect(JSON.parse(slow.stdout)).toHaveLength(6_000);
    expect(slow.stderr).toContain("codes 0");
  }, 60_000);

  test("a reader that stops early is no failure and leaves no stack trace", async () => {
    const stopped = await piped("head -c 100", long(6_000));
    expect(stopped.stdout).toHaveLength(100);
    expect(stopped.stderr.trim()).toBe("codes 0");
  }, 60_000);

  test("a full disk is a failure with its reason", async () => {
    await writeFile(join(folder, "long.json"), long(2_000));
    const full = await piped("cat; node --import tsx server/entry/cli.ts ledger --help > /dev/full", long(1));
    expect(full.stderr).toContain("could not be written");
  }, 60_000);
});

describe("purse import", () => {
  const args = [
    "import",
    "rows.csv",
    "--program",
    "street",
    "--merchant",
    "meters",
    "--refused",
    "refused.csv",
    "--json",
  ];

  test("the same file twice adds nothing, and refused lines are written with their reasons", async () => {
    const first = await purse(args);
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({
      rows: { total: 2, accepted: 1, duplicate: 0, refused: 1 },
      accepted: { amount: "2.75", currency: "USD" },
    });
    expect(await readFile(join(folder, "refused.csv"), "utf8")).toContain("amount_negative");
    const second = await purse(args);
    expect(JSON.parse(second.stdout)).toMatchObject({ rows: { accepted: 0, duplicate: 1, refused: 1 } });
  });

  test("a city's columns are read by a saved mapping, tried without writing, undone and brought again", async () => {
    const scope = mintPortalScope("operator", operatorId, { kind: "system", part: "test" });
    await saveMapping(scope, {
      name: "San Diego",
      terms: mappingTermsSchema.parse({
        kind: "table",
        source: "san-diego",
        id: { columns: ["pole_id", "date_trans_start"] },
        time: { column: "date_trans_start" },
        amount: { column: "trans_amt", unit: "minor" },
        currency: { fixed: "USD" },
      }),
    });
    await writeFile(
      join(folder, "sandiego.csv"),
      "pole_id,date_trans_start,trans_amt\nBA-1004,2026-11-20 08:01:00,125\nBA-1005,2026-11-20 08:01:00,50\n",
    );
    const bring = (...more: string[]) =>
      purse(["import", "sandiego.csv", "--program", "street", "--merchant", "meters", "--json", ...more]);
    expect(JSON.parse((await bring()).stdout).error.code).toBe("format_unknown");
    expect(await bring("--mapping", "Nobody's")).toMatchObject({ code: 3, stdout: "" });
    const tried = await bring("--mapping", "San Diego", "--dry-run");
    expect(JSON.parse(tried.stdout)).toMatchObject({
      dryRun: true,
      rows: { total: 2, accepted: 2, refused: 0 },
      acceptedAmount: { amount: "1.75", currency: "USD" },
    });
    const first = JSON.parse((await bring("--mapping", "San Diego")).stdout);
    expect(first).toMatchObject({ rows: { accepted: 2, duplicate: 0 }, mapping: "San Diego" });
    const undone = await purse(["undo-import", first.import, "--reason", "The wrong month", "--json"]);
    expect(undone.code).toBe(0);
    expect(JSON.parse(undone.stdout).undo.amount).toEqual({ amount: "1.75", currency: "USD" });
    expect(await purse(["undo-import", first.import, "--reason", "Once more"])).toMatchObject({ code: 3 });
    expect(JSON.parse((await bring("--mapping", "San Diego")).stdout).rows).toMatchObject({ accepted: 2 });
  }, 60_000);

  test("an unknown program is refused with code 3", async () => {
    expect(await purse(["import", "rows.csv", "--program", "nope", "--merchant", "meters"])).toMatchObject({
      code: 3,
    });
  });
});

describe("purse verify", () => {
  test("arrives whole through a slow pipe, with its exit code", async () => {
    const command = `node --import tsx server/entry/cli.ts verify --json | (sleep 3; dd bs=64 status=none)`;
    const ran = await new Promise<Ran>((resolve) => {
      execFile(
        "bash",
        ["-c", `${command}; echo "codes \${PIPESTATUS[0]}" >&2`],
        {
          cwd: root,
          env: { ...process.env, DATABASE_URL: database.loginUrl(), LOG_LEVEL: "silent", PURSE_CWD: folder },
        },
        (error, stdout, stderr) => resolve({ code: error ? 1 : 0, stdout, stderr }),
      );
    });
    expect(ran.stderr).toContain("codes 0");
    const proof = JSON.parse(ran.stdout);
    expect(proof).toMatchObject({ ok: true, broken: 0 });
    expect(proof.checks).toHaveLength(CHECK_NAMES.length);
  }, 60_000);

  test("demands an exported head of the evidence chain unchanged", async () => {
    for (let waited = 0; waited < 30_000 && (await sealEvidence()) === null; waited += 100)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const exported = await purse(["head"]);
    expect(exported.code).toBe(0);
    await writeFile(join(folder, "kept.json"), exported.stdout);
    const same = await purse(["verify", "--head", "kept.json", "--json"]);
    expect(same.code, same.stdout).toBe(0);
    const kept = JSON.parse(exported.stdout);
    await writeFile(join(folder, "kept.json"), JSON.stringify({ ...kept, hash: "ab".repeat(32) }));
    const other = await purse(["verify", "--head", "kept.json", "--json"]);
    expect(other.code).toBe(4);
    const chain = JSON.parse(other.stdout).checks.find((each: { check: string }) => each.check === "chain");
    expect(chain).toMatchObject({ ok: false, broken: 1 });
  }, 90_000);
});

describe("purse ledger", () => {
  test("an intact ledger verifies with code 0, an altered one with code 4 and the finding", async () => {
    const intact = await purse(["ledger", "verify", "--json"]);
    expect(intact.code).toBe(0);
    expect(JSON.parse(intact.stdout)).toMatchObject({ ok: true, broken: 0 });
    const { withOwner } = await import("@/server/platform/db");
    await withOwner((client) =>
      client.query("update ledger.account set credits_posted = credits_posted + 1 where credits_posted > 0"),
    );
    const altered = await purse(["ledger", "verify", "--json"]);
    expect(altered.code).toBe(4);
    expect(JSON.parse(altered.stdout).findings.length).toBeGreaterThan(0);
  });

  test("a head that was exported earlier must be in the chain", async () => {
    await writeFile(join(folder, "head.json"), JSON.stringify({ height: "7", hash: "ab".repeat(32) }));
    const without = await purse(["ledger", "verify", "--head", "head.json", "--json"]);
    expect(without.code).toBe(4);
    expect(without.stdout).toContain("does not contain the exported head 7");
    const other = await purse(["ledger", "verify", "--head", "agreement.json"]);
    expect(other.code).toBe(3);
    expect(other.stderr).toContain("not an exported head");
  });

  test("replays a case file, says what it does not have, and changes nothing", async () => {
    const cases = join(root, "server/ledger/testdata/more-cases.json");
    const ran = await purse(["ledger", "replay", cases, "--json"]);
    expect(ran.code).toBe(0);
    const report = JSON.parse(ran.stdout);
    expect(report).toMatchObject({ unmet: [], met: report.expectations });
    expect(report.absentColumns.map((absent: { column: string }) => absent.column)).toContain(
      "transfer.user_data_32",
    );
  }, 60_000);

  test("a case file that is missing is code 2, one of another form is code 3, each with its sentence", async () => {
    const missing = await purse(["ledger", "replay", "nowhere.json", "--json"]);
    expect(missing).toMatchObject({ code: 2, stdout: "" });
    expect(missing.stderr).toContain("nowhere.json does not exist");
    const folderGiven = await purse(["ledger", "replay", "."]);
    expect(folderGiven.code).toBe(2);
    const other = await purse(["ledger", "replay", "agreement.json", "--json"]);
    expect(other).toMatchObject({ code: 3, stdout: "" });
    expect(other.stderr).toContain("agreement.json is not a file of ledger cases");
  }, 60_000);

  test("a database that is not there is code 5 and a sentence that says what to do", async () => {
    const ran = await purse(["ledger", "verify"], { DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none" });
    expect(ran.code).toBe(5);
    expect(ran.stderr).toContain("npm start");
  });
});

/**
 * Who may write what, tried on every table of the catalogue with the rights of the processes: an INSERT of a copy of
 * one's own and of somebody else's row, an UPDATE and a DELETE of each. Triggers of ours are off here, so that the
 * policies alone answer; what they let through is guarded further by triggers and constraints. The table below is what
 * people decided; a table that is new fails until somebody has decided about it.
 */
import type pg from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { withOwner, withScope } from "@/server/platform/db";
import { type Id, newId } from "@/server/platform/ids";
import { mintDeviceScope, mintPortalScope, mintSystemScope, type Scope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { addPartyToProgram, createOrganisation, createProgram } from "./service";
import { fillTenant, readCatalogue } from "./testing";

useTestDatabase();
const system = mintSystemScope("test");

const KINDS = ["merchant", "agency", "device", "operator", "system", "none"] as const;
type Kind = (typeof KINDS)[number];

/**
 * One cell for each of merchant, agency, device, operator, system, and a transaction without a scope: i, u and d for an
 * INSERT, UPDATE and DELETE of one's own row, capital letters for everybody's, - for nothing.
 */
const ALLOWED: Record<string, string> = {
  adjustment: "- - - IU IU -",
  agreement: "- - - IU IU -",
  agreement_party: "u u - I IU -",
  agreement_simulation: "- - - - ID -",
  agreement_simulation_rule: "- - - - I -",
  allocation_basis: "- - - IU IU -",
  allocation_leg: "- - - - I -",
  allowance: "- - - IU IU -",
  allowance_month: "- - - IU IU -",
  app_user: "- - - - IU -",
  attempt_delay: "- - - - IUD -",
  audit_entry: "i i i I I -",
  authority_setting: "- - - IU IU -",
  bank_account: "iu iu - IU IU -",
  case_note: "- - - I I -",
  case_overturn: "- - - I I -",
  case_signal: "- - - I I -",
  confirmation: "iu iu - IU IU -",
  device: "- - u IU IU -",
  device_credential: "- - - IU IU -",
  device_message: "- - - - ID -",
  device_nonce: "- - id - ID -",
  device_refusal: "- - - - IUD -",
  evidence_entry: "- - - - - -",
  fraud_habit: "- - - IU IU -",
  fraud_habit_progress: "- - - IU IU -",
  fraud_policy: "- - - I I -",
  heartbeat: "- - - IU IU -",
  idempotency_key: "- - iud - IUD -",
  import_batch: "- - - IU IU -",
  import_mapping: "- - - IUD IUD -",
  import_row: "- - - I I -",
  imported_record: "- - - IU IU -",
  installation: "- - - - - -",
  instrument: "- - - IU IU -",
  invitation: "iu iu - IU IU -",
  job_failure: "- - - - IU -",
  limit_counter: "- - - IUD IUD -",
  mail_message: "i i - I IU -",
  membership: "u u - - IU -",
  organisation: "- - - IU IU -",
  outbox: "i i i I IUD -",
  password_reset: "iu iu - IU IU -",
  payer: "- - - IU IU -",
  payment: "u - iu IU IU -",
  payment_event: "i - i I I -",
  payment_limit: "- - - IUD IUD -",
  payout: "- - - IU IU -",
  payout_rule: "- - - IU IU -",
  program: "- - - IU IU -",
  program_calendar: "- - - I I -",
  program_holiday: "- - - ID ID -",
  program_party: "- - - I I -",
  program_terms: "- - - IU IU -",
  rate_limit: "- - - - IUD -",
  refund: "i - - IU IU -",
  review_case: "- - - IU IU -",
  role_grant: "iu iu - U IU -",
  run_guarantee: "- - - - I -",
  session: "- - - - IU -",
  settlement_exception: "- - - IU IU -",
  settlement_run: "- - - IU IU -",
  standing_consent: "iu - - - - -",
  statement: "- - - IU IU -",
  statement_line: "- - - I I -",
  tranche: "- - - - IU -",
  tranche_total: "- - - - IU -",
  usage_record: "- - i I I -",
  usage_window: "- - iu IU IU -",
  user_secret: "- - - - IU -",
  wallet_top_up: "- - - I I -",
};

interface Row {
  ctid: string;
  row: Record<string, unknown>;
}
interface Table {
  name: string;
  columns: string[];
  own: Row;
  foreign: Row;
}

let tables: Table[] = [];
let scopes: Map<Kind, Scope>;

async function rowsOf(client: pg.Client, names: readonly string[]): Promise<Map<string, Row[]>> {
  const found = new Map<string, Row[]>();
  for (const name of names) {
    const { rows } = await client.query<Row>(
      `select ctid::text as ctid, to_jsonb(t) as row from "${name}" t`,
    );
    found.set(name, rows);
  }
  return found;
}

beforeAll(async () => {
  const operator = await createOrganisation(system, { kind: "operator", slug: "op", name: "Operator" });
  const given: { organisationId: Id<"organisation">; programId: Id<"program">; marker: string }[] = [];
  for (const marker of ["own", "foreign"]) {
    const { id } = await createOrganisation(system, { kind: "merchant", slug: marker, name: marker });
    const program = await createProgram(system, {
      slug: `${marker}-program`,
      name: marker,
      currency: "EUR",
      timeZone: "Europe/Oslo",
      calendar: { every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 },
      operatorId: operator.id,
    });
    await addPartyToProgram(system, { programId: program.id, organisationId: id });
    given.push({ organisationId: id, programId: program.id, marker });
  }
  const [own, foreign] = given;
  if (!own || !foreign) throw new Error("two tenants were made");
  let deviceId: Id<"device"> | undefined;
  await withOwner(async (client) => {
    const catalogue = await readCatalogue(client);
    const sides: Map<string, Row[]>[] = [];
    let first: Awaited<ReturnType<typeof fillTenant>> | undefined;
    for (const { organisationId, programId, marker } of given) {
      const before = await rowsOf(client, catalogue.tables);
      const to = {
        organisationId,
        kind: "merchant",
        slug: marker,
        programId,
        marker: `${marker}marker`,
      } as const;
      const filled = await fillTenant(client, catalogue, to, first);
      first ??= filled;
      deviceId ??= filled.ids.get("device") as Id<"device">;
      const after = await rowsOf(client, catalogue.tables);
      const mine = new Map<string, Row[]>();
      for (const [name, rows] of after) {
        const seen = new Set((before.get(name) ?? []).map(({ ctid }) => ctid));
        const isOfTenant = ({ row }: Row) =>
          name === "organisation"
            ? row.id === organisationId
            : row.id === programId || row.program_id === programId;
        const made = ["organisation", "program", "program_party"].includes(name)
          ? rows.filter(isOfTenant)
          : rows.filter(({ ctid }) => !seen.has(ctid));
        // What the platform has once is everybody's.
        mine.set(name, made.length > 0 ? made : rows);
      }
      sides.push(mine);
    }
    tables = catalogue.tables.map((name) => {
      const [a, b] = sides.map((side) => side.get(name)?.at(-1));
      if (!a || !b) throw new Error(`no row of ${name}`);
      const columns = (catalogue.columns.get(name) ?? []).filter(({ generated }) => !generated);
      return { name, columns: columns.map((column) => column.name), own: a, foreign: b };
    });
    for (const { name } of tables) await client.query(`alter table "${name}" disable trigger user`);
  });
  const actor = { kind: "user", id: newId("user") } as const;
  if (!deviceId) throw new Error("a device was made");
  scopes = new Map<Kind, Scope>([
    ["merchant", mintPortalScope("merchant", own.organisationId, actor)],
    ["agency", mintPortalScope("agency", own.organisationId, actor)],
    ["device", mintDeviceScope(own.organisationId, deviceId)],
    ["operator", mintPortalScope("operator", operator.id, actor)],
    ["system", system],
  ]);
}, 120_000);

class Undone extends Error {}

/** Whether policies and rights let the statement through. It is always taken back. */
async function mayDo(kind: Kind, text: string, params: unknown[]): Promise<boolean> {
  let touched = 0;
  try {
    await withScope(scopes.get(kind) ?? system, async (tx) => {
      if (kind === "none")
        await tx.query(
          "select set_config('purse.scope_kind', '', true), set_config('purse.scope_org', '', true), set_config('purse.scope_actor', '', true)",
        );
      touched = (await tx.query(text, params)).rowCount;
      throw new Undone();
    });
  } catch (error) {
    if (error instanceof Undone) return touched > 0;
    // Constraints are asked after the policies.
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "42501") return false;
    if (code.startsWith("23")) return true;
    throw error;
  }
  return false;
}

async function cellOf(kind: Kind, { name, columns, own, foreign }: Table): Promise<string> {
  const listed = columns.map((column) => `"${column}"`).join(", ");
  const deeds = {
    i: ({ row }: Row) =>
      mayDo(
        kind,
        `insert into "${name}" (${listed}) select ${listed} from jsonb_populate_record(null::"${name}", $1)`,
        [JSON.stringify(row)],
      ),
    u: ({ ctid }: Row) =>
      mayDo(kind, `update "${name}" set "${columns[0]}" = "${columns[0]}" where ctid = $1::tid`, [ctid]),
    d: ({ ctid }: Row) => mayDo(kind, `delete from "${name}" where ctid = $1::tid`, [ctid]),
  };
  let cell = "";
  for (const [letter, attempt] of Object.entries(deeds)) {
    const [mine, others] = [await attempt(own), await attempt(foreign)];
    if (others) cell += mine ? letter.toUpperCase() : `${letter}?`;
    else if (mine) cell += letter;
  }
  return cell || "-";
}

describe("policies", () => {
  test("let through exactly what was decided, on every table", async () => {
    const found: Record<string, string> = {};
    for (const table of tables) {
      const cells: string[] = [];
      for (const kind of KINDS) cells.push(await cellOf(kind, table));
      found[table.name] = cells.join(" ");
    }
    expect(found).toEqual(ALLOWED);
  }, 120_000);
});

describe("a new table", () => {
  test("is found: everybody may write it here, and nobody has decided so", async () => {
    const planted =
      "create table planted (id uuid primary key); grant select, insert on planted to purse_app";
    const listed = await withOwner(async (client) => {
      await client.query("begin");
      await client.query(planted);
      const { tables: names } = await readCatalogue(client);
      await client.query("rollback");
      return names;
    });
    expect(listed.filter((name) => !Object.hasOwn(ALLOWED, name))).toEqual(["planted"]);
  });
});

describe("what a policy cannot say, triggers do", () => {
  test("a merchant changes nothing of a payment but its refunds; a device nothing of itself but its traffic", async () => {
    await withOwner(async (client) => {
      for (const name of ["payment", "device"])
        await client.query(`alter table "${name}" enable trigger user`);
    });
    const attempt = async (kind: Kind, text: string) =>
      await withScope(scopes.get(kind) ?? system, async (tx) => {
        await tx.query(text);
        throw new Undone();
      }).catch((error: Error) => (error instanceof Undone ? "done" : error.message));
    expect(await attempt("merchant", "update payment set captured_micros = captured_micros + 10000")).toMatch(
      /captured_micros is never changed/,
    );
    expect(await attempt("device", "update device set max_amount_micros = 1000000000")).toMatch(
      /max_amount_micros is never changed/,
    );
    expect(await attempt("device", "update device set last_seen_at = now()")).toBe("done");
  });
});

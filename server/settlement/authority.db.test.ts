/**
 * Who may not do what alone. One list of everything that moves money to a new place or changes a rule of who gets it;
 * each is tried alone, past the services, with direct SQL in the application's role. What the database's catalogue
 * holds and this list does not (or the other way round) fails. docs/security/authority.md says the same in words.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addPartyToProgram, createOrganisation, createProgram } from "@/server/identity/service";
import { fillTenant, readCatalogue } from "@/server/identity/testing";
import { withScope } from "@/server/platform/db";
import { type Id, newId } from "@/server/platform/ids";
import { mintPortalScope, mintSystemScope } from "@/server/platform/scope";
import { pastGuards, useTestDatabase } from "@/server/platform/testing";
import { CONFIRMATION_ACTIONS } from "./constants";
import { accountPayload } from "./rules/describe-account";

const database = useTestDatabase();
const system = mintSystemScope("test");
const AT = "2026-03-01T12:00:00Z";
const LATER = "2026-03-02T12:00:00Z";

/**
 * Every signature that a trigger `require_two_people` guards, by the action that the trigger names. `also` sets what has
 * to stand on the row together with the signature, `before` what has to stand there already, so that nothing but the
 * signature is judged.
 */
const SIGNATURES: Record<
  string,
  {
    table: string;
    also?: string;
    before?: string;
    where?: string;
    /** For rows that are never changed: who was first is $1, who signs is $2. */
    insert?: string;
  }
> = {
  "case.overturn": {
    table: "case_overturn",
    insert: `insert into case_overturn (case_id, decided_by, decided_at, overturned_by, overturned_at, verdict, reason, note)
             select id, $1, '2026-03-01T12:00:00Z', $2, '2026-03-02T12:00:00Z', 'declined', 'fraud', 'planted' from review_case`,
  },
  "invitation.release": {
    table: "invitation",
    also: `released_at = '${LATER}'`,
    where: "accepted_at is null",
  },
  "password.release": { table: "password_reset", also: `released_at = '${LATER}'` },
  "membership.grant": { table: "role_grant", also: `confirmed_at = '${LATER}'` },
  "confirmation.confirm": {
    table: "confirmation",
    before:
      "action = 'payout_rule.set', expires_at = '2026-03-08', proposed_in = (select id from organisation where kind = 'operator')",
    also: `confirmed_in = proposed_in, confirmed_at = '${LATER}'`,
  },
  // Two signatures of one deed: against whoever drafted the version, and against whoever proposed it.
  "agreement.approve": {
    table: "agreement",
    before: `proposed_at = '${AT}'`,
    also: `operator_approved_at = '${LATER}'`,
  },
  "agreement.approve_proposal": { table: "agreement", also: `operator_approved_at = '${LATER}'` },
  "program_terms.confirm": { table: "program_terms", also: `confirmed_at = '${LATER}'` },
  "run.approve": { table: "settlement_run", before: "created_by = $1" },
};

const WEEKLY = { every: "week", day: 1, cutOff: "22:00", payoutDelayBusinessDays: 1 };

/** Every deed that is impossible without a confirmed proposal of just this deed: what would do it, past the services. */
const DEEDS: Record<
  (typeof CONFIRMATION_ACTIONS)[number],
  (confirmationId: string | null) => [string, unknown[]]
> = {
  "adjustment.add": (confirmationId) => [
    `insert into adjustment (id, program_id, party_id, amount_micros, reason, created_at, confirmation_id)
     values ($1, $2, $3, 10000, 'A reason', '${AT}', $4)`,
    [newId("adjustment"), world.programId, world.partyId, confirmationId],
  ],
  "payout_rule.set": (confirmationId) => [
    "update payout_rule set minimum_micros = 5000000, held = true, confirmation_id = $1",
    [confirmationId],
  ],
  "payout.take_back": (confirmationId) => [
    `update payout set state = 'returned', failure_reason = 'A reason', came_back_at = '${AT}', take_back_id = $1`,
    [confirmationId],
  ],
  "bank_account.use": (confirmationId) => [
    "update bank_account set state = 'resting', confirmation_id = $1",
    [confirmationId],
  ],
  "calendar.change": (confirmationId) => [
    `insert into program_calendar (id, program_id, starts_at, calendar, confirmation_id)
     values ($1, $2, '2026-03-09T21:00:00Z', $3, $4)`,
    [newId("programCalendar"), world.programId, JSON.stringify(WEEKLY), confirmationId],
  ],
  "authority_setting.set": (confirmationId) => [
    `insert into authority_setting (name, value, confirmation_id, changed_at)
     values ('adjustment_limit.admin', 100, $1, '${AT}')`,
    [confirmationId],
  ],
  "import.undo": (confirmationId) => [
    `update import_batch set undo_started_at = '${AT}', undo_reason = 'A reason', undo_confirmation_id = $1
      where id = $2`,
    [confirmationId, world.ids.get("import_batch")],
  ],
};

const ACCOUNT = { currency: "EUR", holder: "A holder", bankName: "A bank", iban: "NO9386011117947" };

/** What a proposal of each deed says. */
const PAYLOADS: Record<(typeof CONFIRMATION_ACTIONS)[number], Record<string, unknown>> = {
  "adjustment.add": { amount_micros: "10000", reason: "A reason" },
  "payout_rule.set": { minimum_micros: "5000000", held: true },
  "payout.take_back": { state: "returned", reason: "A reason" },
  "bank_account.use": accountPayload(ACCOUNT),
  "calendar.change": { starts_at: "2026-03-09T21:00:00.000Z", calendar: WEEKLY },
  "authority_setting.set": { name: "adjustment_limit.admin", value: "100" },
  "import.undo": { amount_micros: "5000000", reason: "A reason" },
};

interface Trigger {
  table: string;
  action: string;
  first: string;
  second: string;
  since: string;
}

interface World {
  operatorId: Id<"organisation">;
  programId: Id<"program">;
  partyId: Id<"organisation">;
  /** The rows of the party, by table. */
  ids: Map<string, string>;
  people: Record<"creator" | "puppet" | "newcomer" | "colleague", Id<"user">>;
}

let owner: pg.Client;
let world: World;
let triggers: Trigger[] = [];

const TRIGGERS = `
  select t.tgrelid::regclass::text as table, array_remove(string_to_array(encode(t.tgargs, 'escape'), '\\000'), '') as args
    from pg_trigger t where t.tgfoid = 'require_two_people'::regproc and not t.tgisinternal`;

beforeAll(async () => {
  owner = new pg.Client({ connectionString: database.url() });
  await owner.connect();
  const operator = await createOrganisation(system, { kind: "operator", slug: "operator", name: "Operator" });
  const party = await createOrganisation(system, { kind: "merchant", slug: "party", name: "Party" });
  const program = await createProgram(system, {
    slug: "a-program",
    name: "A program",
    currency: "EUR",
    timeZone: "Europe/Oslo",
    calendar: { every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 },
    operatorId: operator.id,
  });
  await addPartyToProgram(system, { programId: program.id, organisationId: party.id });
  const tenant = await fillTenant(owner, await readCatalogue(owner), {
    organisationId: party.id,
    kind: "merchant",
    slug: "party",
    programId: program.id,
    marker: "party",
  });
  const people = {
    creator: newId("user"),
    puppet: newId("user"),
    newcomer: newId("user"),
    colleague: newId("user"),
  };
  for (const [name, id] of Object.entries(people)) {
    await owner.query("insert into app_user (id, email, name, created_at) values ($1, $2, $3, $4)", [
      id,
      `${name}@example.org`,
      name,
      name === "newcomer" ? "2026-03-01T12:00:01Z" : "2026-01-01T00:00:00Z",
    ]);
    await owner.query(
      "insert into membership (id, user_id, organisation_id, role) values ($1, $2, $3, 'admin')",
      [newId("membership"), id, operator.id],
    );
  }
  await owner.query(
    `insert into invitation (id, organisation_id, role, token_hash, created_by, expires_at, accepted_at, accepted_by)
     values ($1, $2, 'admin', '\\x01', $3, '2026-02-01', '2026-01-02', $4)`,
    [newId("invitation"), operator.id, people.creator, people.puppet],
  );
  world = {
    operatorId: operator.id,
    programId: program.id,
    partyId: party.id,
    ids: tenant.ids,
    people,
  };
  const found = await owner.query<{ table: string; args: [string, string, string, string] }>(TRIGGERS);
  triggers = found.rows.map(({ table, args: [action, first, second, since] }) => ({
    table,
    action,
    first,
    second,
    since,
  }));
});
afterAll(() => owner.end());

/** Lets the owner write what no trigger judges: how the world stands before somebody tries something. */
async function stage(text: string, params: unknown[] = []): Promise<void> {
  const table = /^(?:update|insert into|alter table) "?(\w+)/.exec(text)?.[1];
  if (!table) throw new Error(`no table in ${text}`);
  await pastGuards([table], text, params);
}

/** The constraint or the refusal that stopped a statement of the application's role; null when nothing did. */
async function attempt(
  person: Id<"user"> | null,
  text: string,
  params: unknown[],
): Promise<{ code: string; constraint: string | undefined; detail: string | undefined } | null> {
  const scope = person ? mintPortalScope("operator", world.operatorId, { kind: "user", id: person }) : system;
  try {
    await withScope(scope, async (tx) => {
      await tx.query(text, params);
      throw new Undone();
    });
  } catch (error) {
    if (error instanceof Undone) return null;
    if (!(error instanceof pg.DatabaseError)) throw error;
    return { code: error.code ?? "", constraint: error.constraint, detail: error.detail };
  }
  return null;
}
class Undone extends Error {}

describe("signatures", () => {
  test("every trigger of the kind is listed here, and every listed one stands in the catalogue", () => {
    const standing = Object.fromEntries(triggers.map(({ action, table }) => [action, table]));
    const listed = Object.fromEntries(
      Object.entries(SIGNATURES).map(([action, { table }]) => [action, table]),
    );
    expect(standing).toEqual(listed);
    expect(triggers.length).toBe(Object.keys(standing).length);
  });

  test("every action is in the document", async () => {
    const text = await readFile(join(import.meta.dirname, "../../docs/security/authority.md"), "utf8");
    const missing = [...Object.keys(SIGNATURES), ...CONFIRMATION_ACTIONS].filter(
      (action) => !text.includes(`\`${action}\``),
    );
    expect(missing).toEqual([]);
  });

  test.each(Object.keys(SIGNATURES))("%s: nobody signs alone", async (action) => {
    const trigger = triggers.find((each) => each.action === action);
    const signature = SIGNATURES[action];
    if (!trigger || !signature) throw new Error(`no trigger of ${action}`);
    const { table, first, second, since } = trigger;
    const faults = {
      creator: "same_person",
      puppet: "invited_by_other",
      newcomer: "account_too_new",
    } as const;
    if (signature.insert) {
      const { creator, colleague } = world.people;
      for (const [name, fault] of Object.entries(faults) as [keyof typeof faults, string][]) {
        for (const by of [world.people[name], null]) {
          expect(await attempt(by, signature.insert, [creator, world.people[name]]), name).toMatchObject({
            constraint: "two_people",
            detail: fault,
          });
        }
      }
      expect(await attempt(creator, signature.insert, [creator, colleague])).toMatchObject({ code: "42501" });
      expect(await attempt(colleague, signature.insert, [null, colleague])).toMatchObject({
        constraint: "two_people",
        detail: "person_unknown",
      });
      const refused = await attempt(colleague, signature.insert, [creator, colleague]);
      expect(refused?.constraint).not.toBe("two_people");
      return;
    }
    await stage(
      `update "${table}" set "${first}" = $1, "${second}" = null, "${since}" = $2${signature.before ? `, ${signature.before}` : ""}${signature.where ? ` where ${signature.where}` : ""}`,
      [world.people.creator, AT],
    );
    const where = signature.where ? ` where ${signature.where}` : "";
    const signs = `update "${table}" set "${second}" = $1${signature.also ? `, ${signature.also}` : ""}${where}`;
    for (const [name, fault] of Object.entries(faults) as [keyof typeof faults, string][]) {
      const person = world.people[name];
      for (const by of [person, null]) {
        expect(await attempt(by, signs, [person]), `${name}${by ? "" : " past the services"}`).toMatchObject({
          constraint: "two_people",
          detail: fault,
        });
      }
    }
    // Somebody signed in cannot sign with a name that would do.
    expect(await attempt(world.people.creator, signs, [world.people.colleague])).toMatchObject({
      code: "42501",
    });
    // Without anybody on record as the first, there is no second.
    await stage(
      `alter table "${table}" alter "${first}" drop not null; update "${table}" set "${first}" = null${where}`,
    );
    expect(await attempt(world.people.colleague, signs, [world.people.colleague])).toMatchObject({
      constraint: "two_people",
      detail: "person_unknown",
    });
    await stage(`update "${table}" set "${first}" = $1${where}`, [world.people.creator]);
    // What was refused was the person, not the statement.
    expect((await attempt(world.people.colleague, signs, [world.people.colleague]))?.constraint).not.toBe(
      "two_people",
    );
  });
});

describe("deeds that need a confirmed proposal", () => {
  /** A proposal by the creator, as it stands; `confirmed` puts a colleague's name under it. */
  async function proposal(
    action: (typeof CONFIRMATION_ACTIONS)[number],
    how: { confirmed: boolean; payload?: Record<string, unknown> },
  ): Promise<string> {
    const id = newId("confirmation");
    const platform = action === "authority_setting.set";
    const subjects: Partial<Record<string, string>> = {
      "payout.take_back": "payout",
      "bank_account.use": "bank_account",
      "import.undo": "import_batch",
    };
    const subject = subjects[action];
    await stage(
      `insert into confirmation (id, action, program_id, organisation_id, subject_id, payload, proposed_by, proposed_in,
         proposed_at, expires_at, confirmed_by, confirmed_in, confirmed_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, '${AT}', '2026-03-08', $9, $10, $11)`,
      [
        id,
        action,
        platform || action === "bank_account.use" ? null : world.programId,
        platform || action === "calendar.change" ? null : world.partyId,
        subject ? world.ids.get(subject) : null,
        JSON.stringify(how.payload ?? PAYLOADS[action]),
        world.people.creator,
        world.operatorId,
        how.confirmed ? world.people.colleague : null,
        how.confirmed ? world.operatorId : null,
        how.confirmed ? LATER : null,
      ],
    );
    return id;
  }

  test.each(CONFIRMATION_ACTIONS)(
    "%s happens only with one that says just this, and once",
    async (action) => {
      await stage("update payout set state = 'paid', approved_by = $1", [world.people.colleague]);
      await stage("update bank_account set currency = $1, holder = $2, bank_name = $3, iban = $4", [
        ACCOUNT.currency,
        ACCOUNT.holder,
        ACCOUNT.bankName,
        ACCOUNT.iban,
      ]);
      await stage(
        `update payment set import_id = $1, captured_at = '${AT}', amount_micros = 5000000, captured_micros = 5000000, refunded_micros = 0,
           tranche_no = (select no from tranche limit 1)`,
        [world.ids.get("import_batch")],
      );
      await stage(
        `update tranche set settlement_run_id = (select id from settlement_run limit 1), part_of = null,
           effective_from = null, effective_until = null`,
      );
      await stage("update import_batch set undo_started_at = null, undo_reason = null, undone_at = null");
      const deed = DEEDS[action];
      const refused = { constraint: "confirmed", detail: action };
      for (const person of [world.people.creator, world.people.colleague, null]) {
        expect(await attempt(person, ...deed(null)), "without any").toMatchObject(refused);
        const waiting = await proposal(action, { confirmed: false });
        expect(await attempt(person, ...deed(waiting)), "with one that waits").toMatchObject(refused);
        const other = await proposal(action, {
          confirmed: true,
          payload: {
            ...PAYLOADS[action],
            value: "9",
            held: false,
            amount_micros: "1",
            state: "failed",
            holder: "B",
            calendar: {},
          },
        });
        expect(await attempt(person, ...deed(other)), "with one of something else").toMatchObject(refused);
      }
      const good = await proposal(action, { confirmed: true });
      expect(await attempt(null, ...deed(good)), "as it was confirmed").toBeNull();
      await stage("update confirmation set applied_at = $2 where id = $1", [good, LATER]);
      expect(await attempt(null, ...deed(good)), "a second time").toMatchObject(refused);
    },
  );

  test("an account is in use by no other way, and a run or a payout that is approved by none", async () => {
    await stage("update bank_account set state = 'waiting', confirmation_id = null");
    const { creator, colleague } = world.people;
    for (const person of [creator, colleague, null]) {
      expect(
        await attempt(person, "update bank_account set state = 'active', activated_at = now()", []),
      ).toMatchObject({
        code: "23001",
      });
      expect(await attempt(person, "update bank_account set iban = 'NO9386011117947x'", [])).toMatchObject({
        code: "23001",
      });
      const insert = `insert into bank_account (id, organisation_id, currency, holder, iban, bank_name, state)
        values ($1, $2, 'EUR', 'Me', 'NO9386011117947', 'Mine', 'active')`;
      expect(await attempt(person, insert, [newId("bankAccount"), world.partyId])).toMatchObject({
        constraint: "confirmed",
      });
      for (const state of ["approved", "submitted", "paid"]) {
        await stage("update payout set state = 'proposed', approved_by = null");
        expect(
          (await attempt(person, `update payout set state = $1, approved_by = $2`, [state, colleague]))?.code,
        ).toMatch(/^23(514|001)$/);
      }
    }
    // What would have to hold of an account that rests.
    await stage(
      "update bank_account set state = 'resting', confirmation_id = $1, usable_from = now() + interval '1 hour'",
      [await proposal("bank_account.use", { confirmed: true })],
    );
    const use = "update bank_account set state = 'active', activated_at = usable_from";
    expect(await attempt(null, use, [])).toMatchObject({ constraint: "bank_account_rests" });
    expect(await attempt(null, `${use}, usable_from = '2026-01-01'`, [])).toMatchObject({
      constraint: "bank_account_rests",
    });
  });

  test("what was proposed is never changed, and what was answered never answered again", async () => {
    const id = await proposal("adjustment.add", { confirmed: false });
    for (const change of [
      `payload = '{"amount_micros":"990000000"}'`,
      `proposed_by = '${world.people.colleague}'`,
      "expires_at = '2030-01-01'",
    ]) {
      expect(await attempt(null, `update confirmation set ${change} where id = $1`, [id])).toMatchObject({
        code: "23001",
      });
    }
    const answered = await proposal("adjustment.add", { confirmed: true });
    expect(
      await attempt(null, `update confirmation set confirmed_at = '2026-03-05' where id = $1`, [answered]),
    ).toMatchObject({ code: "23001" });
    expect(
      await attempt(null, "select use_confirmation($1, 'adjustment.add', null, null, null, '{}')", [
        answered,
      ]),
    ).toMatchObject({ code: "42501" });
  });

  test("a proposal is made in one's own name, without an answer, by somebody who may sign", async () => {
    const insert = `insert into confirmation (id, action, program_id, organisation_id, payload, proposed_by, proposed_in, proposed_at, expires_at, confirmed_by, confirmed_in, confirmed_at)
      values ($1, 'adjustment.add', $2, $3, $4, $5, $6, '${AT}', '2026-03-08', $7, $8, $9)`;
    const row = (by: string, confirmedBy: string | null = null, micros = "10000") => [
      newId("confirmation"),
      world.programId,
      world.partyId,
      JSON.stringify({ amount_micros: micros, reason: "A reason" }),
      by,
      world.operatorId,
      confirmedBy,
      confirmedBy ? world.operatorId : null,
      confirmedBy ? LATER : null,
    ];
    const { creator, colleague } = world.people;
    expect(await attempt(creator, insert, row(colleague))).toMatchObject({ code: "42501" });
    expect(await attempt(creator, insert, row(creator, colleague))).toMatchObject({ code: "23001" });
    const outsider = world.ids.get("app_user") ?? "";
    expect(await attempt(null, insert, row(outsider))).toMatchObject({
      constraint: "confirmation_signer",
      detail: "not_a_signer",
    });
    // 10 000.00 EUR is an admin's limit.
    expect(await attempt(colleague, insert, row(colleague, null, "10000000000"))).toBeNull();
    expect(await attempt(colleague, insert, row(colleague, null, "10000010000"))).toMatchObject({
      constraint: "confirmation_signer",
      detail: "above_limit",
    });
  });

  test("an adjustment is in whole minor units of its currency, and never changed", async () => {
    const id = await proposal("adjustment.add", {
      confirmed: true,
      payload: { amount_micros: "5000", reason: "A reason" },
    });
    const [text, params] = DEEDS["adjustment.add"](id);
    expect(await attempt(null, text.replace("10000", "5000"), params)).toMatchObject({
      constraint: "whole_minor_units",
    });
    expect(await attempt(null, "update adjustment set amount_micros = 20000", [])).toMatchObject({
      code: "23001",
    });
  });
});

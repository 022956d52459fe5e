/** A small city for the tests of settlement: an operator, merchants, agencies, one program, and money that moved. */
import { accountIdFor, ensureAccounts, postJournal } from "@/server/ledger/service";
import { now, withClock } from "@/server/platform/clock";
import { type SqlTx, withOwner, withScope } from "@/server/platform/db";
import { type Id, newId } from "@/server/platform/ids";
import {
  type AgencyScope,
  type MerchantScope,
  mintPortalScope,
  mintSystemScope,
  type OperatorScope,
  type PortalScope,
} from "@/server/platform/scope";
import { clearingAccount } from "./rules/name-accounts";
import { answerAgreement } from "./service/answer-agreement";
import { type AnswerResult, confirmProposal } from "./service/answer-proposal";
import { approveAgreement } from "./service/approve-agreement";
import { createAgreementDraft, proposeAgreement } from "./service/draft-agreement";
import { enterBankAccount } from "./service/manage-bank-account";

const system = mintSystemScope("settlement tests");

export interface City {
  programId: Id<"program">;
  programSlug: string;
  operatorId: Id<"organisation">;
  /** Closes runs. */
  creator: OperatorScope;
  /** Approves them. */
  approver: OperatorScope;
  merchants: { id: Id<"organisation">; slug: string; scope: MerchantScope }[];
  agencies: { id: Id<"organisation">; slug: string; scope: AgencyScope }[];
}

let cities = 0;

export async function createCity(
  size: { merchants?: number; agencies?: number; calendar?: Record<string, unknown>; timeZone?: string } = {},
): Promise<City> {
  cities += 1;
  const tag = `c${cities}`;
  const city = await withScope(system, async (tx) => {
    const operatorId = await createOrganisation(tx, "operator", `${tag}-operator`);
    const scopes: OperatorScope[] = [];
    for (const name of ["creator", "approver"]) {
      const userId = await createMember(tx, operatorId, `${name}@${tag}.example`);
      scopes.push(mintPortalScope("operator", operatorId, { kind: "user", id: userId }));
    }
    const [creator, approver] = scopes;
    if (!creator || !approver) throw new Error("Two operators were made.");
    const programId = newId("program");
    const programSlug = `${tag}-program`;
    await tx.query(
      `insert into program (id, slug, name, operator_id, currency, time_zone, calendar) values ($1, $2, $3, $4, 'EUR', $5, $6)`,
      [
        programId,
        programSlug,
        `Program ${tag}`,
        operatorId,
        size.timeZone ?? "Europe/Oslo",
        JSON.stringify(
          size.calendar ?? { every: "day", day: 1, cutOff: "22:00", payoutDelayBusinessDays: 1 },
        ),
      ],
    );
    const merchants: City["merchants"] = [];
    const agencies: City["agencies"] = [];
    for (let at = 0; at < (size.merchants ?? 2); at++) {
      const slug = `${tag}-merchant-${at}`;
      const id = await createOrganisation(tx, "merchant", slug);
      const userId = await createMember(tx, id, `${slug}@example.com`);
      merchants.push({ id, slug, scope: mintPortalScope("merchant", id, { kind: "user", id: userId }) });
    }
    for (let at = 0; at < (size.agencies ?? 3); at++) {
      const slug = `${tag}-agency-${at}`;
      const id = await createOrganisation(tx, "agency", slug);
      const userId = await createMember(tx, id, `${slug}@example.com`);
      agencies.push({ id, slug, scope: mintPortalScope("agency", id, { kind: "user", id: userId }) });
    }
    for (const { id } of [...merchants, ...agencies]) {
      await tx.query("insert into program_party (program_id, organisation_id) values ($1, $2)", [
        programId,
        id,
      ]);
    }
    return { programId, programSlug, operatorId, creator, approver, merchants, agencies };
  });
  for (const { scope } of [...city.merchants, ...city.agencies]) await openAccount(scope, city.approver);
  return city;
}

/** Enters an account as one of the party's people does, and confirms it as the operator's second person. */
export async function openAccount(
  party: PortalScope,
  second: PortalScope,
  change: { currency?: string; iban?: string; organisationId?: string } = {},
): Promise<Id<"bankAccount">> {
  const entered = await enterBankAccount(party, {
    organisationId: party.organisationId,
    currency: "EUR",
    holder: "Holder",
    iban: "NO9386011117947",
    bankName: "Fjord Bank",
    ...change,
  });
  if (!entered.ok) throw new Error(entered.reason);
  const confirmed = await confirmAs(second, entered.confirmationId);
  if (!confirmed.ok) throw new Error(confirmed.reason);
  return entered.bankAccountId;
}

async function createOrganisation(tx: SqlTx, kind: string, slug: string): Promise<Id<"organisation">> {
  const id = newId("organisation");
  await tx.query("insert into organisation (id, kind, slug, name) values ($1, $2, $3, $4)", [
    id,
    kind,
    slug,
    `Name of ${slug}`,
  ]);
  return id;
}

/** Somebody who has been a member for longer than anything that they will sign, or since `at`; nobody invited them. */
export async function createMember(
  tx: SqlTx,
  organisationId: string,
  email: string,
  role = "admin",
  at = new Date("2012-01-01T00:00:00Z"),
): Promise<Id<"user">> {
  const id = newId("user");
  await tx.query("insert into app_user (id, email, name, created_at) values ($1, $2, $2, $3)", [
    id,
    email,
    at,
  ]);
  await tx.query(
    "insert into membership (id, user_id, organisation_id, role, created_at) values ($1, $2, $3, $4, $5)",
    [newId("membership"), id, organisationId, role, at],
  );
  return id;
}

/** What one of the city proposes and the other confirms; gives the proposal's id. */
export async function byTwo(
  city: Pick<City, "approver">,
  proposing: Promise<{ ok: true; confirmationId: string } | { ok: false; reason: string }>,
): Promise<string> {
  const proposed = await proposing;
  if (!proposed.ok) throw new Error(proposed.reason);
  const confirmed = await confirmAs(city.approver, proposed.confirmationId);
  if (!confirmed.ok) throw new Error(confirmed.reason);
  return proposed.confirmationId;
}

/** Confirms what stands, as somebody does who has just looked at it. */
export async function confirmAs(scope: PortalScope, confirmationId: string): Promise<AnswerResult> {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ sha: string }>("select payload_sha256 as sha from confirmation where id = $1", [
      confirmationId,
    ]),
  );
  return await confirmProposal(scope, confirmationId, rows[0]?.sha ?? "");
}

/** Puts on record that one person invited another, as a restored row would: invitations are made by other rules. */
export async function recordInvitation(
  ownerUrl: string,
  row: { organisationId: string; by: string; accepted: string; at: Date },
): Promise<void> {
  await withOwner(async (client) => {
    await client.query("set session_replication_role = replica");
    await client.query(
      `insert into invitation (id, organisation_id, email, role, token_hash, created_by, expires_at, accepted_at, accepted_by)
       values ($1, $2, 'somebody@example.org', 'admin', decode(md5($1::uuid::text), 'hex'), $3, $4, $4, $5)`,
      [newId("invitation"), row.organisationId, row.by, row.at, row.accepted],
    );
  }, ownerUrl);
}

/** Terms with every kind of step, in which the city's first three agencies share. */
export function termsFor(city: City, change: Record<string, unknown> = {}): Record<string, unknown> {
  const [tax, first, second] = city.agencies.map(({ slug }) => slug);
  return {
    program: city.programSlug,
    effectiveFrom: "2026-01-01T00:00:00",
    dust: "largest-remainder",
    rules: [
      {
        name: "Everything",
        steps: [
          { id: "vat", kind: "tax", to: tax, rate: "8.875%", inclusive: true },
          { id: "platform", kind: "percent", to: "operator", rate: "1.5%", of: "gross", min: "0.02" },
          { id: "network", kind: "fixed", to: first, amount: "0.10", perPeriodMax: "5.00" },
          {
            id: "pool",
            kind: "share",
            portion: "25%",
            of: "remaining",
            shares: [
              { to: first, weight: "2" },
              { to: second, weight: "1" },
            ],
          },
          { id: "merchant", kind: "share", shares: [{ to: "$merchant", weight: "1" }] },
        ],
      },
    ],
    ...change,
  };
}

/** Drafts, proposes, has the operator's second person and everybody who was asked approve, through the services. */
export async function bringIntoForce(city: City, terms: unknown): Promise<Id<"agreement">> {
  const id = await propose(city, terms);
  const approved = await approveAgreement(city.approver, id);
  if (!approved.ok) throw new Error(approved.reason);
  const asked = await withScope(system, (tx) =>
    tx.query<{ organisation_id: string }>(
      "select organisation_id from agreement_party where agreement_id = $1 and answer is null",
      [id],
    ),
  );
  for (const { organisation_id } of asked.rows) {
    const party = [...city.agencies, ...city.merchants].find((each) => each.id === organisation_id);
    if (!party) throw new Error("Whoever is asked belongs to the city.");
    const answer = await answerAgreement(party.scope, id, { answer: "approved" });
    if (!answer.ok) throw new Error(answer.reason);
  }
  return id;
}

/** Drafts and proposes, as the city's creator. */
export async function propose(city: City, terms: unknown): Promise<Id<"agreement">> {
  const draft = await createAgreementDraft(city.creator, { programId: city.programId, terms });
  if (!draft.ok) throw new Error(JSON.stringify(draft.issues));
  const proposed = await proposeAgreement(city.creator, draft.agreementId);
  if (!proposed.ok) throw new Error(proposed.reason);
  return draft.agreementId;
}

/** A captured payment whose money stands in clearing, as the payments domain leaves it. */
export async function capture(
  city: City,
  payment: { merchant?: number; micros: bigint; at: Date; deviceKind?: string; zone?: string },
): Promise<string> {
  const id = newId("payment");
  const merchantId = city.merchants[payment.merchant ?? 0]?.id;
  await withClock(payment.at, () =>
    withScope(system, async (tx) => {
      await tx.query(
        `insert into payment (id, program_id, merchant_id, device_kind, zone, instrument_kind, instrument_label, source,
           external_ref, currency, amount_micros, captured_micros, state, occurred_at, captured_at, capture_seq)
         values ($1::uuid, $2, $3, $4, $5, 'card_token', '···· 4411', 'import', $1::uuid::text, 'EUR', $6, $6, 'captured', $7, $7,
           nextval('payment_capture_seq'))`,
        [
          id,
          city.programId,
          merchantId,
          payment.deviceKind ?? "parking_meter",
          payment.zone ?? null,
          payment.micros,
          payment.at,
        ],
      );
      await moveClearing(tx, city, payment.micros);
    }),
  );
  return id;
}

export async function refund(
  city: City,
  paymentId: string,
  micros: bigint,
  at: Date,
  ordinal = 1,
): Promise<void> {
  await withClock(at, () =>
    withScope(system, async (tx) => {
      await tx.query(
        `insert into refund (id, payment_id, merchant_id, program_id, ordinal, amount_micros, reason, created_at,
           transfer_id, refund_seq)
         select $1, id, merchant_id, program_id, $3, $4, 'test', $5, $1, nextval('payment_capture_seq')
           from payment where id = $2`,
        [newId("refund"), paymentId, ordinal, micros, at],
      );
      await tx.query("update payment set refunded_micros = refunded_micros + $2 where id = $1", [
        paymentId,
        micros,
      ]);
      await moveClearing(tx, city, -micros);
    }),
  );
}

async function moveClearing(tx: SqlTx, city: City, micros: bigint): Promise<void> {
  const clearing = clearingAccount({ id: city.programId, currency: "EUR", operatorId: city.operatorId });
  const receivable = {
    code: "acquirer_receivable",
    currency: "EUR",
    ownerRef: city.programId,
    programRef: city.programId,
  } as const;
  await ensureAccounts(tx, [clearing, receivable]);
  const inwards = micros > 0n;
  await postJournal(tx, [
    {
      id: newId("transfer"),
      debitAccountId: accountIdFor(inwards ? receivable : clearing),
      creditAccountId: accountIdFor(inwards ? clearing : receivable),
      amountMicros: inwards ? micros : -micros,
      code: inwards ? "capture" : "refund",
      effectiveAt: now(),
    },
  ]);
}

/** Credits less debits of an account, and what is pending on its debit side. */
export async function balanceOf(
  accountId: string,
): Promise<{ posted: bigint; available: bigint; pending: bigint }> {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ posted: bigint; pending: bigint }>(
      "select credits_posted - debits_posted as posted, debits_pending as pending from ledger.account where id = $1",
      [accountId],
    ),
  );
  const { posted, pending } = rows[0] ?? { posted: 0n, pending: 0n };
  return { posted, pending, available: posted - pending };
}

export async function clearingBalance(city: City): Promise<bigint> {
  const clearing = clearingAccount({ id: city.programId, currency: "EUR", operatorId: city.operatorId });
  return (await balanceOf(accountIdFor(clearing))).posted;
}

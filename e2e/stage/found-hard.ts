/**
 * Makes what is hard to draw, in the running database: organisations, people, devices and a program with very long
 * names, with and without spaces, and amounts of seven digits from the tap to the bank; beside them a merchant and an
 * agency that nothing has happened to. The product's own services under a moved clock. Prints addresses and ids as
 * JSON. Run with DATABASE_URL set.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { DEMO_PASSWORD } from "@/prisma/seed/harbor-city/cast";
import { changeDeviceState, registerDevice } from "@/server/devices/service";
import {
  addMembership,
  addPartyToProgram,
  createOrganisation,
  createProgram,
  createUser,
} from "@/server/identity/service";
import { createInvitation } from "@/server/identity/service/invitations";
import { authorisePayments } from "@/server/payments/service/authorise-payment";
import { importFile } from "@/server/payments/service/import-file";
import { refundPayment } from "@/server/payments/service/refund-payment";
import { withClock } from "@/server/platform/clock";
import { closePool, withScope } from "@/server/platform/db";
import { fromPublicId, type Id, toPublicId } from "@/server/platform/ids";
import { mintDeviceScope, mintPortalScope, mintSystemScope, type PortalScope } from "@/server/platform/scope";
import { lastFinishedPeriod } from "@/server/settlement/rules/compute-period";
import { allocatePending } from "@/server/settlement/service/allocate-pending";
import { answerAgreement } from "@/server/settlement/service/answer-agreement";
import { confirmProposal } from "@/server/settlement/service/answer-proposal";
import { approveAgreement } from "@/server/settlement/service/approve-agreement";
import { approveRun } from "@/server/settlement/service/approve-run";
import { closePeriod } from "@/server/settlement/service/close-period";
import { giveConsent, readMerchantTerms } from "@/server/settlement/service/consent-to-terms";
import { createAgreementDraft, proposeAgreement } from "@/server/settlement/service/draft-agreement";
import { enterBankAccount, listBankAccounts } from "@/server/settlement/service/manage-bank-account";
import { markPayoutsPaid, submitPayouts } from "@/server/settlement/service/move-payouts";
import { confirmProgramTerms, draftProgramTerms } from "@/server/settlement/service/set-program-terms";
import type { HardCast } from "./run-stage";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const tag = randomBytes(2).toString("hex");
const system = mintSystemScope("browser-tests");

/** Sixty characters each, the second without a space to break at. */
const NAMES = {
  merchant: `Consolidated Harbor Quayside Electric Charging Company ${tag}1`.slice(0, 60),
  agency: `Gesamtverkehrsinfrastrukturentwicklungsgesellschaftsbund${tag}`.slice(0, 60),
  program: `Waterfront and Kerbside Mobility of the Greater Region, ${tag}`.slice(0, 60),
  device: `Charger_at_the_far_end_of_the_multistorey_car_park_level_minus_4`,
  person: "Maximiliana Bartholomea von Hohenstein-Wolkenburg",
  zone: "inner-harbor-and-fairground",
  step: "infrastructure-renewal-contribution",
  rule: "Charging and parking at the quayside on working days after nine in the evening",
};
const AMOUNTS = ["1234567.89", "9876543.21", "4000000.00", "0.99", "31.16"];

const found = async (table: "organisation" | "app_user", column: string, value: string): Promise<string> => {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ id: string }>(`select id from ${table} where ${column} = $1`, [value]),
  );
  if (!rows[0]) throw new Error(`There is no ${table} ${value}.`);
  return rows[0].id;
};
const must = <Result extends { ok: boolean }>(
  result: Result,
  what: string,
): Extract<Result, { ok: true }> => {
  if (!result.ok) throw new Error(`${what}: ${JSON.stringify(result)}`);
  return result as Extract<Result, { ok: true }>;
};

const operatorId = (await found("organisation", "slug", "harbor-city")) as Id<"organisation">;
const operatorAs = async (email: string) =>
  mintPortalScope("operator", operatorId, {
    kind: "user",
    id: (await found("app_user", "email", email)) as Id<"user">,
  });
const olivia = await operatorAs("olivia@harborcity.example");
const ravi = await operatorAs("ravi@harborcity.example");
const jonas = await operatorAs("jonas@harborcity.example");

const timeZone = "America/Argentina/Buenos_Aires";
const calendar = { every: "day" as const, cutOff: "01:00", payoutDelayBusinessDays: 1 };
const period = lastFinishedPeriod(new Date(), { ...calendar, day: 1 }, timeZone);
const beginning = new Date(+period.start - 40 * DAY);

async function join(kind: "merchant" | "agency", slug: string, name: string, person: string) {
  const { id } = await createOrganisation(system, { kind, slug, name });
  const email = `${slug}@${"a-very-long-domain-of-a-public-body".slice(0, 34)}.example`;
  const user = await createUser(system, { email, name: person, password: DEMO_PASSWORD });
  await addMembership(system, { userId: user.id, organisationId: id, role: "admin" });
  return { id, slug, email, scope: mintPortalScope(kind, id, { kind: "user", id: user.id }) };
}

const stage = await withClock(beginning, async () => {
  const merchant = await join("merchant", `long-merchant-${tag}`, NAMES.merchant, NAMES.person);
  const agency = await join("agency", `long-agency-${tag}`, NAMES.agency, `Dr ${NAMES.person}`);
  const empty = {
    merchant: await join("merchant", `new-merchant-${tag}`, `New Merchant ${tag}`, "Nele Neu"),
    agency: await join("agency", `new-agency-${tag}`, `New Agency ${tag}`, "Nils Neu"),
  };
  const program = await createProgram(system, {
    slug: `long-program-${tag}`,
    name: NAMES.program,
    currency: "USD",
    timeZone,
    calendar,
    operatorId,
  });
  for (const { id } of [merchant, agency])
    await addPartyToProgram(system, { programId: program.id, organisationId: id });
  return { merchant, agency, empty, programId: program.id, programSlug: program.slug };
});
const { merchant, agency, programId } = stage;

async function openAccount(of: { id: string; scope: PortalScope }, holder: string) {
  const entered = must(
    await enterBankAccount(of.scope, {
      organisationId: of.id,
      currency: "USD",
      holder,
      iban: "NO9386011117947",
      bankName: "Vereinigte Landes- und Hypothekenbank der Hafenstadt",
    }),
    "The account",
  );
  const waiting = (await listBankAccounts(ravi, of.id, false)).find((each) => each.waiting);
  must(await confirmProposal(ravi, entered.confirmationId, waiting?.waiting?.sha256 ?? ""), "The account");
}

const termsOf = (percent: string, effectiveFrom: string) => ({
  program: stage.programSlug,
  effectiveFrom,
  dust: "largest-remainder",
  rules: [
    {
      name: NAMES.rule,
      steps: [
        { id: NAMES.step, kind: "percent", to: agency.slug, rate: percent, of: "gross" },
        { id: "platform", kind: "percent", to: "operator", rate: "1.5%", of: "gross" },
        { id: "merchant", kind: "share", of: "remaining", shares: [{ to: "$merchant", weight: "1" }] },
      ],
    },
  ],
  chargebacks: { bearer: "$merchant" },
});

async function agree(percent: string, from: string, answered: readonly PortalScope[]) {
  const draft = await createAgreementDraft(olivia, { programId, terms: termsOf(percent, from) });
  if (!draft.ok) throw new Error(JSON.stringify(draft.issues));
  must(await proposeAgreement(olivia, draft.agreementId), "The proposal");
  for (const scope of answered) {
    if (scope.kind === "operator") continue;
    must(await answerAgreement(scope, draft.agreementId, { answer: "approved" }), "The answer");
  }
  must(await approveAgreement(ravi, draft.agreementId), "The approval");
  return draft.agreementId;
}

const { agreementId, device } = await withClock(new Date(+beginning + DAY), async () => {
  await openAccount(merchant, NAMES.merchant);
  await openAccount(agency, NAMES.agency);
  const terms = must(
    await draftProgramTerms(olivia, {
      programId,
      body: "Every version is shown before it binds. ".repeat(6),
      noticeDays: 10,
    }),
    "The terms",
  );
  must(await confirmProgramTerms(ravi, terms.termsId), "The terms");
  if (merchant.scope.kind !== "merchant") throw new Error("It is a merchant.");
  const offered = (await readMerchantTerms(merchant.scope)).find(
    (each) => each.program.id === toPublicId("program", programId),
  );
  const termsId = fromPublicId("programTerms", offered?.terms?.id ?? "");
  if (!termsId) throw new Error("There are terms to consent to.");
  must(await giveConsent(merchant.scope, { programId, termsId }), "The consent");
  const first = await agree("32.125%", "2012-01-01T00:00:00", [merchant.scope, agency.scope]);
  const keys = generateKeyPairSync("ed25519");
  const registered = await registerDevice(jonas, {
    programId,
    merchantId: merchant.id,
    kind: "ev_charger",
    name: NAMES.device,
    externalId: `asset-register-number-of-the-merchant-${tag}-000000000000001`,
    zone: NAMES.zone,
    site: "Quayside multistorey car park beside the fairground, level minus four",
    latitude: 59.9075,
    longitude: 10.7361,
    maxAmount: "20000000.00",
    publicKey: keys.publicKey.export({ type: "spki", format: "pem" }).toString(),
  });
  await changeDeviceState(jonas, { deviceId: registered.deviceId, action: "activate" });
  return { agreementId: first, device: registered };
});

/** What was taken in the two days before this moment, all at once: the calendar closes a day when it likes. */
async function take(end: Date) {
  const days = [new Date(+end - DAY), end];
  const results = await authorisePayments(
    days.flatMap((day) =>
      AMOUNTS.map((amount, index) => ({
        scope: mintDeviceScope(merchant.id, device.deviceId),
        at: new Date(+day - (AMOUNTS.length + 1 - index) * HOUR),
        request: {
          idempotencyKey: `hard-${+day}-${index}`,
          requestHash: randomBytes(32),
          amountMicros: BigInt(amount.replace(".", "")) * 10_000n,
          currency: "USD" as const,
          instrumentToken: `tok_hard_${tag}_${index}`,
          capture: true,
          description: "Charging 1 234.567 kWh at the fast charger beside the northern entrance",
        },
      })),
    ),
  );
  const ids = results.map((result) => {
    if (!result.ok || result.payment.state !== "captured")
      throw new Error(`A payment was not taken: ${JSON.stringify(result)}`);
    return result.payment.id;
  });
  const paymentId = fromPublicId("payment", ids[0] ?? "");
  const { scope } = merchant;
  if (!paymentId || scope.kind !== "merchant") throw new Error("The merchant has a payment.");
  await withClock(new Date(+end - DAY - HOUR / 2), async () => {
    await refundPayment(scope, {
      paymentId,
      amountMicros: 1_000_000_000_000n,
      reason: "The charger stopped in the middle and the customer was charged for what was never delivered",
    });
    await allocatePending(programId);
  });
  return toPublicId("payment", paymentId);
}

/** The run of the period that ends then, whoever closes it: the calendar of the running stack may be first. */
async function close(end: Date) {
  for (let turn = 0; turn < 200; turn++) {
    const closed = await closePeriod(olivia, programId, end);
    if (closed.ok || closed.reason !== "run_unfinished") return must(closed, "The period").runId;
    await setTimeout(200);
  }
  throw new Error("The run before is never finished.");
}

const paymentId = await take(period.end);
const paidRun = await close(new Date(+period.end - DAY));
must(await approveRun(ravi, paidRun, 0), "The approval");
// A run that the calendar has closed takes two.
await approveRun(await operatorAs("petra@harborcity.example"), paidRun, 0);
must(await submitPayouts(ravi, { runId: paidRun }), "The bank file");
must(await markPayoutsPaid(ravi, { runId: paidRun }), "The bank's answer");
const lastRun = await close(period.end);
await agree("33.5%", "2030-01-01T00:00:00", []);
await createInvitation(merchant.scope, {
  email: `somebody.with.a.very.long.address.at.the.public.body.${tag}@a-very-long-domain-of-a-public-body.example`,
  role: "viewer",
});
const csv = [
  "TransactionId,TransactionDateTime,TransactionDate,timeStart,timeExpired,Duration_mins,Amount,PaymentMean,MeterCode,ElementKey",
  "910000001,2017-03-06 13:07:25,2017-03-06,13:07:00,14:07:00,60,1234567.89,PHONE,1034302,69081",
  "910000002,2017-03-06 13:07:25,2017-03-06,13:07:00,14:07:00,60,-9876543.21,PHONE,1034302,69081",
].join("\n");
const imported = must(
  await importFile(olivia, {
    programId,
    merchantId: merchant.id,
    format: "auto",
    fileName: `export_of_the_asset_management_system_of_the_merchant_${tag}_final_version_2_(corrected).csv`,
    stream: Readable.from([Buffer.from(csv)]),
  }),
  "The file",
);

const cast: HardCast = {
  merchant: { email: merchant.email, base: `/m/${merchant.slug}` },
  agency: { email: agency.email, base: `/a/${agency.slug}` },
  ids: {
    "programs.list": stage.programSlug,
    "organisations.list": toPublicId("organisation", merchant.id),
    "devices.list": toPublicId("device", device.deviceId),
    "agreements.list": toPublicId("agreement", agreementId),
    "runs.list": toPublicId("settlementRun", lastRun),
    "payments.list": paymentId,
    "imports.list": toPublicId("import", imported.import.id),
  },
  empty: {
    merchant: { email: stage.empty.merchant.email, base: `/m/${stage.empty.merchant.slug}` },
    agency: { email: stage.empty.agency.email, base: `/a/${stage.empty.agency.slug}` },
  },
};
process.stdout.write(JSON.stringify(cast));
await closePool();

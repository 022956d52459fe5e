/**
 * Makes a program of its own whose last period is over and holds payments, in the running database: the product's own
 * services under a moved clock. Prints what the test needs as JSON. Run with DATABASE_URL set.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { changeDeviceState, registerDevice } from "@/server/devices/service";
import { addPartyToProgram, createProgram } from "@/server/identity/service";
import { authorisePayments } from "@/server/payments/service/authorise-payment";
import { withClock } from "@/server/platform/clock";
import { closePool, withScope } from "@/server/platform/db";
import { type Id, toPublicId } from "@/server/platform/ids";
import { mintDeviceScope, mintPortalScope, mintSystemScope } from "@/server/platform/scope";
import { lastFinishedPeriod } from "@/server/settlement/rules/compute-period";
import { answerAgreement } from "@/server/settlement/service/answer-agreement";
import { approveAgreement } from "@/server/settlement/service/approve-agreement";
import { createAgreementDraft, proposeAgreement } from "@/server/settlement/service/draft-agreement";

const HOUR = 3_600_000;
const AMOUNTS = ["4.00", "12.50", "7.35", "0.99", "31.16"];
const PARTIES = { merchant: "pike-meters", agency: "emerald-streets" };

const system = mintSystemScope("browser-tests");
const tag = randomBytes(3).toString("hex");
const slug = `kerb-trial-${tag}`;
const name = `Kerb Trial ${tag}`;

async function idOf(table: "organisation" | "app_user", column: string, value: string): Promise<string> {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ id: string }>(`select id from ${table} where ${column} = $1`, [value]),
  );
  const id = rows[0]?.id;
  if (!id) throw new Error(`There is no ${table} ${value}.`);
  return id;
}

const operatorId = (await idOf("organisation", "slug", "harbor-city")) as Id<"organisation">;
const merchantId = (await idOf("organisation", "slug", PARTIES.merchant)) as Id<"organisation">;
const agencyId = (await idOf("organisation", "slug", PARTIES.agency)) as Id<"organisation">;
const person = async (email: string) => ({
  kind: "user" as const,
  id: (await idOf("app_user", "email", email)) as Id<"user">,
});
const operator = mintPortalScope("operator", operatorId, await person("olivia@harborcity.example"));
const manager = mintPortalScope("operator", operatorId, await person("jonas@harborcity.example"));

const calendar = { every: "day" as const, cutOff: "23:00", payoutDelayBusinessDays: 1 };
const timeZone = "America/Los_Angeles";
const period = lastFinishedPeriod(new Date(), { ...calendar, day: 1 }, timeZone);
const before = new Date(+period.start - 48 * HOUR);

const { programId, device } = await withClock(before, async () => {
  const program = await createProgram(system, {
    slug,
    name,
    currency: "USD",
    timeZone,
    calendar,
    operatorId,
  });
  for (const organisationId of [merchantId, agencyId])
    await addPartyToProgram(system, { programId: program.id, organisationId });
  const draft = await createAgreementDraft(operator, {
    programId: program.id,
    terms: {
      program: slug,
      effectiveFrom: "2012-01-01T00:00:00",
      dust: "largest-remainder",
      rules: [
        {
          name: "Parking",
          steps: [
            { id: "city", kind: "percent", to: PARTIES.agency, rate: "30%", of: "gross" },
            { id: "platform", kind: "percent", to: "operator", rate: "1.5%", of: "gross" },
            { id: "merchant", kind: "share", of: "remaining", shares: [{ to: "$merchant", weight: "1" }] },
          ],
        },
      ],
      chargebacks: { bearer: "$merchant" },
    },
  });
  if (!draft.ok) throw new Error(`The terms are refused: ${JSON.stringify(draft.issues)}`);
  const proposed = await proposeAgreement(operator, draft.agreementId);
  if (!proposed.ok) throw new Error(`The terms cannot be proposed: ${proposed.reason}`);
  const agency = mintPortalScope("agency", agencyId, await person("hugo@emeraldstreets.example"));
  const merchant = mintPortalScope("merchant", merchantId, await person("wren@pikemeters.example"));
  for (const party of [agency, merchant]) {
    const answer = await answerAgreement(party, draft.agreementId, { answer: "approved" });
    if (!answer.ok) throw new Error(`The ${party.kind} cannot answer: ${answer.reason}`);
  }
  const second = mintPortalScope("operator", operatorId, await person("ravi@harborcity.example"));
  const approved = await approveAgreement(second, draft.agreementId);
  if (!approved.ok) throw new Error(`The operator's second person cannot approve: ${approved.reason}`);
  const keys = generateKeyPairSync("ed25519");
  const { deviceId, credentialId } = await registerDevice(manager, {
    programId: program.id,
    merchantId,
    kind: "parking_meter",
    name: `Trial meter ${tag}`,
    publicKey: keys.publicKey.export({ type: "spki", format: "pem" }).toString(),
  });
  if (!credentialId) throw new Error("The device got no credential.");
  await changeDeviceState(manager, { deviceId, action: "activate" });
  const privateKeyPem = keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const identity = { keyId: toPublicId("credential", credentialId), privateKeyPem, currency: "USD" };
  return { programId: program.id, device: { deviceId, identity } };
});

const scope = mintDeviceScope(merchantId, device.deviceId);
const results = await authorisePayments(
  AMOUNTS.map((amount, index) => ({
    scope,
    at: new Date(+period.end - (10 - index) * HOUR),
    request: {
      idempotencyKey: `trial-${tag}-${index}`,
      requestHash: randomBytes(32),
      amountMicros: BigInt(amount.replace(".", "")) * 10_000n,
      currency: "USD" as const,
      instrumentToken: `tok_trial_${tag}_${index}`,
      capture: true,
      description: "Street parking",
    },
  })),
);
const paymentIds = results.map((result) => {
  if (!result.ok || result.payment.state !== "captured")
    throw new Error(`A payment was not taken: ${JSON.stringify(result)}`);
  return result.payment.id;
});

process.stdout.write(
  JSON.stringify({
    slug,
    name,
    programId: toPublicId("program", programId),
    amounts: AMOUNTS,
    periodEnd: period.end.toISOString(),
    paymentIds,
    device: device.identity,
  }),
);
await closePool();

/** Organisations, people, programs and agreements, made through the services that a person's clicks go through. */
import { tz } from "@date-fns/tz";
import { addDays, format } from "date-fns";
import { fraudTermsSchema } from "@/server/fraud/schema";
import { setPolicy } from "@/server/fraud/service";
import {
  addMembership,
  addPartyToProgram,
  createOrganisation,
  createProgram,
  createUser,
} from "@/server/identity/service";
import { withClock } from "@/server/platform/clock";
import { fromPublicId, type Id, toPublicId } from "@/server/platform/ids";
import {
  type AgencyScope,
  type MerchantScope,
  mintPortalScope,
  mintSystemScope,
  type OperatorScope,
} from "@/server/platform/scope";
import { listNamedParties } from "@/server/settlement/agreement/list-parties";
import { agreementSchema } from "@/server/settlement/agreement/schema";
import { answerAgreement } from "@/server/settlement/service/answer-agreement";
import { approveAgreement } from "@/server/settlement/service/approve-agreement";
import { giveConsent, readMerchantTerms } from "@/server/settlement/service/consent-to-terms";
import { createAgreementDraft, proposeAgreement } from "@/server/settlement/service/draft-agreement";
import { confirmProgramTerms, draftProgramTerms } from "@/server/settlement/service/set-program-terms";
import { HARBOR_CITY_V1, harborCityV2, harborCityV3, SEATTLE_V1 } from "./agreements";
import {
  DEMO_PASSWORD,
  HARBOR_CITY,
  OPERATOR,
  ORGANISATIONS,
  PEOPLE,
  type ProgramSeed,
  SEATTLE,
} from "./cast";

export interface City {
  operatorId: Id<"organisation">;
  organisations: Map<string, { id: Id<"organisation">; kind: "merchant" | "agency" | "operator" }>;
  people: Map<string, Id<"user">>;
  harborCity: Id<"program">;
  seattle: Id<"program">;
}

/** The city's analysts look earlier than the defaults do. */
const FRAUD_TERMS = fraudTermsSchema.parse({
  velocity: { freePayments: 2, pointsEach: 18 },
  amount: { freeDeviations: 2, pointsPerDeviation: 30 },
});

const seed = mintSystemScope("seed");

/** The operator's two people for agreements. */
const DRAFTER = "olivia@harborcity.example";
const SECOND = "ravi@harborcity.example";

const NOTICE_DAYS = 10;
/** Merchants that rely on the notice and answer only when they object. */
const CONSENTING = ["voltway", "quayside-parking", "brightmeter"];
const TERMS_FOR_MERCHANTS = `How this program changes the split of your payments

1. Every new version of the agreement is shown to you in this portal when it is proposed, with its rules in words and what it would have changed for you in the last thirty days.
2. You can approve it, or object with a reason. One objection rejects the version for everybody.
3. With a standing consent you need not answer: when ${NOTICE_DAYS} days have passed without your objection, the version binds you. Without one, no version comes into force before you have approved it.
4. You can withdraw the standing consent at any time. It then no longer counts for versions whose notice still runs.
5. When these terms change, earlier consents end and you are asked again.`;

/** Everything that stands before the first payment. `from` is the beginning of the history, `now` its end. */
export async function foundCity(from: Date, now: Date): Promise<City> {
  // Whoever approves or answers was there before what they speak about.
  const city = await withClock(addDays(from, -60), () => foundOrganisations());
  await setPolicy(operatorScope(city, "mina@harborcity.example"), city.harborCity, FRAUD_TERMS);
  await agreeOnSplits(city, from, now);
  return city;
}

async function foundOrganisations(): Promise<City> {
  const organisations: City["organisations"] = new Map();
  for (const organisation of [OPERATOR, ...ORGANISATIONS]) {
    const { id } = await createOrganisation(seed, organisation);
    organisations.set(organisation.slug, { id, kind: organisation.kind });
  }
  const people: City["people"] = new Map();
  for (const person of PEOPLE) {
    const user = await createUser(seed, { email: person.email, name: person.name, password: DEMO_PASSWORD });
    people.set(person.email, user.id);
    for (const [slug, role] of person.roles) {
      await addMembership(seed, { userId: user.id, organisationId: idOf(organisations, slug), role });
    }
  }
  const operatorId = idOf(organisations, OPERATOR.slug);
  const found = async (program: ProgramSeed) => {
    const { id } = await createProgram(seed, { ...program, operatorId });
    for (const slug of program.parties) {
      await addPartyToProgram(seed, { programId: id, organisationId: idOf(organisations, slug) });
    }
    return id;
  };
  return {
    operatorId,
    organisations,
    people,
    harborCity: await found(HARBOR_CITY),
    seattle: await found(SEATTLE),
  };
}

async function agreeOnSplits(city: City, from: Date, now: Date): Promise<void> {
  const zone = { in: tz(HARBOR_CITY.timeZone) };
  const midnight = (date: Date) => `${format(date, "yyyy-MM-dd", zone)}T00:00:00`;
  const before = addDays(from, -20);
  await withClock(addDays(before, -10), async () => {
    await setTerms(city, city.harborCity);
    await setTerms(city, city.seattle);
    for (const slug of CONSENTING) await consent(city, city.harborCity, slug);
  });
  await withClock(before, async () => {
    await agree(city, city.harborCity, HARBOR_CITY_V1, HARBOR_CITY);
    await agree(city, city.seattle, SEATTLE_V1, SEATTLE);
  });
  const second = addDays(from, 12);
  // In a short history the second version still lies ahead, and was agreed on in the past all the same.
  const agreedOn = new Date(Math.min(+addDays(second, -8), +addDays(now, -3)));
  await withClock(agreedOn, () => agree(city, city.harborCity, harborCityV2(midnight(second)), HARBOR_CITY));
  // One agency has not answered yet, nor has a merchant: something for their overviews to ask. Those who gave a
  // standing consent are silent, and their notice runs.
  await withClock(addDays(now, -2), () =>
    agree(city, city.harborCity, harborCityV3(midnight(addDays(now, 12))), HARBOR_CITY, [
      "metro-transit",
      "northline",
      ...CONSENTING,
    ]),
  );
}

/** Draws up the program's terms for merchants: one person of the operator writes them, another confirms them. */
async function setTerms(city: City, programId: Id<"program">): Promise<void> {
  const drafted = await draftProgramTerms(operatorScope(city, DRAFTER), {
    programId,
    body: TERMS_FOR_MERCHANTS,
    noticeDays: NOTICE_DAYS,
  });
  if (!drafted.ok) throw new Error(`The program's terms cannot be drafted: ${drafted.reason}`);
  const confirmed = await confirmProgramTerms(operatorScope(city, SECOND), drafted.termsId);
  if (!confirmed.ok) throw new Error(`The program's terms cannot be confirmed: ${confirmed.reason}`);
}

async function consent(city: City, programId: Id<"program">, slug: string): Promise<void> {
  const scope = partyScope(city, slug);
  if (scope.kind !== "merchant") throw new Error(`${slug} is no merchant`);
  const offered = (await readMerchantTerms(scope)).find(
    ({ program }) => program.id === toPublicId("program", programId),
  );
  const termsId = offered?.terms && fromPublicId("programTerms", offered.terms.id);
  if (!termsId) throw new Error(`${slug} has no terms to consent to`);
  const given = await giveConsent(scope, { programId, termsId });
  if (!given.ok) throw new Error(`${slug} cannot consent: ${given.reason}`);
}

async function agree(
  city: City,
  programId: Id<"program">,
  terms: unknown,
  program: ProgramSeed,
  silent: readonly string[] = [],
): Promise<void> {
  const operator = operatorScope(city, DRAFTER);
  const draft = await createAgreementDraft(operator, { programId, terms });
  if (!draft.ok) throw new Error(`The demo's agreement is refused: ${JSON.stringify(draft.issues)}`);
  const proposed = await proposeAgreement(operator, draft.agreementId);
  if (!proposed.ok) throw new Error(`The demo's agreement cannot be proposed: ${proposed.reason}`);
  const approved = await approveAgreement(operatorScope(city, SECOND), draft.agreementId);
  if (!approved.ok) throw new Error(`The demo's agreement finds no second person: ${approved.reason}`);
  const named = listNamedParties(agreementSchema.parse(terms));
  for (const slug of program.parties) {
    const isMerchant = city.organisations.get(slug)?.kind === "merchant";
    if (silent.includes(slug) || !(isMerchant || named.includes(slug))) continue;
    const answer = await answerAgreement(partyScope(city, slug), draft.agreementId, { answer: "approved" });
    if (!answer.ok) {
      throw new Error(`${slug} cannot answer the demo's agreement: ${answer.reason}`);
    }
  }
}

export function operatorScope(city: City, email: string): OperatorScope {
  const id = city.people.get(email);
  if (!id) throw new Error(`nobody has the address ${email}`);
  return mintPortalScope("operator", city.operatorId, { kind: "user", id });
}

/** The scope of a party's first admin. */
export function partyScope(city: City, slug: string): AgencyScope | MerchantScope {
  const person = PEOPLE.find(({ roles }) =>
    roles.some(([where, role]) => where === slug && role === "admin"),
  );
  const id = person && city.people.get(person.email);
  const organisation = city.organisations.get(slug);
  if (!id || !organisation || organisation.kind === "operator") throw new Error(`${slug} has no admin`);
  return mintPortalScope(organisation.kind, organisation.id, { kind: "user", id });
}

export function idOf(organisations: City["organisations"], slug: string): Id<"organisation"> {
  const found = organisations.get(slug);
  if (!found) throw new Error(`there is no organisation ${slug}`);
  return found.id;
}

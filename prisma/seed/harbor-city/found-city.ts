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
import type { Id } from "@/server/platform/ids";
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
import { createAgreementDraft, proposeAgreement } from "@/server/settlement/service/draft-agreement";
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

/** Everything that stands before the first payment. `from` is the beginning of the history, `now` its end. */
export async function foundCity(from: Date, now: Date): Promise<City> {
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
  const city: City = {
    operatorId,
    organisations,
    people,
    harborCity: await found(HARBOR_CITY),
    seattle: await found(SEATTLE),
  };
  await setPolicy(operatorScope(city, "mina@harborcity.example"), city.harborCity, FRAUD_TERMS);
  await agreeOnSplits(city, from, now);
  return city;
}

async function agreeOnSplits(city: City, from: Date, now: Date): Promise<void> {
  const zone = { in: tz(HARBOR_CITY.timeZone) };
  const midnight = (date: Date) => `${format(date, "yyyy-MM-dd", zone)}T00:00:00`;
  const before = addDays(from, -20);
  await withClock(before, async () => {
    await agree(city, city.harborCity, HARBOR_CITY_V1, HARBOR_CITY);
    await agree(city, city.seattle, SEATTLE_V1, SEATTLE);
  });
  const second = addDays(from, 12);
  await withClock(addDays(second, -8), () =>
    agree(city, city.harborCity, harborCityV2(midnight(second)), HARBOR_CITY),
  );
  // One agency has not answered yet: something for its overview to ask.
  await withClock(addDays(now, -2), () =>
    agree(city, city.harborCity, harborCityV3(midnight(addDays(now, 12))), HARBOR_CITY, ["metro-transit"]),
  );
}

async function agree(
  city: City,
  programId: Id<"program">,
  terms: unknown,
  program: ProgramSeed,
  silent: readonly string[] = [],
): Promise<void> {
  const operator = operatorScope(city, "olivia@harborcity.example");
  const draft = await createAgreementDraft(operator, { programId, terms });
  if (!draft.ok) throw new Error(`The demo's agreement is refused: ${JSON.stringify(draft.issues)}`);
  const proposed = await proposeAgreement(operator, draft.agreementId);
  if (!proposed.ok) throw new Error(`The demo's agreement cannot be proposed: ${proposed.reason}`);
  const named = listNamedParties(agreementSchema.parse(terms));
  for (const slug of program.parties) {
    if (silent.includes(slug) || !named.includes(slug)) continue;
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

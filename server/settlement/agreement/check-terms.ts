/** What a program demands of terms beyond their own form: that they are for it, and name its parties alone. */
import type { Currency } from "@/server/platform/money";
import { OPERATOR_PARTY } from "../constants";
import { listNamedParties } from "./list-parties";
import { type ParsedAgreement, parseAgreement } from "./parse-agreement";
import type { Agreement } from "./shape";

/** Validates terms for a program, with every reason at once. `parties` holds the short names of its parties. */
export function checkTerms(
  terms: unknown,
  program: { slug: string; name: string; currency: Currency },
  parties: { has: (name: string) => boolean },
): ParsedAgreement<Agreement> {
  const parsed = parseAgreement(terms, program.currency);
  if (!parsed.ok) return parsed;
  const { agreement } = parsed;
  const issues = [
    ...(agreement.program === program.slug
      ? []
      : [
          {
            code: "program_mismatch",
            path: "program",
            message: `These terms are for "${agreement.program}", not for "${program.slug}".`,
          },
        ]),
    ...listNamedParties(agreement)
      .filter((name) => name !== OPERATOR_PARTY && !parties.has(name))
      .map((name) => ({
        code: "party_unknown",
        path: "",
        message: `"${name}" is not a party of ${program.name}.`,
      })),
  ];
  return issues.length > 0 ? { ok: false, issues } : { ok: true, agreement };
}

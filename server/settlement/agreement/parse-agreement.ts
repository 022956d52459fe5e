/** From unknown JSON to an agreement, or to the full list of reasons why it is refused. */
import type { z } from "zod";
import { type Currency, microsPerMinor, parseMicros } from "@/server/platform/money";
import { agreementFileSchema, agreementSchema } from "./schema";
import type { Agreement, AgreementTerms } from "./shape";

export interface AgreementIssue {
  /** Stable, for programs: "last_step_not_share", "rate_malformed", "unknown_key", "malformed", … */
  code: string;
  /** Where, as `rules[0].steps[2].rate`; empty for the whole document. */
  path: string;
  /** A plain sentence for the author of the agreement. */
  message: string;
}

export type ParsedAgreement<A> = { ok: true; agreement: A } | { ok: false; issues: AgreementIssue[] };

/**
 * Validates a version of an agreement for a program of this currency. Amounts must be whole minor units of it; a
 * version that could leave money unassigned is refused.
 */
export function parseAgreement(json: unknown, currency: Currency): ParsedAgreement<Agreement> {
  return validated(agreementSchema.safeParse(json), currency);
}

/** As `parseAgreement`, for a file of the command line: program and effective date may be left out. */
export function parseAgreementFile(json: unknown, currency: Currency): ParsedAgreement<AgreementTerms> {
  return validated(agreementFileSchema.safeParse(json), currency);
}

function validated<A extends AgreementTerms>(
  parsed: z.ZodSafeParseResult<A>,
  currency: Currency,
): ParsedAgreement<A> {
  if (!parsed.success) return { ok: false, issues: toIssues(parsed.error) };
  const issues = findTooPrecise(parsed.data, currency);
  return issues.length > 0 ? { ok: false, issues } : { ok: true, agreement: parsed.data };
}

/** Zod's issues as codes, paths and sentences; custom issues carry their code in `params.code`. */
export function toIssues(error: z.ZodError): AgreementIssue[] {
  return error.issues.map((issue) => {
    const path = formatPath(issue.path);
    if (issue.code === "unrecognized_keys") {
      const keys = issue.keys.map((key) => `"${key.slice(0, 40)}"`).join(", ");
      return { code: "unknown_key", path, message: `Not a known key here: ${keys}.` };
    }
    const own: unknown = issue.code === "custom" ? issue.params?.code : undefined;
    return { code: typeof own === "string" ? own : "malformed", path, message: issue.message };
  });
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");
}

function findTooPrecise(terms: AgreementTerms, currency: Currency): AgreementIssue[] {
  const amounts: { path: PropertyKey[]; text: string | undefined }[] = [];
  terms.rules.forEach((rule, r) => {
    rule.steps.forEach((step, s) => {
      const path = ["rules", r, "steps", s];
      amounts.push({ path: [...path, "perPeriodMax"], text: step.perPeriodMax });
      if (step.kind === "percent") {
        amounts.push({ path: [...path, "min"], text: step.min }, { path: [...path, "max"], text: step.max });
      }
      if (step.kind === "fixed") amounts.push({ path: [...path, "amount"], text: step.amount });
      if (step.kind === "tiers") {
        step.brackets.forEach(({ upTo }, b) => {
          amounts.push({ path: [...path, "brackets", b, "upTo"], text: upTo });
        });
      }
    });
  });
  terms.guarantees?.forEach(({ amount }, g) => {
    amounts.push({ path: ["guarantees", g, "amount"], text: amount });
  });
  return amounts.flatMap(({ path, text }) => {
    if (text === undefined || parseMicros(text) % microsPerMinor(currency) === 0n) return [];
    const message = `"${text}" is finer than the smallest unit of ${currency}.`;
    return [{ code: "amount_too_precise", path: formatPath(path), message }];
  });
}

/** What stands behind one row of a reckoning, line by line, with the words of the agreement that made it. */
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { toPublicId } from "@/server/platform/ids";
import type { PortalScope } from "@/server/platform/scope";
import { stepSchema } from "../agreement/shape";
import { type ExplainedPart, findPartyId, listTerms, sumExplanation } from "../repository/read-explanation";
import { findStatementRow, type StatementRow } from "../repository/read-statements";
import type { FigureExplanation } from "../schema";
import { money } from "../view/present";

const MOST_LINES = 500;

/**
 * The lines that a row of the statement's reckoning sums up, with its sign; none for rows that are made of other rows
 * or of one booking. `key` is the row's. Somebody else's statement, or a key that it has not, is `not_found`.
 */
export async function explainFigure(
  scope: PortalScope,
  statementId: string,
  key: string,
): Promise<FigureExplanation> {
  const own = scope.kind === "operator" ? null : scope.organisationId;
  return await withScope(scope, async (tx) => {
    const statement = await findStatementRow(tx, statementId, own);
    if (!statement) throw notFound("statement");
    const step = /^step:([A-Za-z][A-Za-z0-9_-]{0,63})(?::([a-z0-9-]{1,80}))?$/.exec(key);
    const taker = step?.[2] ? await findPartyId(tx, step[2]) : null;
    if (step?.[2] && !taker) throw notFound("figure");
    const part = partOf(statement, key, step?.[1] ?? null, taker);
    if (!part) return { lines: [], complete: true };
    const rows = await sumExplanation(tx, statement.run_id, part, MOST_LINES + 1);
    const terms = new Map(
      (await listTerms(tx, [...new Set(rows.map(({ agreement_id }) => agreement_id))])).map((each) => [
        each.id,
        each.terms,
      ]),
    );
    // What others got of one's payments is taken off.
    const sign = taker ? -1n : 1n;
    return {
      complete: rows.length <= MOST_LINES,
      lines: rows.slice(0, MOST_LINES).map((row) => ({
        day: row.day,
        rule: row.rule,
        step: row.step,
        agreement:
          row.agreement_version === null
            ? null
            : { id: toPublicId("agreement", row.agreement_id), version: row.agreement_version },
        terms: row.step === null ? null : termsOf(terms.get(row.agreement_id), row.rule, row.step),
        payments: Number(part.of === "refunds" ? row.refund_count : row.payment_count),
        amount: money(sign * row.amount_micros, statement.currency),
      })),
    };
  });
}

function partOf(
  { party_id: own }: StatementRow,
  key: string,
  step: string | null,
  taker: string | null,
): ExplainedPart | null {
  if (taker) return { partyId: taker, merchantId: own, step, of: "allocated" };
  if (step) return { partyId: own, merchantId: null, step, of: "allocated" };
  switch (key) {
    case "gross":
      return { partyId: null, merchantId: own, step: null, of: "allocated", wholePayments: true };
    case "others":
      return { partyId: own, merchantId: null, notMerchantId: own, step: null, of: "allocated" };
    case "refunds":
      return { partyId: own, merchantId: null, step: null, of: "refunds" };
    default:
      return null;
  }
}

/** The step as the version wrote it; null where the version may not be read. */
function termsOf(terms: unknown, rule: string, step: string) {
  if (typeof terms !== "object" || terms === null || !("rules" in terms) || !Array.isArray(terms.rules)) {
    return null;
  }
  const rules: readonly unknown[] = terms.rules;
  for (const each of rules) {
    if (typeof each !== "object" || each === null || !("name" in each) || each.name !== rule) continue;
    const steps: readonly unknown[] = "steps" in each && Array.isArray(each.steps) ? each.steps : [];
    for (const one of steps) {
      const parsed = stepSchema.safeParse(one);
      if (parsed.success && parsed.data.id === step) return parsed.data;
    }
  }
  return null;
}

/** Agreement versions made ready for the allocator, with the ids behind the names of their parties. */
import type { SqlTx } from "@/server/platform/db";
import { invariant } from "@/server/platform/errors";
import { type CompiledAgreement, compileAgreement } from "../allocate/compile-agreement";
import { OPERATOR_PARTY } from "../constants";
import { listGoverningVersions } from "../repository/read-agreements";
import type { SettlementProgram } from "../repository/read-program";
import { type AgreementRow, readProgramParties } from "../repository/write-agreement";
import { stepKey } from "../rules/split-batch";

export interface GoverningVersion {
  id: string;
  version: number;
  governsFrom: Date;
  terms: AgreementRow["terms"];
  compiled: CompiledAgreement;
  /** Kind of each step, by rule and step id. */
  kindOf: ReadonlyMap<string, string>;
}

/** Terms never change once a version governs, so what was compiled stays right for the life of the process. */
const compiledById = new Map<string, Pick<GoverningVersion, "compiled" | "kindOf">>();
const MOST_KEPT = 200;

/** In the order of time; each governs until the next one does. */
export async function readGoverningVersions(
  tx: SqlTx,
  program: SettlementProgram,
): Promise<GoverningVersion[]> {
  const rows = await listGoverningVersions(tx, program.id);
  return rows.map((row) => {
    invariant(row.governs_from, "a governing version has a date");
    return {
      id: row.id,
      version: row.version,
      governsFrom: row.governs_from,
      terms: row.terms,
      ...compiled(row, program),
    };
  });
}

/** Ids by the short names that terms use. */
export async function readPartyIds(tx: SqlTx, program: SettlementProgram): Promise<Map<string, string>> {
  const ids = await readProgramParties(tx, program.id);
  return ids.set(OPERATOR_PARTY, program.operatorId);
}

function compiled(row: AgreementRow, program: SettlementProgram) {
  const known = compiledById.get(row.id);
  if (known) return known;
  if (compiledById.size >= MOST_KEPT) compiledById.clear();
  const made = {
    compiled: compileAgreement(row.terms, program.currency),
    kindOf: new Map(
      row.terms.rules.flatMap((rule) =>
        rule.steps.map((step) => [stepKey(rule.name, step.id), step.kind] as const),
      ),
    ),
  };
  compiledById.set(row.id, made);
  return made;
}

/** Replays case files of the form of `testdata/transfer-cases.json` into scratch ledgers. */
import { readFile } from "node:fs/promises";
import type { SqlTx } from "@/server/platform/db";
import { caseFileSchema, TRANSLATIONS } from "./replay/read-cases";
import { runCase, type Tally, type Unmet } from "./replay/run-case";
import { createScratchLedger } from "./replay/scratch-ledger";

export interface ReplayReport {
  file: string;
  tests: number;
  expectations: number;
  met: number;
  /** Every expectation that was not met; empty when all is well. */
  unmet: Unmet[];
  /** Columns of the file that this ledger does not have. */
  absentColumns: { column: string; expectationsNotAsked: number; valuesDropped: number }[];
  translations: readonly string[];
}

/**
 * Replays a file inside the caller's open transaction and undoes everything it did there. `owner` must be allowed to
 * create schemas. Throws when the file cannot be read or is not of this form.
 */
export async function replayCases(file: string, owner: SqlTx): Promise<ReplayReport> {
  const cases = caseFileSchema.parse(JSON.parse(await readFile(file, "utf8")));
  const tally: Tally = { expectations: 0, unmet: [], absent: new Map() };
  for (const [index, test] of cases.tests.entries()) {
    await owner.query("savepoint replay");
    try {
      const ledger = await createScratchLedger(owner, `ledger_replay_${index + 1}`);
      await runCase(ledger, test, tally);
    } finally {
      await owner.query("rollback to savepoint replay");
    }
  }
  return {
    file,
    tests: cases.tests.length,
    expectations: tally.expectations,
    met: tally.expectations - tally.unmet.length,
    unmet: tally.unmet,
    absentColumns: [...tally.absent].map(([column, counts]) => ({ column, ...counts })),
    translations: TRANSLATIONS,
  };
}

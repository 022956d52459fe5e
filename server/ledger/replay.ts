/** Replays case files of the form of `testdata/transfer-cases.json` into scratch ledgers. */
import type { SqlTx } from "@/server/platform/db";
import { readCases } from "./replay/read-cases";
import { runCase, type Tally, tallyAbsent, type Unmet } from "./replay/run-case";
import { createScratchLedger } from "./replay/scratch-ledger";
import { TRANSLATIONS } from "./replay/translate-values";

export { CaseFileError } from "./replay/read-cases";

export interface ReplayReport {
  file: string;
  tests: number;
  expectations: number;
  met: number;
  /** Every expectation that was not met; empty when all is well. */
  unmet: Unmet[];
  /** Columns, flags and keys of the file that this ledger does not have. */
  absentColumns: { column: string; expectationsNotAsked: number; valuesDropped: number }[];
  translations: readonly string[];
}

/**
 * Replays a file inside the caller's open transaction and undoes everything it did there. `owner` must be allowed to
 * create schemas. Throws `CaseFileError` when the file is not of this form.
 */
export async function replayCases(file: string, owner: SqlTx): Promise<ReplayReport> {
  const { tests, unknownKeys } = await readCases(file);
  const tally: Tally = { expectations: 0, unmet: [], absent: new Map() };
  for (const [key, count] of unknownKeys) tallyAbsent(tally, key, "valuesDropped", count);
  for (const [index, test] of tests.entries()) {
    await owner.query("savepoint replay");
    try {
      const ledger = await createScratchLedger(owner, `ledger_replay_${index + 1}`);
      await runCase(ledger, test, tally);
    } catch (error) {
      // The database refused a step outright: the rest of this test cannot be asked, the other tests can.
      if (!(error instanceof Error && "severity" in error)) throw error;
      tally.expectations++;
      tally.unmet.push({
        test: test.name,
        step: 0,
        op: "test",
        expected: "a test that the database can run to its end",
        actual: error.message,
      });
    } finally {
      await owner.query("rollback to savepoint replay");
    }
  }
  return {
    file,
    tests: tests.length,
    expectations: tally.expectations,
    met: tally.expectations - tally.unmet.length,
    unmet: tally.unmet,
    absentColumns: [...tally.absent].map(([column, counts]) => ({ column, ...counts })),
    translations: TRANSLATIONS,
  };
}

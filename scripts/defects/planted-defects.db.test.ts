/** As `planted-defects.test.ts`, for the defects that a test of the database catches. */
import { expect, inject, test } from "vitest";
import { DEFECTS } from "./defects";
import { runPlanted } from "./run-planted";

const database = {
  serverUrl: inject("databaseServerUrl"),
  login: inject("databaseLogin"),
  template: inject("templateDatabase"),
};

test.each(DEFECTS.filter(({ project }) => project === "database"))(
  "is caught: $name",
  { timeout: 120_000 },
  async (defect) => {
    expect(await runPlanted(defect, database)).toEqual(["failed"]);
  },
);

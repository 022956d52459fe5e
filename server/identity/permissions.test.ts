/** Who may do what, as a person reads it. Whoever changes a right changes this table too, on purpose. */
import { describe, expect, test } from "vitest";
import { ORGANISATION_KINDS, PERMISSIONS, permissionsOf, rolesOf } from "./permissions";

const TABLE = `
                      merchant               agency                 operator
                      admin finance viewer   admin finance viewer   admin finance fraud_analyst device_manager auditor
agreements.answer     yes   .       .        yes   yes     .        yes   .       .             .              .
agreements.approve    .     .       .        .     .       .        yes   yes     .             .              .
agreements.read       yes   yes     yes      yes   yes     yes      yes   yes     .             .              yes
agreements.write      .     .       .        .     .       .        yes   yes     .             .              .
audit.read            yes   .       .        yes   .       .        yes   .       .             .              yes
bank_accounts.manage  yes   yes     .        yes   yes     .        yes   yes     .             .              .
cases.decide          .     .       .        .     .       .        yes   .       yes           .              .
cases.read            .     .       .        .     .       .        yes   yes     yes           .              yes
devices.manage        yes   .       .        .     .       .        yes   .       .             yes            .
devices.read          yes   yes     yes      .     .       .        yes   yes     yes           yes            yes
health.read           .     .       .        .     .       .        yes   yes     yes           yes            yes
imports.create        .     .       .        .     .       .        yes   yes     .             yes            .
imports.read          .     .       .        .     .       .        yes   yes     .             yes            yes
ledger.read           .     .       .        .     .       .        yes   yes     .             .              yes
organisations.manage  .     .       .        .     .       .        yes   .       .             .              .
organisations.read    .     .       .        .     .       .        yes   yes     yes           yes            yes
overview.read         yes   yes     yes      yes   yes     yes      yes   yes     yes           yes            yes
payments.read         yes   yes     yes      yes   yes     yes      yes   yes     yes           yes            yes
payments.refund       yes   yes     .        .     .       .        yes   yes     .             .              .
payouts.approve       .     .       .        .     .       .        yes   yes     .             .              .
payouts.pay           .     .       .        .     .       .        yes   yes     .             .              .
payouts.read          yes   yes     yes      yes   yes     yes      yes   yes     .             .              yes
programs.manage       .     .       .        .     .       .        yes   .       .             .              .
programs.read         yes   yes     yes      yes   yes     yes      yes   yes     yes           yes            yes
rules.manage          .     .       .        .     .       .        yes   .       yes           .              .
rules.read            .     .       .        .     .       .        yes   .       yes           .              yes
runs.approve          .     .       .        .     .       .        yes   yes     .             .              .
runs.create           .     .       .        .     .       .        yes   yes     .             .              .
runs.read             .     .       .        .     .       .        yes   yes     .             .              yes
search.read           yes   yes     yes      yes   yes     yes      yes   yes     yes           yes            yes
statements.read       yes   yes     yes      yes   yes     yes      yes   yes     .             .              yes
team.manage           yes   .       .        yes   .       .        yes   .       .             .              .
team.read             yes   yes     yes      yes   yes     yes      yes   yes     yes           yes            yes
`;

const COLUMNS = ORGANISATION_KINDS.flatMap((kind) => rolesOf(kind).map((role) => ({ kind, role })));
const [, roles = [], ...rows] = TABLE.trim()
  .split("\n")
  .map((line) => line.trim().split(/\s+/));

describe("the table of roles and permissions", () => {
  test("has a column for each role and a row for each permission", () => {
    expect(roles).toEqual(COLUMNS.map(({ role }) => role));
    expect(rows.map(([permission]) => permission)).toEqual([...PERMISSIONS]);
  });

  test.each(COLUMNS)("says what $role of $kind may do", ({ kind, role }) => {
    const column = COLUMNS.findIndex((each) => each.kind === kind && each.role === role);
    const written = rows.filter((row) => row[column + 1] === "yes").map(([permission]) => permission);
    expect([...permissionsOf(kind, role)].sort()).toEqual(written);
  });
});

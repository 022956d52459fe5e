import { describe, expect, test } from "vitest";
import {
  isRaise,
  mayDo,
  movesMoney,
  ORGANISATION_KINDS,
  PERMISSIONS,
  type Permission,
  permissionsOf,
  rolesOf,
} from "./permissions";
import { mayLoseAdmin, portalPath, safeReturnPath, slugFrom } from "./rules";

describe("permissions", () => {
  test("a role that does not exist in a kind of organisation may do nothing there", () => {
    expect(permissionsOf("merchant", "fraud_analyst")).toEqual([]);
    expect(permissionsOf("agency", "auditor")).toEqual([]);
    expect(permissionsOf("operator", "viewer")).toEqual([]);
    expect(permissionsOf("merchant", "constructor")).toEqual([]);
  });

  test("an auditor changes nothing", () => {
    const changing = permissionsOf("operator", "auditor").filter(
      (permission) => !permission.endsWith(".read"),
    );
    expect(changing).toEqual([]);
  });

  test("viewers change nothing", () => {
    for (const kind of ["merchant", "agency"] as const) {
      expect(permissionsOf(kind, "viewer").every((permission) => permission.endsWith(".read"))).toBe(true);
    }
  });

  test("only people of the operator touch payouts, runs, cases, rules and the ledger", () => {
    const platformOnly = PERMISSIONS.filter((permission) =>
      /^(payouts\.(approve|pay)|runs\.|cases\.|rules\.|ledger\.|imports\.|organisations\.|health\.)/.test(
        permission,
      ),
    );
    expect(platformOnly.length).toBeGreaterThan(8);
    for (const kind of ["merchant", "agency"] as const) {
      for (const role of rolesOf(kind)) {
        for (const permission of platformOnly) expect(mayDo(kind, role, permission)).toBe(false);
      }
    }
  });

  test("only admins decide who else may come in", () => {
    for (const kind of ORGANISATION_KINDS) {
      for (const role of rolesOf(kind)) expect(mayDo(kind, role, "team.manage")).toBe(role === "admin");
    }
  });
});

describe("rules", () => {
  test("the last active admin cannot stop being one, anybody else can", () => {
    expect(mayLoseAdmin("merchant", 1, true)).toBe(false);
    expect(mayLoseAdmin("merchant", 2, true)).toBe(true);
    expect(mayLoseAdmin("merchant", 1, false)).toBe(true);
  });

  test("the operator keeps two admins", () => {
    expect(mayLoseAdmin("operator", 2, true)).toBe(false);
    expect(mayLoseAdmin("operator", 3, true)).toBe(true);
  });

  test("a role that moves money is a raise, from admin to finance it is not", () => {
    expect(isRaise("viewer", "finance")).toBe(true);
    expect(isRaise("finance", "admin")).toBe(true);
    expect(isRaise("admin", "finance")).toBe(false);
    expect(isRaise("admin", "viewer")).toBe(false);
    expect(isRaise("viewer", "fraud_analyst")).toBe(false);
  });

  test("every role that can do something with money counts as one that moves it", () => {
    const moving: Permission[] = [
      "agreements.answer",
      "agreements.write",
      "payments.refund",
      "payouts.approve",
      "payouts.pay",
      "runs.approve",
      "runs.create",
      "team.manage",
      "organisations.manage",
    ];
    for (const kind of ORGANISATION_KINDS) {
      for (const role of rolesOf(kind)) {
        const moves = moving.some((permission) => mayDo(kind, role, permission));
        expect(movesMoney(role), `${kind} ${role}`).toBe(moves);
      }
    }
  });

  test.each([
    ["Harbor City Parking!", "harbor-city-parking"],
    ["Ærlig Øre & Sønn", "aerlig-ore-sonn"],
    ["  --  ", ""],
    ["京都", ""],
  ])("the short name of %j is %j", (name, slug) => expect(slugFrom(name)).toBe(slug));

  test.each([
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/m/..//evil.example",
    "/%2e//evil.example",
    " //evil.example",
    "/\u00a0/evil.example",
    "/\ud800",
    "data:text/html,x",
    "https:/evil.example",
    "@evil.example",
    "javascript:alert(1)",
    "",
    null,
  ])("nobody is sent to %j after signing in", (raw) => expect(safeReturnPath(raw)).toBeNull());

  test("a place inside the site is kept with its query", () => {
    expect(safeReturnPath("/m/voltway/payments?state=captured")).toBe("/m/voltway/payments?state=captured");
  });

  test("each kind of organisation has its portal", () => {
    expect(portalPath("merchant", "voltway")).toBe("/m/voltway");
    expect(portalPath("agency", "grid-co")).toBe("/a/grid-co");
    expect(portalPath("operator", "harbor-city")).toBe("/ops");
  });
});

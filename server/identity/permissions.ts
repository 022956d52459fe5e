/**
 * What people may do. Two closed vocabularies, permissions and roles, and one table a kind of organisation that
 * joins them. Procedures name a permission, memberships name a role; nothing else decides.
 */
export const PERMISSIONS = [
  "agreements.answer",
  "agreements.approve",
  "agreements.read",
  "agreements.write",
  "audit.read",
  "bank_accounts.manage",
  "cases.decide",
  "cases.read",
  "devices.manage",
  "devices.read",
  "health.read",
  "imports.create",
  "imports.read",
  "ledger.read",
  "organisations.manage",
  "organisations.read",
  "overview.read",
  "payments.read",
  "payments.refund",
  "payouts.approve",
  "payouts.pay",
  "payouts.read",
  "programs.manage",
  "programs.read",
  "rules.manage",
  "rules.read",
  "runs.approve",
  "runs.create",
  "runs.read",
  "search.read",
  "statements.read",
  "team.manage",
  "team.read",
] as const;

export type Permission = (typeof PERMISSIONS)[number];

export const ORGANISATION_KINDS = ["merchant", "agency", "operator"] as const;
export type OrganisationKind = (typeof ORGANISATION_KINDS)[number];

export const ROLES = ["admin", "finance", "viewer", "fraud_analyst", "device_manager", "auditor"] as const;
export type Role = (typeof ROLES)[number];

const merchantViewer = [
  "agreements.read",
  "devices.read",
  "overview.read",
  "payments.read",
  "payouts.read",
  "programs.read",
  "search.read",
  "statements.read",
  "team.read",
] as const;

const agencyViewer = [
  "agreements.read",
  "overview.read",
  "payments.read",
  "payouts.read",
  "programs.read",
  "search.read",
  "statements.read",
  "team.read",
] as const;

const operatorEverybody = [
  "devices.read",
  "health.read",
  "organisations.read",
  "overview.read",
  "payments.read",
  "programs.read",
  "search.read",
  "team.read",
] as const;

export const ROLE_TABLE = {
  merchant: {
    admin: [
      ...merchantViewer,
      "agreements.answer",
      "audit.read",
      "bank_accounts.manage",
      "devices.manage",
      "payments.refund",
      "team.manage",
    ],
    finance: [...merchantViewer, "bank_accounts.manage", "payments.refund"],
    viewer: merchantViewer,
  },
  agency: {
    admin: [...agencyViewer, "agreements.answer", "audit.read", "bank_accounts.manage", "team.manage"],
    finance: [...agencyViewer, "agreements.answer", "bank_accounts.manage"],
    viewer: agencyViewer,
  },
  operator: {
    admin: PERMISSIONS,
    finance: [
      ...operatorEverybody,
      "agreements.approve",
      "agreements.read",
      "agreements.write",
      "bank_accounts.manage",
      "cases.read",
      "imports.create",
      "imports.read",
      "ledger.read",
      "payments.refund",
      "payouts.approve",
      "payouts.pay",
      "payouts.read",
      "runs.approve",
      "runs.create",
      "runs.read",
      "statements.read",
    ],
    fraud_analyst: [...operatorEverybody, "cases.decide", "cases.read", "rules.manage", "rules.read"],
    device_manager: [...operatorEverybody, "devices.manage", "imports.create", "imports.read"],
    auditor: [
      ...operatorEverybody,
      "agreements.read",
      "audit.read",
      "cases.read",
      "imports.read",
      "ledger.read",
      "payouts.read",
      "rules.read",
      "runs.read",
      "statements.read",
    ],
  },
} as const satisfies Record<OrganisationKind, Partial<Record<Role, readonly Permission[]>>>;

type PermissionOf<K extends OrganisationKind> = (typeof ROLE_TABLE)[K]["admin" &
  keyof (typeof ROLE_TABLE)[K]] extends infer List extends readonly Permission[]
  ? List[number]
  : never;

/** Permissions that somebody in a merchant can have; naming another in `merchantProcedure` does not compile. */
export type MerchantPermission = PermissionOf<"merchant">;
export type AgencyPermission = PermissionOf<"agency">;
export type OperatorPermission = Permission;

/** The roles that exist in organisations of this kind. */
export function rolesOf(kind: OrganisationKind): Role[] {
  return ROLES.filter((role) => role in ROLE_TABLE[kind]);
}

export function isRoleOf(kind: OrganisationKind, role: string): role is Role {
  return Object.hasOwn(ROLE_TABLE[kind], role);
}

/** What a role may do in an organisation of this kind; nothing when the role does not exist there. */
export function permissionsOf(kind: OrganisationKind, role: string): readonly Permission[] {
  const table: Partial<Record<string, readonly Permission[]>> = ROLE_TABLE[kind];
  return Object.hasOwn(table, role) ? (table[role] ?? []) : [];
}

export function mayDo(kind: OrganisationKind, role: string, permission: Permission): boolean {
  return permissionsOf(kind, role).includes(permission);
}

/** Roles whose holders approve, send or redirect money, or decide who does; granting one takes two people. */
export const MONEY_ROLES = ["admin", "finance"] as const satisfies readonly Role[];
export type MoneyRole = (typeof MONEY_ROLES)[number];

export function movesMoney(role: Role): role is MoneyRole {
  return MONEY_ROLES.some((each) => each === role);
}

/** Whether another role gives a member more than they have, so that a second person must agree. */
export function isRaise(from: Role, to: Role): boolean {
  return movesMoney(to) && from !== to && !(from === "admin" && to === "finance");
}

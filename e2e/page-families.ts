/** Every family of pages, with the person of the demo who looks at it. */

export interface PageFamily {
  name: string;
  /** Null for pages before signing in. */
  email: string | null;
  path: string;
  /** For pages of one thing: the query of the portal whose first item stands at the end of the path. */
  one?: One;
}

interface One {
  procedure: string;
  input?: Record<string, unknown>;
  /** Of the item; its id when left out. */
  field?: string;
  /** Asks that query first and hands its item's id on under this name. */
  of?: [name: string, one: One];
}

/** Whose portals are looked at, and the thing that a family shows where it is not just the first of a list. */
export interface Cast {
  merchant: { email: string; base: string };
  agency: { email: string; base: string };
  /** Of the console's things, by the query that lists them. */
  ids?: Record<string, string>;
}

const DEMO: Cast = {
  merchant: { email: "sam@voltway.example", base: "/m/voltway" },
  agency: { email: "ana@metrotransit.example", base: "/a/metro-transit" },
};
const OPERATOR = { email: "olivia@harborcity.example", base: "/ops" };

type Row = [name: string, path: string, one?: string | One];

const family =
  (prefix: string, { email, base }: Cast["merchant"], ids: Cast["ids"] = {}) =>
  ([name, path, given]: Row): PageFamily => {
    const one = typeof given === "string" ? { procedure: given } : given;
    const id = one && ids[one.procedure];
    return {
      name: `${prefix} ${name}`,
      email,
      path: `${base}${path}${id ? `/${id}` : ""}`,
      ...(one && !id && { one }),
    };
  };

const before = (email: string): PageFamily[] => [
  { name: "sign-in", email: null, path: "/sign-in" },
  { name: "invitation that is used up", email: null, path: "/invitation/not-a-token" },
  { name: "forgotten password", email: null, path: "/forgotten-password" },
  { name: "link of a new password that is used up", email: null, path: "/new-password/not-a-token" },
  { name: "link of the first operator that is used up", email: null, path: "/first-operator/not-a-token" },
  { name: "account", email, path: "/account" },
  { name: "choice of organisation", email, path: "/organisations" },
];

const merchant: Row[] = [
  ["overview", ""],
  ["payments", "/payments"],
  ["payment", "/payments", "payments.list"],
  ["payouts", "/payouts"],
  ["payout", "/payouts", "payouts.list"],
  ["devices", "/devices"],
  ["device", "/devices", "devices.list"],
  ["statements", "/statements"],
  ["statement", "/statements", "statements.list"],
  ["agreements", "/agreements"],
  ["agreement", "/agreements", "agreements.list"],
  ["bank accounts", "/bank-accounts"],
  ["team", "/team"],
];

const agency: Row[] = [
  ["overview", ""],
  ["statements", "/statements"],
  ["statement", "/statements", "statements.list"],
  ["agreements", "/agreements"],
  ["agreement", "/agreements", "agreements.list"],
  ["remittances", "/remittances"],
  ["remittance", "/remittances", "remittances.list"],
  [
    "payment",
    "/payments",
    {
      procedure: "statements.payments",
      field: "paymentId",
      of: ["statementId", { procedure: "statements.list" }],
    },
  ],
  ["bank accounts", "/bank-accounts"],
  ["team", "/team"],
];

const operator: Row[] = [
  ["overview", ""],
  ["review queue", "/review"],
  ["payments", "/payments"],
  ["payment", "/payments", "payments.list"],
  ["devices", "/devices"],
  ["device", "/devices", "devices.list"],
  ["settlement runs", "/settlement"],
  ["settlement run", "/settlement", "runs.list"],
  ["payouts", "/settlement/payouts"],
  ["payout", "/settlement/payouts", "payouts.list"],
  ["statement", "/settlement/statements", "statements.list"],
  ["agreements", "/agreements"],
  ["agreement", "/agreements", "agreements.list"],
  ["draft of an agreement", "/agreements/new"],
  ["programs", "/programs"],
  ["program", "/programs", { procedure: "programs.list", field: "slug" }],
  ["confirmations", "/confirmations"],
  ["exceptions", "/exceptions"],
  ["ledger", "/ledger"],
  ["account of the ledger", "/ledger/accounts", { procedure: "ledger.accounts", input: { active: true } }],
  ["transfers", "/ledger/transfers"],
  ["transfer", "/ledger/transfers", { procedure: "ledger.transfers", input: {} }],
  ["journal", "/ledger/journals", { procedure: "ledger.transfers", input: {}, field: "journalId" }],
  ["trial balance", "/ledger/trial-balance"],
  ["proof of the ledger", "/ledger/proof"],
  ["imports", "/imports"],
  ["import", "/imports", "imports.list"],
  ["rules", "/rules"],
  ["limits", "/rules/limits"],
  ["allowances", "/rules/allowances"],
  ["organisations", "/organisations"],
  ["organisation", "/organisations", "organisations.list"],
  ["audit log", "/audit"],
  ["health", "/health"],
  ["team", "/team"],
];

export function pageFamilies({ merchant: m, agency: a, ids }: Cast): PageFamily[] {
  return [
    ...before(m.email),
    ...merchant.map(family("merchant", m)),
    ...agency.map(family("agency", a)),
    ...operator.map(family("console", OPERATOR, ids)),
  ];
}

export const PAGE_FAMILIES: readonly PageFamily[] = pageFamilies(DEMO);

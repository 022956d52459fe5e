/** For each rule of the layer check, files that break it. If a rule catches nothing here, the rule is dead. */

export interface Planted {
  rule: string;
  files: Record<string, string>;
  /** The file that must be reported. */
  culprit: string;
}

const nothing = "export const nothing = 1;\n";
const importOf = (path: string) => `import { nothing } from "@/${path}";\nexport const used = nothing;\n`;

function plant(rule: string, culprit: string, target: string): Planted {
  return { rule, culprit, files: { [culprit]: importOf(target.replace(/\.tsx?$/, "")), [target]: nothing } };
}

function plantPackage(rule: string, culprit: string, name: string): Planted {
  return {
    rule,
    culprit,
    files: { [culprit]: `import * as outside from "${name}";\nexport { outside };\n` },
  };
}

export const PLANTED: readonly Planted[] = [
  plant("layers-ledger", "server/ledger/planted-a.ts", "server/payments/service.ts"),
  plant("layers-platform", "server/platform/planted-b.ts", "server/identity/service.ts"),
  plant("layers-fraud", "server/fraud/planted-c.ts", "server/payments/types.ts"),
  plant("layers-devices", "server/devices/planted-d.ts", "server/fraud/service.ts"),
  plant("layers-payments", "server/payments/planted-e.ts", "server/settlement/service.ts"),
  plant("layers-settlement", "server/settlement/planted-f.ts", "server/reporting/service.ts"),
  plant("layers-reporting", "server/reporting/planted-g.ts", "server/webhooks/service.ts"),
  plant("layers-webhooks", "server/webhooks/planted-h.ts", "server/trpc/planted-i.ts"),
  plant("layers-notifications", "server/notifications/planted-j.ts", "server/entry/planted-k.ts"),
  plant("layers-trpc", "server/trpc/planted-l.ts", "server/entry/planted-k.ts"),
  plant("layers-gateway", "server/gateway/planted-ae.ts", "server/entry/planted-k.ts"),
  plant("layers-identity", "server/identity/planted-m.ts", "server/ledger/service.ts"),
  plant("layers-audit", "server/audit/planted-n.ts", "server/identity/service.ts"),
  plant("closed-domains", "server/settlement/planted-o.ts", "server/ledger/repository.ts"),
  plant(
    "rules-are-pure",
    "server/payments/rules/planted-ag.ts",
    "server/payments/repository/move-payment.ts",
  ),
  plant("gateway-admits-devices", "server/gateway/planted-af.ts", "server/payments/rules/plan-change.ts"),
  plant("tables-of-contents", "server/trpc/planted-p.ts", "server/payments/service.ts"),
  plant("entries", "server/entry/planted-q.ts", "server/devices/repository.ts"),
  plant("pages-stay-outside", "app/planted-r.ts", "server/payments/service.ts"),
  plant("components-know-shapes-only", "components/planted-s.ts", "server/payments/router.ts"),
  plant("routes-have-no-database", "app/api/planted-t.ts", "server/platform/db.ts"),
  plantPackage("database-in-repositories", "server/payments/planted-u.ts", "pg"),
  plantPackage("one-file-signs-in", "server/payments/planted-v.ts", "next-auth"),
  plant(
    "scopes-are-minted-in-named-places",
    "server/payments/rules/plan-change.ts",
    "server/platform/scope.ts",
  ),
  plant("simulator-is-an-outsider", "simulator/planted-x.ts", "server/platform/money.ts"),
  plant("server-stands-alone", "server/platform/planted-y.ts", "scripts/planted-z.ts"),
  plant("tests-stay-out-of-the-product", "server/payments/planted-aa.ts", "server/platform/testing.ts"),
  {
    rule: "no-circles",
    culprit: "server/ledger/planted-ab.ts",
    files: {
      "server/ledger/planted-ab.ts": importOf("server/ledger/planted-ac"),
      "server/ledger/planted-ac.ts": `import { used } from "./planted-ab";\nexport const nothing = () => used;\n`,
    },
  },
  plantPackage("everything-resolves", "server/ledger/planted-ad.ts", "a-package-that-is-not-there"),
];

/**
 * The import table of docs/ARCHITECTURE.md as rules. `scripts/checks/layers.ts` runs them and, for each rule, a
 * planted violation that must be caught.
 */

/** From the top down; a domain imports only from layers below its own. */
const LAYERS = [
  ["entry"],
  ["trpc", "gateway"],
  ["reporting", "webhooks", "notifications"],
  ["settlement"],
  ["payments"],
  ["fraud"],
  ["devices"],
  ["ledger"],
  ["identity"],
  ["audit"],
  ["platform"],
];

const TESTS = "(\\.test\\.tsx?|/testing\\.ts|/(testing|testdata)/.*)$";
const anyOf = (names) => `(${names.join("|")})`;

const downwards = LAYERS.flatMap((layer, index) =>
  layer.map((domain) => {
    const above = LAYERS.slice(0, index).flat();
    const siblings = layer.filter((each) => each !== domain);
    return { domain, forbidden: [...above, ...siblings] };
  }),
)
  .filter(({ forbidden }) => forbidden.length > 0)
  .map(({ domain, forbidden }) => ({
    name: `layers-${domain}`,
    comment: `server/${domain} imports only from the layers below it.`,
    severity: "error",
    from: { path: `^server/${domain}/`, pathNot: TESTS },
    to: { path: `^server/${anyOf(forbidden)}/` },
  }));

export default {
  forbidden: [
    ...downwards,
    {
      name: "closed-domains",
      comment: "Of another domain one sees service, schema, types, constants, events and errors only.",
      severity: "error",
      from: { path: "^server/([^/]+)/", pathNot: [TESTS, "^server/(trpc|entry|gateway)/"] },
      to: {
        path: "^server/[^/]+/",
        pathNot: [
          "^server/$1/",
          "^server/platform/",
          "^server/[^/]+/(service|schema|types|constants|events|errors)(\\.ts$|/)",
          // What decides without asking anybody can be asked by everybody above.
          "^server/[^/]+/rules(\\.ts$|/)",
          "^server/identity/(permissions|procedures)(\\.ts$|/)",
        ],
      },
    },
    {
      name: "rules-are-pure",
      comment:
        "Rules decide from what they are given: no repository, service, clock, environment or database.",
      severity: "error",
      from: {
        path: "^server/[^/]+/(rules(\\.ts$|/)|agreement/|allocate/)",
        // The command around the allocator reads files and says what time it is.
        pathNot: [TESTS, "^server/settlement/allocate/command\\.ts$"],
      },
      to: {
        path: "^server/([^/]+/(repository|service|jobs|router|view)(\\.ts$|/)|platform/(asking|clock|db|env|jobs|live|logger|outbox|prisma|scope)\\.ts$)",
      },
    },
    {
      name: "gateway-admits-devices",
      comment:
        "The gateway sees of other domains what each shows, and of devices also what admits their messages.",
      severity: "error",
      from: { path: "^server/gateway/", pathNot: TESTS },
      to: {
        path: "^server/[^/]+/",
        pathNot: [
          "^server/(gateway|platform)/",
          "^server/devices/(rules|record-traffic)\\.ts$",
          "^server/[^/]+/(service|schema|types|constants|events|errors)(\\.ts$|/)",
        ],
      },
    },
    {
      name: "tables-of-contents",
      comment: "The root routers list routers; they touch no service, rule or repository.",
      severity: "error",
      from: { path: "^server/trpc/", pathNot: TESTS },
      to: {
        path: "^server/[^/]+/",
        pathNot: [
          "^server/(trpc|platform)/",
          "^server/[^/]+/(router|schema|types|constants|errors)(\\.ts$|/)",
          "^server/identity/",
        ],
      },
    },
    {
      name: "entries",
      comment: "Processes start services and jobs; they never reach into repositories, rules or routers.",
      severity: "error",
      from: { path: "^server/entry/", pathNot: TESTS },
      to: { path: "^server/[^/]+/(repository|rules|router)(\\.ts$|/)" },
    },
    {
      name: "pages-stay-outside",
      comment: "Pages and components never import services, repositories or the database.",
      severity: "error",
      from: { path: "^(app|components)/", pathNot: [TESTS, "^app/api/"] },
      to: {
        path: "^server/([^/]+/(service|repository|jobs)(\\.ts$|/)|platform/(db|prisma|migrate|jobs|outbox)\\.ts$|entry/)",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "components-know-shapes-only",
      comment:
        "Components may use schemas, constants and types of a domain, the calling side of tRPC, and only the types of routers.",
      severity: "error",
      from: { path: "^components/", pathNot: TESTS },
      to: {
        path: "^server/",
        pathNot:
          "^server/([^/]+/(schema|types|constants|permissions)(\\.ts$|/)|platform/(money|ids|errors)\\.ts$|trpc/(client|query-client)\\.tsx?$)",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "routes-have-no-database",
      comment: "Route handlers go through services.",
      severity: "error",
      from: { path: "^app/api/", pathNot: TESTS },
      to: { path: "^server/([^/]+/(repository|rules)(\\.ts$|/)|platform/(db|prisma|migrate)\\.ts$)" },
    },
    {
      name: "database-in-repositories",
      comment: "pg and Prisma are imported by repositories and the platform only.",
      severity: "error",
      from: {
        path: "^(app|components|server|simulator)/",
        pathNot: [TESTS, "^server/platform/", "^server/[^/]+/repository(\\.ts$|/)"],
      },
      to: {
        path: "(^|/)(node_modules/(pg|pg-boss|pg-query-stream|@prisma|@types/pg)/|generated/prisma/)",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "one-file-signs-in",
      comment: "Only one file knows the sign-in library.",
      severity: "error",
      from: { path: "^(app|components|server)/", pathNot: "^server/identity/next-auth\\.ts$" },
      to: { path: "(^|/)node_modules/next-auth/" },
    },
    {
      name: "scopes-are-minted-in-named-places",
      comment: "The values of scope.ts are the minting functions; everybody else imports its types.",
      severity: "error",
      from: {
        path: "^(app|components|server|simulator)/",
        pathNot: [
          TESTS,
          "^server/identity/",
          "^server/entry/",
          "^server/platform/",
          "^server/gateway/",
          "^server/trpc/route-guard\\.ts$",
          "^server/reporting/exports/serve-report\\.ts$",
          "^server/payments/review\\.ts$",
          "^server/[^/]+/(service|jobs)(\\.ts$|/)",
          "^server/[^/]+/[^/]+/(service|jobs)\\.ts$",
        ],
      },
      to: { path: "^server/platform/scope\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "simulator-is-an-outsider",
      comment: "The demo city's devices speak the device API and know nothing of the server's code.",
      severity: "error",
      from: { path: "^simulator/", pathNot: TESTS },
      to: { path: "^(server|app|components|prisma|scripts|generated)/" },
    },
    {
      name: "server-stands-alone",
      comment:
        "The server knows neither pages nor scripts; the demo's people are named on its sign-in page alone.",
      severity: "error",
      from: { path: "^server/", pathNot: [TESTS, "^server/entry/cli/seed\\.ts$", "^server/trpc/demo\\.ts$"] },
      to: { path: "^(app|components|simulator|scripts|e2e|bench|prisma)/" },
    },
    {
      name: "tests-stay-out-of-the-product",
      comment: "What runs in production imports no test and no test tool.",
      severity: "error",
      from: { path: "^(app|components|server|simulator)/", pathNot: TESTS },
      to: {
        path: "(\\.test\\.tsx?$|/testing\\.ts$|/testdata/|node_modules/(vitest|fast-check|playwright-core)/)",
      },
    },
    {
      name: "no-circles",
      comment: "No module reaches itself through its imports.",
      severity: "error",
      from: { path: "^(app|components|server|simulator|scripts)/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "everything-resolves",
      comment: "An import that cannot be resolved hides what it imports from every other rule.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "\\.css$" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules|^generated/" },
    exclude: { path: "^\\.next/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      mainFields: ["module", "main", "types", "typings"],
    },
  },
};

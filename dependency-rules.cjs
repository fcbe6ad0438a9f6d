// The import rules of docs/architecture.md. `pnpm verify` fails when one is broken, or when nothing was checked.
const between = (name, from, to, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from, pathNot: "[.]test[.]tsx?$|/testing/" },
  to: { path: to },
});
const onlyOurs = (name, folder, allowed) => ({
  name: `${name}-imports-only-its-neighbours`,
  comment: `${folder} may import of ours only: ${allowed.join(", ") || "nothing"}`,
  severity: "error",
  from: { path: `^${folder}/src`, pathNot: "[.]test[.]tsx?$|/testing/" },
  to: { path: "^(packages|apps)/", pathNot: [`^${folder}/`, ...allowed.map((place) => `^${place}`)] },
});

const P = (name) => `packages/${name}/`;

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "generated|^next/|[.]css$" },
    },
    onlyOurs("plugin-kit", "packages/plugin-kit", []),
    onlyOurs("aws", "packages/aws", [P("plugin-kit")]),
    onlyOurs("connectors", "packages/connectors", [P("plugin-kit"), P("aws")]),
    onlyOurs("handlers", "packages/handlers", [P("plugin-kit")]),
    onlyOurs("handler-sdk", "packages/handler-sdk", [P("plugin-kit"), P("handlers")]),
    onlyOurs("compute", "packages/compute", [P("plugin-kit"), P("aws"), P("handlers"), P("pipeline/src/ports")]),
    onlyOurs("dataset", "packages/dataset", [
      P("plugin-kit"),
      "packages/connectors/src/(config-catalogue|[a-z0-9-]+/config)",
      "packages/compute/src/(config-catalogue|[a-z-]+/config)",
    ]),
    onlyOurs("pipeline", "packages/pipeline", [P("plugin-kit")]),
    onlyOurs("database", "packages/database", [P("plugin-kit"), P("dataset"), P("pipeline")]),
    onlyOurs("api", "packages/api", [
      P("plugin-kit"),
      P("dataset"),
      P("database"),
      P("billing"),
      P("pipeline/src/ports"),
    ]),
    onlyOurs("access", "packages/access", [P("plugin-kit"), P("aws"), P("connectors"), P("dataset")]),
    onlyOurs("local-cloud", "packages/local-cloud", []),
    between(
      "nothing-that-ships-imports-local-cloud",
      "^(apps|packages/(?!local-cloud))",
      "^packages/local-cloud",
      "local-cloud is for development and tests",
    ),
    between(
      "config-is-browser-safe",
      "^packages/(connectors|compute)/src/(config-catalogue|[a-z0-9-]+/config)",
      "^(@aws-sdk|node:)|node_modules/@aws-sdk",
      "config files run in the browser",
    ),
    {
      name: "config-reaches-no-runtime",
      severity: "error",
      from: { path: "^packages/(connectors|compute)/src/config-catalogue" },
      to: { reachable: true, path: "@aws-sdk|^(fs|net|http|child_process|crypto)$" },
    },
    between(
      "connectors-are-separate",
      "^packages/connectors/src/([a-z0-9-]+)/",
      "^packages/connectors/src/(?!$1/)[a-z0-9-]+/",
      "a connector folder never imports another",
    ),
    between(
      "dataset-and-pipeline-are-pure",
      "^packages/(dataset|pipeline)/src",
      "@aws-sdk|@prisma|packages/database",
      "no cloud, no database",
    ),
    between(
      "contract-is-browser-safe",
      "^packages/api/src/(contract|client)",
      "^packages/database|^(fs|net|http|child_process)$",
      "the contract runs in the browser",
    ),
    between(
      "operations-know-no-transport",
      "^packages/api/src/operations",
      "node_modules/(next|react)/|packages/(aws|connectors/src/catalogue)",
      "operations run under any transport",
    ),
    between(
      "features-are-separate",
      "^apps/console/src/features/([^/]+)/",
      "^apps/console/src/features/(?!$1/)[^/]+/",
      "a feature never imports another",
    ),
    between(
      "screens-know-no-server",
      "^apps/console/src/(features|ui|charts|config-form)/",
      "^packages/(database|aws)/|^packages/api/src/operations|^apps/console/src/server/",
      "screens talk to the API only",
    ),
    between("worker-knows-no-console", "^apps/worker", "^apps/(console|cli)", "apps do not import each other"),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "src/generated|[.]next/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};

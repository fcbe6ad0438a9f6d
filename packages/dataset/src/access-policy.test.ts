import type { Permission } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";
import { describe, expect, test } from "vitest";
import { accessPolicy, type PermissionSource } from "./access-policy.ts";
import { type Runtimes, unavailableParts } from "./availability.ts";
import type { DatasetConfig } from "./dataset-config.ts";
import { parseDatasetConfig } from "./parse-dataset-config.ts";
import { customerAccessTrustPolicy, modelRolePolicy, policyOf, sessionPolicyOf } from "./policy-documents.ts";
import { withGeneratedNames } from "./resolve-names.ts";
import { bodyWith, examples } from "./testing/example-bodies.ts";

function configOf(body: unknown): DatasetConfig {
  const parsed = parseDatasetConfig(body);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}
const user = {
  userId: "4de219ce-4f24-424b-b169-afcf6088c696",
  iamUserArn: "arn:aws:iam::000000000001:role/LetsDataUser_4de2",
};
const deployment = { accountId: "000000000001", stage: "Test" } as const;
const source: PermissionSource = {
  permissionsOf: (config, component, scope) => {
    if (config[component].connectorDestination === "KAFKA") throw new Problem("NOT_AVAILABLE_LOCALLY", "no");
    return [
      {
        actions: [`test:${component}`],
        resources: [`arn:aws:test:${scope.region}:${scope.accountId}:thing`],
        reason: "r",
      },
    ];
  },
  objectPermissions: (uri, reason) => [
    { actions: ["s3:GetObject"], resources: [`arn:aws:s3:::${uri.slice(5)}`], reason },
  ],
};

describe("the access policy", () => {
  test("grants what belongs to the customer and nothing else", () => {
    const policy = accessPolicy(configOf(bodyWith({})), user, deployment, source);
    expect(policy.policy.Statement).toEqual([
      { Effect: "Allow", Action: "test:readConnector", Resource: "arn:aws:test:eu-west-1:111122223333:thing" },
      { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::code/clicks.jar" },
    ]);
    expect(policy.checklist.map((need) => `${need.component} ${need.resourceLocation}`)).toEqual([
      "readConnector Customer",
      "artifact Customer",
      "writeConnector LetsData",
      "errorConnector LetsData",
    ]);
    expect(policy.roleName).toBe("LetsData_AccessRole_ClicksByUser2026");
    expect(policy.policyName).toBe("LetsData_AccessRole_ClicksByUser2026Policy");
    expect(policy.trustPolicy.Statement[0]).toMatchObject({
      Principal: { AWS: user.iamUserArn },
      Condition: { StringEquals: { "sts:ExternalId": user.userId } },
    });
    expect(policy.commands[2]).toBe(
      "aws iam attach-role-policy --role-name LetsData_AccessRole_ClicksByUser2026 --policy-arn arn:aws:iam::111122223333:policy/LetsData_AccessRole_ClicksByUser2026Policy",
    );
  });

  test.each(examples.map((example) => [example.name, example.body] as const))(
    "of %s names no bare star without a reason",
    (_, body) => {
      const { policy, checklist, needsRole } = accessPolicy(configOf(body), user, deployment, source);
      expect(needsRole).toBe(true);
      const stars = policy.Statement.filter((statement) => [statement.Resource].flat().includes("*"));
      for (const star of stars) expect(star.Action).toBe("ecr:GetAuthorizationToken");
      for (const need of checklist) expect(need.reason).not.toBe("");
    },
  );

  test("equal resources and equal actions share a statement", () => {
    const permission = (actions: string[], resources: string[]): Permission => ({ actions, resources, reason: "" });
    expect(
      policyOf([permission(["a:1"], ["x"]), permission(["a:2"], ["x"]), permission(["a:2", "a:1"], ["y"])]).Statement,
    ).toEqual([{ Effect: "Allow", Action: ["a:1", "a:2"], Resource: ["x", "y"] }]);
    expect(
      sessionPolicyOf(
        Array.from({ length: 100 }, (_, index) => permission([`a:${index}`], [`arn:aws:s3:::bucket-${index}`])),
      ),
    ).toBeNull();
    expect(JSON.stringify(customerAccessTrustPolicy("111122223333", "1685331931671"))).toContain(
      '"sts:ExternalId":"1685331931671"',
    );
  });
});

const everything: Runtimes = {
  readDestinations: ["S3"],
  readerTypes: ["SINGLEFILEREADER"],
  writeDestinations: ["S3", "KINESIS"],
  errorDestinations: ["S3"],
  computeEngines: ["LAMBDA"],
  languages: ["JAVASCRIPT", "JAVA"],
  images: false,
  managedEndpoints: false,
  managedClusters: false,
};

test("what the installation cannot run is named with its path and an alternative", () => {
  expect(unavailableParts(configOf(bodyWith({})), everything)).toEqual([]);
  const spark = configOf(examples.find((example) => example.name === "Spark")!.body);
  expect(unavailableParts(spark, everything).map((problem) => problem.path)).toEqual([
    "readConnector.readerType",
    "readConnector.artifactImplementationLanguage",
    "readConnector.interfaceECRImagePath",
    "computeEngine.computeEngineType",
  ]);
  expect(unavailableParts(spark, everything)[3]).toMatchObject({
    code: "NOT_AVAILABLE_LOCALLY",
    fix: "Use LAMBDA, or an installation in AWS.",
  });
});

test.each(examples.map((example) => [example.name, example.body] as const))(
  "the generated names of %s are dropped when its stored JSON is pasted back",
  (_, body) => {
    const config = configOf(body);
    const named = withGeneratedNames(config, "Test", "0123456789abcdef0123456789abcdef");
    expect(parseDatasetConfig(named)).toMatchObject({ ok: true, config });
  },
);

test("the role of a model reads its file and lists the dataset's own bucket alone", () => {
  const policyFor = (bucket: string) => {
    const { Statement } = modelRolePolicy(`s3://${bucket}/a/m.tar.gz`, "tldmd1", null);
    return Statement.filter(({ Action }) => String(Action).startsWith("s3:"));
  };
  expect(policyFor("tldmd1")).toEqual([
    { Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::tldmd1" },
    { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::tldmd1/a/m.tar.gz" },
  ]);
  expect(policyFor("models")).toEqual([
    { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::models/a/m.tar.gz" },
  ]);
});

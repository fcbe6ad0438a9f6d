import { computeEngineConfigs } from "@letsdata/compute/config-catalogue";
import { errorConnectors, readConnectors, writeConnectors } from "@letsdata/connectors/catalogue";
import { startFakeMomento } from "@letsdata/connectors/momento/testing/fake-momento";
import { customerPermissions } from "@letsdata/dataset/access-policy";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { customerAccessTrustPolicy } from "@letsdata/dataset/policy-documents";
import type { OwnedThing } from "@letsdata/dataset/resource-owners";
import { OTHER_ACCOUNT } from "@letsdata/local-cloud/testing/test-cloud";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkAccess } from "./check-access.ts";
import { checkComponent } from "./check-component.ts";
import { connectorPermissions } from "./permission-source.ts";
import { awsProofs, sqsRead, sqsWrite } from "./testing/aws-proofs.ts";
import { makeBucket } from "./testing/make-resources.ts";
import { provePolicy } from "./testing/proof.ts";
import { openProofCloud, type ProofCloud } from "./testing/proof-cloud.ts";
import { s3Proofs, s3Read } from "./testing/s3-proofs.ts";
import { sealedProofs, sealQueue } from "./testing/sealed-proofs.ts";
import { secretProofs } from "./testing/secret-proofs.ts";
import { startVectorDatabase } from "./testing/vector-database.ts";

let proof: ProofCloud;
let momento: Awaited<ReturnType<typeof startFakeMomento>>;
let postgres: Awaited<ReturnType<typeof startVectorDatabase>>;
const signal = new AbortController().signal;
beforeAll(async () => {
  [proof, momento, postgres] = await Promise.all([openProofCloud(), startFakeMomento(), startVectorDatabase()]);
  await makeBucket("public", { ...proof.customer, ...proof.installation }, { "code.zip": "zip" });
  momento.makeIndex("pages", { numDimensions: 3, similarityMetric: "COSINE_SIMILARITY" });
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query("CREATE TABLE vectors (id text PRIMARY KEY, vector vector(3), metadata jsonb)");
  await client.end();
});
afterAll(() => Promise.all([proof.remove(), momento.stop(), postgres.stop()]));

const proofs = [
  ...s3Proofs,
  ...awsProofs,
  ...sealedProofs,
  ...secretProofs(() => ({ postgresUrl: postgres.url, momentoToken: momento.token() })),
];

describe("the generated policy", () => {
  it("is proved for every connector that runs, and for the engine that calls a model", () => {
    const unproved = (thing: OwnedThing, catalogue: object) =>
      Object.keys(catalogue).filter(
        (destination) => !proofs.some((row) => row.thing === thing && row.destination === destination),
      );
    const rowsToAdd = {
      readConnector: unproved("readConnector", readConnectors),
      writeConnector: unproved("writeConnector", writeConnectors),
      errorConnector: unproved("errorConnector", errorConnectors),
      endpoint: unproved("endpoint", { LAMBDA_AND_SAGEMAKER: computeEngineConfigs.LAMBDA_AND_SAGEMAKER }),
    };
    expect(rowsToAdd).toEqual({ readConnector: [], writeConnector: [], errorConnector: [], endpoint: [] });
  });

  it.each(proofs.map((row, index) => [row.about, row, `proof-${index}`] as const))(
    "is enough to %s, and without any one of its actions the access check names it",
    (_, row, name) => provePolicy(proof, row, name),
  );

  it.each([sqsRead, sqsWrite].map((row) => [row.about, row] as const))(
    "needs no right on a key of AWS's own to %s",
    async (_, row) => {
      const name = `aws-key-${row.thing}`;
      const config = proof.config(await row.prepare(name, proof.customer), name);
      await sealQueue(name, "alias/aws/sqs", proof.customer);
      await proof.grant(name, customerPermissions(config, row.thing, connectorPermissions));
      expect(await checkComponent(proof.installation, config, proof.owner, row.thing, signal)).toEqual([]);
    },
  );
});

describe("the access grant role", () => {
  const components = async (name: string) => s3Read.prepare(name, proof.customer);
  const checked = (config: DatasetConfig) => checkAccess(proof.installation, config, proof.owner, signal);

  it.each([
    ["without an external id", "open-role", { AWS: () => proof.owner.iamUserArn, condition: undefined }],
    ["with a wrong external id", "any-id-role", { AWS: () => proof.owner.iamUserArn, condition: "StringLike" }],
  ] as const)(
    "is refused when it lets in %s, with the trust policy to set",
    async (words, name, { AWS, condition }) => {
      const config = proof.config(await components(name), name);
      const Condition = condition && { Condition: { [condition]: { "sts:ExternalId": "*" } } };
      const entry = { Effect: "Allow", Principal: { AWS: AWS() }, Action: "sts:AssumeRole", ...Condition } as const;
      const permissions = customerPermissions(config, "readConnector", connectorPermissions);
      await proof.grant(name, permissions, { Version: "2012-10-17", Statement: [entry] });
      const findings = await checked(config);
      expect(findings.map(({ path, code }) => [path, code])).toContainEqual([
        "accessGrantRoleArn",
        "ACCESS_ROLE_TOO_OPEN",
      ]);
      expect(findings.some(({ message }) => message.includes(words))).toBe(true);
      expect(findings[0]?.fix).toContain(`"sts:ExternalId":"${proof.owner.userId}"`);
      await proof.grant(name, permissions);
      expect(await checked(config)).toEqual([]);
    },
  );

  it("is refused when it trusts somebody else", async () => {
    const name = "other-role";
    const config = proof.config(await components(name), name);
    const permissions = customerPermissions(config, "readConnector", connectorPermissions);
    await proof.grant(name, permissions, customerAccessTrustPolicy(OTHER_ACCOUNT, proof.owner.userId));
    const findings = await checked(config);
    expect(findings.map(({ code }) => code)).toEqual(["ACCESS_DENIED"]);
    expect(findings[0]?.fix).toContain(proof.owner.iamUserArn);
  });
});

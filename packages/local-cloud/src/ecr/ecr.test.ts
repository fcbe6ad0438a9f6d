import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  GetAuthorizationTokenCommand,
  GetDownloadUrlForLayerCommand,
  PutImageCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clients, clientsFor } from "../testing/clients.ts";
import { ACCOUNT, KEYS, OTHER_ACCOUNT, OTHER_KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

const repositoryName = "team/handlers";
const layerDigest = `sha256:${"a".repeat(64)}`;
let cloud: TestCloud;
let own: Clients;
let other: Clients;
beforeAll(async () => {
  cloud = await startTestCloud();
  own = clientsFor(cloud.endpoint, KEYS);
  other = clientsFor(cloud.endpoint, OTHER_KEYS);
});
afterAll(() => cloud.remove());

test("an image is found by tag and digest, its tag moves, and its layers are named", async () => {
  await own.ecr.send(new CreateRepositoryCommand({ repositoryName }));
  const put = (imageManifest: string) =>
    own.ecr.send(new PutImageCommand({ repositoryName, imageManifest, imageTag: "7" }));
  const first = await put(`{"layers":["${layerDigest}"]}`);
  const imageDigest = first.image?.imageId?.imageDigest ?? "";
  await put("{}");
  const describe = (imageId: object) =>
    own.ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [imageId] }));
  expect((await describe({ imageDigest })).imageDetails?.[0]?.imageTags ?? []).toEqual([]);
  expect((await describe({ imageTag: "7" })).imageDetails?.[0]?.imageDigest).not.toBe(imageDigest);
  await expect(describe({ imageTag: "8" })).rejects.toMatchObject({ name: "ImageNotFoundException" });
  const layer = (digest: string) =>
    own.ecr.send(new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest: digest }));
  expect((await layer(layerDigest)).layerDigest).toBe(layerDigest);
  await expect(layer(`sha256:${"0".repeat(64)}`)).rejects.toMatchObject({ name: "LayersNotFoundException" });
  const token = await own.ecr.send(new GetAuthorizationTokenCommand({}));
  expect(token.authorizationData?.[0]?.proxyEndpoint).toContain(ACCOUNT);
});

test("a repository policy opens it to another account", async () => {
  const read = () =>
    other.ecr.send(new BatchGetImageCommand({ registryId: ACCOUNT, repositoryName, imageIds: [{ imageTag: "7" }] }));
  await expect(read()).rejects.toMatchObject({ name: "AccessDeniedException" });
  const Statement = [
    { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` }, Action: "ecr:BatchGetImage" },
  ];
  await own.ecr.send(
    new SetRepositoryPolicyCommand({
      repositoryName,
      policyText: JSON.stringify({ Version: "2012-10-17", Statement }),
    }),
  );
  expect((await read()).images).toHaveLength(1);
});

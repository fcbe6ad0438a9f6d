import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  GetDownloadUrlForLayerCommand,
} from "@aws-sdk/client-ecr";
import { clientFor } from "@letsdata/aws/client-for";
import { accessFindings } from "@letsdata/connectors/access-finding";
import type { ImageRepository } from "@letsdata/dataset/image-repository";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { AccessFinding } from "@letsdata/plugin-kit/permissions";

/** No layer has it: ECR checks rights first and then answers LayersNotFoundException. */
const NO_LAYER = `sha256:${"0".repeat(64)}`;

/** The image must be there, readable, and the registry must let us sign in. */
export function checkImage(
  image: ImageRepository,
  path: string,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly AccessFinding[]> {
  const ecr = clientFor(ECRClient, { ...access, region: image.region });
  const options = { abortSignal: signal };
  const repository = { registryId: image.accountId, repositoryName: image.repositoryName };
  const images = { ...repository, imageIds: [image.image] };
  const place = { path, resource: image.repositoryArn };
  return accessFindings(
    [
      {
        path,
        action: "ecr:GetAuthorizationToken",
        resource: "*",
        call: () => ecr.send(new GetAuthorizationTokenCommand({}), options),
      },
      {
        ...place,
        action: "ecr:GetDownloadUrlForLayer",
        isGranted: ({ details }) => String(details.awsCode).startsWith("Layer"),
        call: () => ecr.send(new GetDownloadUrlForLayerCommand({ ...repository, layerDigest: NO_LAYER }), options),
      },
      {
        ...place,
        action: "ecr:BatchGetImage",
        call: () => ecr.send(new BatchGetImageCommand(images), options),
      },
      {
        ...place,
        action: "ecr:DescribeImages",
        call: () => ecr.send(new DescribeImagesCommand(images), options),
      },
    ],
    signal,
  );
}

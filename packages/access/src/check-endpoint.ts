import { DescribeEndpointCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { clientFor } from "@letsdata/aws/client-for";
import { accessFindings } from "@letsdata/connectors/access-finding";
import { endpointArn } from "@letsdata/dataset/access-policy";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { AccessFinding } from "@letsdata/plugin-kit/permissions";

/** No endpoint has it: SageMaker checks rights first and then refuses it, and no model runs. */
const NO_VARIANT = "letsdata-access-probe";

/** The endpoint must be there and callable; nothing is computed. */
export function checkEndpoint(
  EndpointName: string,
  path: string,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<readonly AccessFinding[]> {
  const options = { abortSignal: signal };
  const place = { path, resource: endpointArn(access.region, access.accountId, EndpointName) };
  const invocation = { EndpointName, Body: new Uint8Array(0), TargetVariant: NO_VARIANT };
  return accessFindings(
    [
      {
        ...place,
        action: "sagemaker:InvokeEndpoint",
        isGranted: ({ code }) => code === "CLOUD_CALL_REFUSED",
        call: () => clientFor(SageMakerRuntimeClient, access).send(new InvokeEndpointCommand(invocation), options),
      },
      {
        ...place,
        action: "sagemaker:DescribeEndpoint",
        call: () => clientFor(SageMakerClient, access).send(new DescribeEndpointCommand({ EndpointName }), options),
      },
    ],
    signal,
  );
}

import { setTimeout as delay } from "node:timers/promises";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  type ProductionVariant,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { classifyAwsError } from "@letsdata/aws/classify-error";
import { clientFor } from "@letsdata/aws/client-for";
import { backoffMs, withRetry } from "@letsdata/aws/with-retry";
import type { CloudAccess, ProvisionedResource } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { LambdaAndSagemakerConfig } from "./config.ts";

type EndpointSize = Extract<
  LambdaAndSagemakerConfig["endpoint"],
  { readonly sagemakerEndpointResourceLocation: "LetsData" }
>;

export interface EndpointWish {
  /** Of model, configuration and endpoint. */
  readonly name: string;
  readonly size: EndpointSize;
  readonly image: string;
  /** `s3://….tar.gz` that the role may read. */
  readonly modelDataUrl: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What the container runs as. */
  readonly roleArn: string;
}

export interface Waiting {
  /** Waits between two looks at the endpoint; tests do not. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly now?: () => number;
}

/** SageMaker starts a container in minutes (product.md §8). */
const inServiceMilliseconds = 30 * 60_000;
const goneMilliseconds = 10 * 60_000;
/** SageMaker is at work on the endpoint, and refuses to delete it meanwhile. */
const unsettled: ReadonlySet<string> = new Set(["Creating", "Updating", "SystemUpdating", "RollingBack"]);
/** A role that was made just now is not known everywhere for some seconds. */
const roleTries = 10;

/**
 * Makes LetsData's model, its configuration and the endpoint, and waits until it is in service. Repeatable after a crash at any point,
 * and after a failure: a failed endpoint never recovers, so it goes before a new one is made.
 * Throws CLOUD_CALL_REFUSED with SageMaker's own reason where the endpoint fails.
 */
export async function provisionEndpoint(
  wish: EndpointWish,
  access: CloudAccess,
  signal: AbortSignal,
  waiting: Waiting = {},
): Promise<readonly ProvisionedResource[]> {
  const { name, size, image, modelDataUrl, environment, roleArn } = wish;
  const sagemaker = clientFor(SageMakerClient, access);
  const options = { abortSignal: signal };
  const Tags = [{ Key: "letsdata:datasetName", Value: access.datasetName }];
  const arns = arnsOf(name, access);
  const make = (action: string, resource: string, send: () => Promise<unknown>) =>
    withRetry(() => send().catch(unlessThere), { call: { action: `sagemaker:${action}`, resource }, signal });
  const PrimaryContainer = { Image: image, ModelDataUrl: modelDataUrl, Environment: { ...environment } };

  const before = await statusOf(name, access, signal);
  if (before === "Failed" || before === "Deleting") await removeEndpoint(name, access, signal, waiting);
  await onceRoleIsKnown(signal, waiting, () =>
    make("CreateModel", arns.model, () =>
      sagemaker.send(
        new CreateModelCommand({ ModelName: name, ExecutionRoleArn: roleArn, PrimaryContainer, Tags }),
        options,
      ),
    ),
  );
  await make("CreateEndpointConfig", arns.config, () =>
    sagemaker.send(
      new CreateEndpointConfigCommand({ EndpointConfigName: name, ProductionVariants: [variantOf(name, size)], Tags }),
      options,
    ),
  );
  await make("CreateEndpoint", arns.endpoint, () =>
    sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name, Tags }), options),
  );
  await untilInService(name, access, signal, waiting);
  const { region } = access;
  return [
    { kind: "sagemaker-model", name, arn: arns.model, region },
    { kind: "sagemaker-endpoint", name, arn: arns.endpoint, region },
  ];
}

/** Whether the endpoint is there and serves, or will without anybody's doing. */
export async function isServing(name: string, access: CloudAccess, signal: AbortSignal): Promise<boolean> {
  const status = await statusOf(name, access, signal);
  return status === "InService" || unsettled.has(status ?? "");
}

/**
 * Removes what `provisionEndpoint` made and waits until it is gone; what is gone already is fine. SageMaker refuses it to an endpoint
 * that is just being made or changed, so that is waited for first.
 */
export async function removeEndpoint(
  name: string,
  access: CloudAccess,
  signal: AbortSignal,
  waiting: Waiting = {},
): Promise<void> {
  const sagemaker = clientFor(SageMakerClient, access);
  const options = { abortSignal: signal };
  const arns = arnsOf(name, access);
  const remove = (action: string, resource: string, send: () => Promise<unknown>) =>
    withRetry(() => send().catch(unlessMissing), { call: { action: `sagemaker:${action}`, resource }, signal });
  let status: string | null = null;
  await look(
    { patience: inServiceMilliseconds, signal, waiting, late: `${arns.endpoint} is still being made or changed` },
    async () => {
      status = await statusOf(name, access, signal);
      return !unsettled.has(status ?? "");
    },
  );
  if (status !== null && status !== "Deleting")
    await remove("DeleteEndpoint", arns.endpoint, () =>
      sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }), options),
    );
  await look(
    { patience: goneMilliseconds, signal, waiting, late: `${arns.endpoint} is still being removed` },
    async () => (await statusOf(name, access, signal)) === null,
  );
  await remove("DeleteEndpointConfig", arns.config, () =>
    sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name }), options),
  );
  await remove("DeleteModel", arns.model, () => sagemaker.send(new DeleteModelCommand({ ModelName: name }), options));
}

function variantOf(name: string, size: EndpointSize): ProductionVariant {
  const variant = { VariantName: "AllTraffic", ModelName: name };
  if (size.sagemakerEndpointType === "Provisioned") {
    const { instanceType, instanceCount } = size.sagemakerProvisioned;
    return {
      ...variant,
      InstanceType: instanceType as NonNullable<ProductionVariant["InstanceType"]>,
      InitialInstanceCount: instanceCount,
    };
  }
  const { sagemakerMemoryLimitInMegabytes, sagemakerEndpointConcurrency } = size.sagemakerServerless;
  const ServerlessConfig = {
    MemorySizeInMB: sagemakerMemoryLimitInMegabytes,
    MaxConcurrency: sagemakerEndpointConcurrency,
  };
  return { ...variant, ServerlessConfig };
}

function untilInService(name: string, access: CloudAccess, signal: AbortSignal, waiting: Waiting): Promise<void> {
  const minutes = inServiceMilliseconds / 60_000;
  const late = `The endpoint ${name} is not in service after ${minutes} minutes`;
  return look({ patience: inServiceMilliseconds, signal, waiting, late }, async () => {
    const described = await describe(name, access, signal);
    const status = described?.EndpointStatus ?? "not there";
    if (status === "InService") return true;
    if (status !== "Failed" && described !== null) return false;
    const why = described?.FailureReason ?? "SageMaker gives no reason";
    throw new Problem("CLOUD_CALL_REFUSED", `SageMaker could not make the endpoint ${name} (${status}): ${why}.`, {
      path: "computeEngine.model",
    });
  });
}

async function statusOf(name: string, access: CloudAccess, signal: AbortSignal): Promise<string | null> {
  return (await describe(name, access, signal))?.EndpointStatus ?? null;
}

/** Null where there is no endpoint of the name. */
function describe(
  EndpointName: string,
  access: CloudAccess,
  signal: AbortSignal,
): Promise<DescribeEndpointCommandOutput | null> {
  const command = new DescribeEndpointCommand({ EndpointName });
  const call = { action: "sagemaker:DescribeEndpoint", resource: arnsOf(EndpointName, access).endpoint };
  return withRetry(
    () =>
      clientFor(SageMakerClient, access)
        .send(command, { abortSignal: signal })
        .catch((thrown: unknown) => unlessMissing(thrown)),
    { call, signal },
  );
}

/** Asks until the answer is yes. */
async function look(
  limits: {
    readonly patience: number;
    readonly signal: AbortSignal;
    readonly waiting: Waiting;
    readonly late: string;
  },
  isDone: () => Promise<boolean>,
): Promise<void> {
  const { patience, signal, late } = limits;
  const { sleep = pause, now = Date.now } = limits.waiting;
  const until = now() + patience;
  for (let pauseMilliseconds = 500; !(await isDone()); pauseMilliseconds = Math.min(10_000, pauseMilliseconds * 2)) {
    if (now() >= until) throw new Problem("CLOUD_CALL_REFUSED", `${late}.`, { path: "computeEngine.endpoint" });
    await sleep(pauseMilliseconds, signal);
  }
}

async function onceRoleIsKnown(signal: AbortSignal, { sleep = pause }: Waiting, call: () => Promise<unknown>) {
  for (let tries = 1; ; tries++) {
    try {
      await call();
      return;
    } catch (thrown) {
      const { code, message } = classifyAwsError(thrown);
      const isUnknown =
        code === "CLOUD_CALL_REFUSED" && /assume (the )?role|could not access model data/i.test(message);
      if (!isUnknown || tries >= roleTries) throw thrown;
      await sleep(backoffMs(tries, 8_000), signal);
    }
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal });
}

function arnsOf(name: string, { region, accountId }: CloudAccess) {
  const arn = (kind: string) => `arn:aws:sagemaker:${region}:${accountId}:${kind}/${name.toLowerCase()}`;
  return { model: arn("model"), config: arn("endpoint-config"), endpoint: arn("endpoint") };
}

/** SageMaker says both in a ValidationException. */
function unlessThere(thrown: unknown): void {
  if (!/already existing/i.test(messageOf(thrown))) throw thrown;
}
function unlessMissing(thrown: unknown): null {
  if (!/could not find/i.test(messageOf(thrown))) throw thrown;
  return null;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : "";
}

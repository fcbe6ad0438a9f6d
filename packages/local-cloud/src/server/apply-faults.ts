import type { ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { AwsError } from "./aws-error.ts";
import type { FaultRules } from "./faults.ts";

/** Thrown to end a request by closing its socket. */
export class ConnectionCut extends Error {}

export async function applyFaults(
  faults: FaultRules,
  service: string,
  action: string,
  resource: string,
  response: ServerResponse,
): Promise<void> {
  const latency = faults.draw("latency", service, action, resource);
  if (latency) await wait(latency.latencyMs ?? 100);
  if (faults.draw("throttle", service, action, resource)) throw throttled(service, action);
  if (faults.draw("5xx", service, action, resource)) throw internalFailure(service);
  const cutsItself = service === "s3" && action === "GetObject";
  const cut = cutsItself ? null : faults.draw("cut", service, action, resource);
  if (cut?.when === "after") loseAnswer(response);
  else if (cut) throw new ConnectionCut();
}

function throttled(service: string, action: string): AwsError {
  switch (service) {
    case "s3":
      return new AwsError("SlowDown", "Please reduce your request rate.", 503);
    case "kinesis":
      return /Record|ShardIterator/.test(action)
        ? new AwsError("ProvisionedThroughputExceededException", "Rate exceeded for shard", 400)
        : new AwsError("LimitExceededException", "Rate exceeded", 400);
    case "dynamodb":
      return throttledTable(action);
    case "s3vectors":
      return new AwsError("TooManyRequestsException", "Rate exceeded", 429);
    case "sqs":
      return new AwsError("RequestThrottled", "Rate exceeded", 400);
    case "iam":
    case "sts":
      return new AwsError("Throttling", "Rate exceeded", 400);
    default:
      return new AwsError("ThrottlingException", "Rate exceeded", 400);
  }
}

/** Reads of a stream, reads and writes of items, and changes of tables are each refused in another way. */
function throttledTable(action: string): AwsError {
  if (action === "GetRecords" || action === "GetShardIterator")
    return new AwsError("LimitExceededException", "Rate of reads of the shard exceeded", 400);
  if (!/Item|Query|Scan/.test(action)) return new AwsError("ThrottlingException", "Rate exceeded", 400);
  return new AwsError(
    "ProvisionedThroughputExceededException",
    "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
    400,
  );
}

function internalFailure(service: string): AwsError {
  if (service === "s3")
    return new AwsError("InternalError", "We encountered an internal error. Please try again.", 500);
  return new AwsError(
    service === "kinesis" ? "InternalFailure" : service === "dynamodb" ? "InternalServerError" : "InternalServiceError",
    "The service failed internally.",
    500,
  );
}

function loseAnswer(response: ServerResponse): void {
  response.writeHead = () => response;
  response.write = () => true;
  response.end = () => {
    response.socket?.destroy();
    return response;
  };
}

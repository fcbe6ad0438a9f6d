import type { Cloud } from "../cloud.ts";
import { type Queue, queueArn } from "./queue-store.ts";

/** How long a message stays hidden that was received, or held longer: as asked, or less where a `redelivery` fault says so. */
export function hiddenSeconds(
  cloud: Cloud,
  queue: Queue,
  action: "ReceiveMessage" | "ChangeMessageVisibility",
  asked: number,
): number {
  const fault = cloud.faults.draw("redelivery", "sqs", action, queueArn(queue));
  return fault ? Math.min(asked, (fault.latencyMs ?? 0) / 1000) : asked;
}

import { Problem } from "@letsdata/plugin-kit/problems";
import { BridgeException, type BridgeRequest, type Invoke } from "./bridge-protocol.ts";

/** An open connection of one attempt and what its other side understands. */
export interface BridgeSession {
  /** Items it takes in one call; 0 = one record a call, as published. */
  readonly batch: number;
  request(
    interfaceName: string,
    method: string,
    rest: Partial<Pick<BridgeRequest, "data" | "batchedData">>,
  ): BridgeRequest;
  readonly invoke: Invoke;
  close(): Promise<void>;
}

/** What customer code threw as a task error; anything else as it is. */
export function bridgeProblem(thrown: unknown, method: string, where: string): unknown {
  if (!(thrown instanceof BridgeException)) return thrown;
  const message = `${method} threw ${where}: ${thrown.message}`;
  return new Problem("HANDLER_EXCEPTION", message, { details: { stack: thrown.stackTrace } });
}

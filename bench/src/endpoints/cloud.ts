import { fork } from "node:child_process";
import { once } from "node:events";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { benchAccess } from "./bench-account.ts";

export interface BenchCloud {
  readonly access: CloudAccess & { readonly endpoint: string };
  stop(): Promise<void>;
}

/** local-cloud in a process of its own, as in the product: its work is not the task's. */
export async function startBenchCloud(): Promise<BenchCloud> {
  const child = fork(new URL("./cloud-process.ts", import.meta.url), { execArgv: [] });
  const [message] = (await once(child, "message")) as [{ endpoint: string }];
  return {
    access: benchAccess(message.endpoint),
    async stop() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}

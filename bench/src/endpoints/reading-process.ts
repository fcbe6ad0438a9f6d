import { fork } from "node:child_process";
import { once } from "node:events";
import type { ReadingAnswer, ReadingRequest } from "./source-process.ts";

export interface ReadingProcess {
  /** Answers the bytes received. */
  read(request: ReadingRequest): Promise<number>;
  stop(): Promise<void>;
}

/** A process that reads objects of the endpoint, and stays warm. */
export function startReadingProcess(endpoint: string, nodeFlags: readonly string[]): ReadingProcess {
  const child = fork(new URL("./source-process.ts", import.meta.url), [endpoint], { execArgv: [...nodeFlags] });
  const exited = once(child, "exit");
  return {
    async read(request) {
      child.send(request);
      const [answer] = (await Promise.race([once(child, "message"), exited.then(() => [gone])])) as [ReadingAnswer];
      if ("failed" in answer) throw new Error(`objects could not be read: ${answer.failed}`);
      return answer.bytes;
    },
    async stop() {
      child.kill();
      await exited;
    },
  };
}

const gone: ReadingAnswer = { failed: "the process that reads them ended" };

import { randomBytes } from "node:crypto";
import { flushCompileCache } from "node:module";
import { createWorkerDependencies } from "./dependencies.ts";
import { readWorkerSettings } from "./env.ts";
import { startWorker } from "./start-worker.ts";

const settings = readWorkerSettings(process.env, randomBytes(4).toString("hex"));
// Nothing this process starts later may find the installation's secrets in its environment.
for (const name of ["DATABASE_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
  delete process.env[name];

const dependencies = createWorkerDependencies(settings);
const worker = await startWorker(dependencies);
dependencies.log.info(`worker ready: ${settings.taskSlots} task slots`);
// By itself it is written at a regular end only, which a worker may never have.
flushCompileCache();

let stopping = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void worker.stop().then(() => process.exit(0));
  });
}

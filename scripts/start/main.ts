import { existsSync } from "node:fs";
import { join } from "node:path";
import { assertInstalled } from "./installation.ts";
import { readSettings, StartProblem } from "./settings.ts";

const repositoryDir = join(import.meta.dirname, "../..");
const say = (line: string) => console.log(line);

async function main(): Promise<void> {
  const settings = readSettings(process.env, repositoryDir);
  assertInstalled(repositoryDir);
  // Loaded only now: these import what an unfinished install lacks.
  const { startProduct } = await import("./start-product.ts");
  // Ctrl-C counts from the first server on, not only once all are ready.
  let stopProduct = async (): Promise<void> => {};
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    say(`\n${signal}: stopping everything …`);
    await stopProduct();
    say("stopped");
    process.exit(0);
  };
  process.on("SIGINT", () => void stop("Ctrl-C"));
  process.on("SIGTERM", () => void stop("SIGTERM"));
  process.on("SIGHUP", () => void stop("SIGHUP"));
  try {
    await startProduct(settings, say, (stopStarted) => {
      stopProduct = stopStarted;
    });
  } catch (error) {
    // What fails because it is being stopped is no problem to report.
    if (!stopping) throw error;
  }
}

main().catch((error: unknown) => {
  if (error instanceof StartProblem) console.error(`\nLetsData cannot start: ${error.message}.\n${error.fix}`);
  else console.error("\nLetsData cannot start:", error);
  if (!existsSync(join(repositoryDir, "node_modules")))
    console.error("Nothing is installed yet: run npx --yes pnpm@12.21.0 install");
  process.exit(1);
});

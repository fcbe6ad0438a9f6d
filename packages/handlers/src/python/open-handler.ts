import { join } from "node:path";
import { locateHandler } from "../artifact/locate-handler.ts";
import type { HostCommand, LastWords } from "../host-process/host-process.ts";
import { hostedLanguage } from "../host-process/hosted-language.ts";
import { realProgram } from "../host-process/real-program.ts";
import type { SparkSurroundings } from "../spark/spark-step.ts";
import { readCrash, readDump } from "./read-dump.ts";

const program = join(import.meta.dirname, "host/letsdata_host.py");
const runtime = {
  program: "python3",
  question: ["-I", "-S", "-c", "import sys; print(sys.executable)"],
  readPath: (told: string) => /^.+$/m.exec(told)?.[0] ?? null,
  language: "Python",
  installation: "Python 3.9 or newer (`python3`)",
} as const;

export function pythonCommand(artifactDir: string, surroundings?: SparkSurroundings): HostCommand {
  const command = {
    command: realProgram(runtime),
    args: ["-I", "-B", program, artifactDir],
    workingDir: artifactDir,
    language: runtime.language,
    installation: runtime.installation,
    stackQuestion: { signal: "SIGURG", readDump: (dump: string) => readDump(dump, artifactDir) },
    readCrash: ({ reports }: LastWords) => readCrash(reports, artifactDir),
  } as const;
  if (!surroundings) return command;
  const { environment, scratchDir, properties } = surroundings;
  return {
    ...command,
    args: [...command.args, JSON.stringify({ scratchDir, properties })],
    environment,
    ...(scratchDir === null ? {} : { workingDir: scratchDir }),
  };
}

/** Handlers in Python run in a warm process beside the task's: isolated from the user's settings and writing no bytecode. */
export const pythonHost = hostedLanguage({
  language: "PYTHON",
  entryOf: "PYTHON",
  command: pythonCommand,
  locate({ artifactDir, implementation }, interfaceName) {
    const { modulePath, exportName } = locateHandler(artifactDir, interfaceName, implementation, "PYTHON");
    return { module: modulePath, class: exportName };
  },
});

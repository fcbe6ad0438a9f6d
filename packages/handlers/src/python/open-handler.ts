import { join } from "node:path";
import { locateHandler } from "../artifact/locate-handler.ts";
import type { HostCommand, LastWords } from "../host-process/host-process.ts";
import { hostedLanguage } from "../host-process/hosted-language.ts";
import type { SparkSurroundings } from "../spark/spark-step.ts";
import { readCrash, readDump } from "./read-dump.ts";

const program = join(import.meta.dirname, "host/letsdata_host.py");

export function pythonCommand(artifactDir: string, surroundings?: SparkSurroundings): HostCommand {
  const command = {
    command: "python3",
    args: ["-I", "-B", program, artifactDir],
    workingDir: artifactDir,
    language: "Python",
    installation: "Python 3.9 or newer (`python3`)",
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

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { supplySupportModules } from "@letsdata/handlers/javascript/supply-support";
import type { TaskAssignment, TaskCheckpointUpdate, TaskLogLine } from "../../task-protocol.ts";
import { createTaskProcessPool, type PoolOptions, type RunRequest } from "../task-process-pool.ts";

const clone = resolve(import.meta.dirname, "../../../../..");
export const childEntry = join(import.meta.dirname, "handler-child.ts");
export const programFolders = [join(clone, "packages"), join(clone, "node_modules")];

export const openTestPool = (options: Partial<PoolOptions> = {}) =>
  createTaskProcessPool({ entry: childEntry, programFolders, maxProcesses: 4, ...options });

export interface Artifacts {
  /** Writes an unpacked artifact whose SingleFileParser module is `source`. */
  add(source: string): Promise<string>;
  remove(): void;
}

export function openArtifacts(): Artifacts {
  const root = mkdtempSync(join(tmpdir(), "letsdata-artifacts-"));
  let count = 0;
  return {
    async add(source) {
      const dir = join(root, `artifact-${++count}`);
      const file = join(dir, "letsdata_interfaces/readers/parsers/SingleFileParser.js");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, source);
      await supplySupportModules(dir);
      return dir;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A parser module whose `parseDocument` has this body; the record's text is `text`. */
export function parserModule(body: string, before = ""): string {
  return `import { ParseDocumentResult } from "../model/ParseDocumentResult.js";
import { Document } from "../../documents/Document.js";
${before}
export class SingleFileParser {
  getS3FileType() { return "LOG"; }
  getResolvedS3FileName(s3FileType, fileName) { return fileName; }
  getRecordStartPattern() { return null; }
  getRecordEndPattern() { return null; }
  parseDocument(s3FileType, s3Filename, offsetBytes, byteArr, startIndex, endIndex) {
    const text = new TextDecoder().decode(byteArr);
    ${body}
    return new ParseDocumentResult(null, new Document("Document", text, null, null, null, { text }), "SUCCESS");
  }
}
`;
}

export function assignmentFor(artifactDir: string, records: readonly string[] = ["a"], rounds = 1): TaskAssignment {
  const component = {
    destination: "S3",
    config: {},
    access: { region: "eu-west-1", accountId: "111122223333", endpoint: null, purpose: "customer" },
  } as const;
  return {
    task: { tenantId: "t", datasetId: "d", datasetName: "n", taskId: "task", attempt: 1, codeVersion: 1 },
    lease: { workerId: "w", token: 1 },
    resumeFrom: null,
    reader: { ...component, definition: { records, rounds } },
    writer: component,
    errorConnector: component,
    handler: { language: "JAVASCRIPT", artifactDir, interfaceName: "SingleFileParser" },
    recordErrorPolicy: "ArchiveAndContinue",
    limits: { timeoutSeconds: 30 },
  };
}

export interface Observed {
  readonly lines: TaskLogLine[];
  readonly checkpoints: TaskCheckpointUpdate[];
}

export function runRequest(
  artifactDir: string,
  overrides: Partial<RunRequest> = {},
): { readonly request: RunRequest; readonly observed: Observed } {
  const observed: Observed = { lines: [], checkpoints: [] };
  const request: RunRequest = {
    key: "d/1",
    artifactDir,
    assignment: assignmentFor(artifactDir),
    memoryMegabytes: 128,
    timeoutSeconds: 30,
    onCheckpoint: async (update) => {
      observed.checkpoints.push(update);
    },
    onCredentials: async () => ({ accessKeyId: "AKIDTEST", secretAccessKey: "test" }),
    onLog: (lines) => {
      observed.lines.push(...lines);
    },
    ...overrides,
  };
  return { request, observed };
}

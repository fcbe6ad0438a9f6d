import { randomInt } from "node:crypto";
import { join } from "node:path";
import type { RecordHint } from "@letsdata/plugin-kit/reader";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { HostProcess } from "../host-process/host-process.ts";
import { hostedEntry } from "../host-process/hosted-entry.ts";
import type { LanguageHost } from "../language-host.ts";
import { pythonCommand } from "../python/open-handler.ts";
import { createRecordSplitter } from "../record-splitter/record-splitter.ts";
import {
  chunks,
  type FileCode,
  functionWith,
  type Hint,
  hostOfFunction,
  open,
  read,
  type SentHint,
  told,
} from "./testing/window-functions.ts";

const seed = Number(process.env.WINDOWS_SEED ?? randomInt(2 ** 31));
console.log(`windows: seed ${seed} (WINDOWS_SEED repeats it)`);

async function split(bytes: Buffer, start: Hint, end: Hint): Promise<string[]> {
  const framing = { fileType: "LOG", resolvedName: "a", start: engineHint(start), end: engineHint(end) };
  const found: string[] = [];
  for await (const { records } of createRecordSplitter(framing).split(chunks(bytes, 0, 100), 0)) {
    for (const { start: s, end: e, body } of records) found.push(`${s}-${e} ${Buffer.from(body).toString("hex")}`);
  }
  return found;
}

/** What a window cannot hold is refused; one that ends within a character is up to four bytes shorter than it may be. */
function expectFound(found: readonly string[], expected: readonly string[], windowBytes: number): void {
  const sizes = expected.map((line) => (line.length - line.indexOf(" ") - 1) / 2);
  const whole = found.map((line, index) => {
    const isRefused = line.endsWith(" RECORD_TOO_LARGE_FOR_BRIDGE");
    const size = sizes[index] ?? 0;
    expect(isRefused ? size > windowBytes - 4 : size <= windowBytes, `${line} in a window of ${windowBytes}`).toBe(
      true,
    );
    return isRefused ? `${line.slice(0, line.indexOf(" "))} ${expected[index]?.split(" ")[1]}` : line;
  });
  expect(whole).toEqual(expected);
}

function engineHint(hint: Hint): RecordHint {
  if (hint === null) return null;
  return hint.recordHintType === "PATTERN"
    ? { kind: "pattern", pattern: Buffer.from(hint.pattern ?? "") }
    : { kind: "offset", offset: hint.offset };
}

const anyHint = fc.oneof(
  fc.constant(null),
  fc.stringMatching(/^[ab;]{1,2}$/).map((pattern): SentHint => ({ recordHintType: "PATTERN", pattern, offset: -1 })),
  fc.integer({ min: 1, max: 4 }).map((offset): SentHint => ({ recordHintType: "OFFSET", pattern: null, offset })),
);
/** Text, text of several bytes a character, and bytes that are no text. */
const anyBytes = fc
  .array(fc.constantFrom("a", "b", ";", "é", "\ud83d\ude00", "\0", "raw"), { maxLength: 60 })
  .map((parts) => Buffer.concat(parts.map((part) => (part === "raw" ? Buffer.of(0xff) : Buffer.from(part)))));

describe("a function finds the records the record splitter finds, whatever bytes, hints, chunks and windows", () => {
  const anyHints = join(import.meta.dirname, "testing/any-hints");
  const python = new HostProcess(pythonCommand(anyHints));
  afterAll(() => python.close());
  const hosts: Readonly<Record<string, (code: FileCode, windowBytes: number) => LanguageHost>> = {
    JavaScript: (code, windowBytes) => hostOfFunction(functionWith(code), windowBytes),
    Python: (_code, windowBytesMax) => hostedEntry("PYTHON", () => python, { windowBytesMax }),
  };

  test.each(Object.entries(hosts))("in %s, and goes on behind every one of them", async (_name, host) => {
    const property = fc.asyncProperty(
      anyBytes,
      anyHint,
      anyHint,
      fc.integer({ min: 12, max: 90 }),
      fc.nat(9),
      fc.nat(99),
      async (bytes, start, end, windowBytes, size, stop) => {
        const machine = await open(host({ start, end }, windowBytes), JSON.stringify([start, end]), anyHints);
        const batches = await read(machine, bytes, size + 1);
        const expected = await split(bytes, start, end);
        expectFound(await told(machine, batches), expected, windowBytes);
        const at = Math.min(stop, batches.length - 1);
        const rest = await read(machine, bytes, size + 2, batches[at]?.files);
        expectFound(await told(machine, [...batches.slice(0, at + 1), ...rest]), expected, windowBytes);
        await machine.handler.close();
      },
    );
    await fc.assert(property, { numRuns: 150, seed });
  });
});

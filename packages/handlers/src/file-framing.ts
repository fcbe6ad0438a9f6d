import { Problem } from "@letsdata/plugin-kit/problems";
import type { FileFraming, RecordHint } from "@letsdata/plugin-kit/reader";

/** Calls a method of the customer's object; what it throws arrives as a Problem. */
export type Ask = (method: string, ...args: readonly unknown[]) => Promise<unknown>;

/** Asks a `SingleFileParser` about one file, in any language. Throws HANDLER_EXCEPTION or INVALID_HINT. */
export async function frameFile(ask: Ask, fileName: string): Promise<FileFraming> {
  const text = async (method: string, ...args: readonly unknown[]): Promise<string> => {
    const answer = await ask(method, ...args);
    if (typeof answer === "string" && answer !== "") return answer;
    const found = answer === "" ? "an empty text" : answer === null ? "null" : `a value of type ${typeof answer}`;
    throw new Problem(
      "HANDLER_EXCEPTION",
      `${method} returned ${found} for the file ${fileName}; it must return a text.`,
    );
  };
  const fileType = await text("getS3FileType");
  const resolvedName = await text("getResolvedS3FileName", fileType, fileName);
  const start = hintOf(await ask("getRecordStartPattern", fileType), "getRecordStartPattern");
  const end = hintOf(await ask("getRecordEndPattern", fileType), "getRecordEndPattern");
  return { fileType, resolvedName, start, end };
}

/** Published hints carry `recordHintType`, `pattern` and `offset`; the unused one is -1 or null. */
export function hintOf(answer: unknown, method: string): RecordHint {
  if (answer === null || answer === undefined) return null;
  const { recordHintType, pattern, offset } = answer as Record<string, unknown>;
  if (recordHintType === "PATTERN" && typeof pattern === "string" && pattern !== "") {
    return { kind: "pattern", pattern: Buffer.from(pattern, "utf8") };
  }
  if (recordHintType === "OFFSET" && Number.isSafeInteger(offset)) return { kind: "offset", offset: offset as number };
  throw new Problem(
    "INVALID_HINT",
    `${method} must return null or a RecordParseHint of type PATTERN with a non-empty pattern, or OFFSET with a whole number.`,
  );
}

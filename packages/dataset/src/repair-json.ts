/** A change that made pasted text valid JSON. `line` and `column` count from 1. */
export interface JsonRepair {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  readonly message: string;
}
export interface RepairedJson {
  readonly text: string;
  readonly repairs: readonly JsonRepair[];
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  readonly message: string;
}

/**
 * Mends what people paste: comments (`//`, `#`, block), trailing, doubled or missing commas, and `;` for a comma.
 * Valid JSON is returned as it is. What it cannot mend it leaves, for the JSON parser to report.
 */
export function repairJson(text: string): RepairedJson {
  if (isJson(text)) return { text, repairs: [] };
  const edits = findEdits(text);
  let repaired = "";
  let from = 0;
  for (const edit of edits) {
    repaired += text.slice(from, edit.start) + edit.replacement;
    from = edit.end;
  }
  const repairs = edits.map((edit) => ({ ...placeOf(text, edit.start), offset: edit.start, message: edit.message }));
  return { text: repaired + text.slice(from), repairs };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Line and column of an offset, from 1. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

const word = /[^\s{}[\],:;"/#]+/y;

function findEdits(text: string): readonly Edit[] {
  const edits: Edit[] = [];
  const containers: ("object" | "array")[] = [];
  let at = 0;
  /** What the token before was: decides whether a comma is missing or too many. */
  let before: "start" | "open" | "key" | "colon" | "value" | "comma" = "start";
  let comma: { readonly start: number; readonly end: number; readonly message: string | null } | undefined;

  const inObject = () => containers.at(-1) === "object";
  function settleComma(wanted: boolean): void {
    if (!comma) return;
    if (!wanted)
      edits.push({
        start: comma.start,
        end: comma.end,
        replacement: "",
        message: comma.message ? "Removed ;" : "Removed a comma that nothing follows",
      });
    else if (comma.message)
      edits.push({ start: comma.start, end: comma.end, replacement: ",", message: comma.message });
    comma = undefined;
  }
  function beginItem(start: number): void {
    settleComma(containers.length > 0);
    if (before === "value" && containers.length > 0)
      edits.push({ start, end: start, replacement: ",", message: "Added a missing comma" });
  }
  function endItem(isText: boolean): void {
    before = isText && inObject() && before !== "colon" ? "key" : "value";
  }

  while (at < text.length) {
    const char = text[at]!;
    const start = at;
    if (/\s/.test(char) || char === "\uFEFF") {
      at++;
      if (char === "\uFEFF") edits.push({ start, end: at, replacement: "", message: "Removed a byte order mark" });
    } else if (char === "#" || (char === "/" && (text[at + 1] === "/" || text[at + 1] === "*"))) {
      at = endOfComment(text, at);
      edits.push({ start, end: at, replacement: " ", message: "Removed a comment" });
    } else if (char === '"') {
      at = endOfText(text, at);
      beginItem(start);
      endItem(true);
    } else if (char === "{" || char === "[") {
      at++;
      beginItem(start);
      containers.push(char === "{" ? "object" : "array");
      before = "open";
    } else if (char === "}" || char === "]") {
      at++;
      settleComma(false);
      containers.pop();
      before = "value";
    } else if (char === ":") {
      at++;
      before = "colon";
    } else if (char === "," || char === ";") {
      at++;
      const isSemicolon = char === ";";
      if (comma || before === "open" || before === "start") {
        edits.push({ start, end: at, replacement: "", message: `Removed ${isSemicolon ? ";" : "a comma"}` });
      } else {
        comma = { start, end: at, message: isSemicolon ? "Replaced ; by a comma" : null };
        before = "comma";
      }
    } else {
      word.lastIndex = at;
      at += Math.max(1, word.exec(text)?.[0].length ?? 1);
      beginItem(start);
      endItem(false);
    }
  }
  settleComma(false);
  return edits.sort((left, right) => left.start - right.start || left.end - right.end);
}

function endOfComment(text: string, start: number): number {
  if (text[start + 1] === "*" && text[start] === "/") {
    const end = text.indexOf("*/", start + 2);
    return end < 0 ? text.length : end + 2;
  }
  const end = text.indexOf("\n", start);
  return end < 0 ? text.length : end;
}

function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
    else if (text[at] === "\n") return at;
  }
  return text.length;
}

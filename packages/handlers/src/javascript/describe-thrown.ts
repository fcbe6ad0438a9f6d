import { inspect } from "node:util";

const textLengthMax = 1000;
const stackLengthMax = 8000;

/** What customer code threw, in words: it may be anything, even a value that throws when looked at. */
export function describeThrown(thrown: unknown): { readonly text: string; readonly stack: string } {
  try {
    if (thrown instanceof Error) {
      const stack = typeof thrown.stack === "string" ? thrown.stack : String(thrown.message);
      return {
        text: cut(`${thrown.name}: ${thrown.message}${placeOf(stack)}`, textLengthMax),
        stack: cut(stack, stackLengthMax),
      };
    }
    const shown = inspect(thrown, {
      depth: 1,
      breakLength: Number.POSITIVE_INFINITY,
      customInspect: false,
      getters: false,
    });
    return { text: cut(`a value that is no Error: ${shown}`, textLengthMax), stack: "" };
  } catch {
    return { text: "a value that cannot be shown", stack: "" };
  }
}

/** A syntax error's stack begins with `file:///…/module.js:3`; the line helps, the folder does not. */
function placeOf(stack: string): string {
  const line = /^file:\/\/\S+\/([^/\s]+):(\d+)$/m.exec(stack.split("\n", 1)[0] ?? "");
  return line === null ? "" : ` (line ${line[2]} of ${line[1]})`;
}

function cut(text: string, lengthMax: number): string {
  return text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text;
}

import { basename } from "node:path";
import type { HandlerStack } from "../host-process/ask-stack.ts";

const frame = /^ {2}File "(.*)", line (\d+) in (.*)$/gm;

/**
 * The customer's part of what Python's faulthandler writes (https://docs.python.org/3/library/faulthandler.html): the most recent call
 * first, without source text. Null where there is none.
 */
export function readDump(dump: string, artifactDir: string): HandlerStack | null {
  const folder = `${inAscii(artifactDir)}/`;
  const theirs = [...dump.matchAll(frame)]
    .map(([, file, line, name]) => ({ file: file!, line, name }))
    .filter(({ file }) => file.startsWith(folder));
  const last = theirs[0];
  if (!last) return null;
  const lines = theirs.reverse().map(({ file, line, name }) => {
    return `  File "${file.slice(folder.length)}", line ${line}, in ${name}\n`;
  });
  return {
    place: `line ${last.line} of ${basename(last.file)}`,
    stack: `Stack (most recent call last):\n${lines.join("")}`,
  };
}

/** The same of what it writes when the process dies of a signal, behind the dumps somebody asked for. Null where it wrote nothing. */
export function readCrash(reports: string, artifactDir: string): HandlerStack | null {
  const at = reports.lastIndexOf("Fatal Python error");
  return at < 0 ? null : readDump(reports.slice(at), artifactDir);
}

/** As faulthandler writes text. */
function inAscii(text: string): string {
  return [...text].map((letter) => (/[ -~]/.test(letter) ? letter : escapeOf(letter.codePointAt(0)!))).join("");
}

function escapeOf(code: number): string {
  const [mark, digits] = code < 0x100 ? ["x", 2] : code < 0x10000 ? ["u", 4] : ["U", 8];
  return `\\${mark}${code.toString(16).padStart(digits as number, "0")}`;
}

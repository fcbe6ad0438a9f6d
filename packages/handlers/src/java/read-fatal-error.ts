import type { HandlerStack } from "../host-process/ask-stack.ts";

const stackLengthMax = 8000;
/** Interpreted and compiled code: `j  com.acme.Orders.parse(...)V+12`, `J 7 c2 com.acme.Orders.parse(...)V (40 bytes) @ ...`. */
const frame = /^[jJ] +(?:\d+%? +(?:c[12] +)?)?([\w.$<>]+)\.([\w$<>]+)\(/;
const ours = "com.letsdata.host.";

/**
 * The customer's part of what HotSpot writes when it dies, its error log
 * (https://docs.oracle.com/en/java/javase/17/troubleshoot/fatal-error-log.html): methods, because it knows no lines. Null where there is none.
 */
export function readFatalError(log: string): HandlerStack | null {
  const [, frames = ""] = log.split(/^Java frames:.*\n/m);
  const methods: string[] = [];
  for (const line of frames.split("\n")) {
    if (line.trim() === "") break;
    const [, className, method] = frame.exec(line) ?? [];
    if (className === undefined) continue;
    if (className.startsWith(ours)) break;
    methods.push(`${className}.${method}`);
  }
  const place = methods.find((method) => !/^(java|javax|jdk|sun)\./.test(method));
  if (place === undefined) return null;
  const stack = `${reason(log)}Stack of the handler:\n${methods.map((method) => `\tat ${method}\n`).join("")}`;
  return { place, stack: stack.slice(0, stackLengthMax) };
}

/** Such as "SIGSEGV (0xb) at pc=..., Unsafe_PutLong+0x124". */
function reason(log: string): string {
  const lines = [/^# +(\S+ \(0x.*)$/m, /^# Problematic frame:\n# (.*)$/m].map((line) => line.exec(log)?.[1]);
  return lines.map((line) => (line ? `${line.trim()}\n` : "")).join("");
}

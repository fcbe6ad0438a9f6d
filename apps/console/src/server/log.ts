type Level = "ERROR" | "WARN" | "INFO";

/** One JSON line on stdout, errors on stderr. */
export function log(level: Level, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
  const line = `${JSON.stringify({ ts: Date.now(), lvl: level, unm: "console", msg: message, ...fields })}\n`;
  (level === "ERROR" ? process.stderr : process.stdout).write(line);
}

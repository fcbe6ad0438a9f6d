import { Problem } from "@letsdata/plugin-kit/problems";
import { Prisma } from "./generated/client.ts";

// Prisma: cannot reach, timed out, closed, pool or transaction not to be had. PostgreSQL: class 08, 53, 57P, 58 (its system refuses it
// something), and 40001/40P01, which a repeat cures.
const prismaCodes = new Set(["P1001", "P1002", "P1008", "P1011", "P1017", "P2024", "P2028", "P2034"]);
const sqlStates = /^(08|53|57P|58|40001|40P01|25P03)/;
const socketCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOENT",
  "ENOTFOUND",
  "EHOSTUNREACH",
]);
/** A full disk is XX000 where it hits PostgreSQL's own log or files: only the message tells. */
const words =
  /Connection terminated|Can't reach database|server (has )?closed the connection|could not (write|extend|create|open|fsync|flush|close|truncate|rename|seek|read|access|stat)\b.* file|No space left on device|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|not queryable|Unable to start a transaction|the database system is/i;

/** The one place where an error of Prisma or PostgreSQL becomes a `Problem`. A value that is none of theirs passes unchanged. */
export function databaseProblem(thrown: unknown): unknown {
  if (thrown instanceof Problem) return thrown;
  if (isUnavailable(thrown)) {
    return new Problem("DATABASE_UNAVAILABLE", "The database cannot be reached at the moment.", {
      cause: thrown,
      details: { thrown: String(thrown) },
    });
  }
  return thrown;
}

/** True where PostgreSQL refused a second row of the same key. */
export function isUniqueViolation(thrown: unknown): boolean {
  return chain(thrown).some(
    (error) => error["code"] === "P2002" || error["code"] === "23505" || error["originalCode"] === "23505",
  );
}

function isUnavailable(thrown: unknown): boolean {
  if (thrown instanceof Prisma.PrismaClientInitializationError) return true;
  return chain(thrown).some((error) => {
    const codes = [error["code"], error["originalCode"], error["errorCode"]].filter((code) => typeof code === "string");
    if (codes.some((code) => prismaCodes.has(code) || socketCodes.has(code) || sqlStates.test(code))) return true;
    return typeof error["message"] === "string" && words.test(error["message"]);
  });
}

/** The error, its causes, and what Prisma's adapter hides in `meta`. */
function chain(thrown: unknown): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  const visit = (value: unknown, depth: number) => {
    if (depth > 5 || typeof value !== "object" || value === null) return;
    const error = value as Record<string, unknown>;
    found.push(error);
    visit(error["cause"], depth + 1);
    visit(error["meta"], depth + 1);
    visit(error["driverAdapterError"], depth + 1);
  };
  visit(thrown, 0);
  return found;
}

import { Problem } from "@letsdata/plugin-kit/problems";
import { expect, test } from "vitest";
import { databaseProblem } from "./database-problem.ts";

/** As Prisma hands out what PostgreSQL said to a raw query. */
const rawQueryFailed = (code: string, message: string) =>
  Object.assign(new Error(`Raw query failed. Code: \`${code}\`. Message: \`${message}\``), {
    code: "P2010",
    meta: { driverAdapterError: { cause: { originalCode: code, originalMessage: message } } },
  });

test.each([
  ["53100", 'could not extend file "base/5/16384": No space left on device'],
  ["58030", 'could not fsync file "pg_wal/000000010000000000000001": Input/output error'],
  ["XX000", 'could not write to log file "000000010000000000000001" at offset 14680064, length 8192: File too large'],
  ["N/A", "Server has closed the connection."],
  ["57P02", "terminating connection because of crash of another server process"],
])("%s is a database that is away for a while: %s", (code, message) => {
  expect(databaseProblem(rawQueryFailed(code, message))).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
});

test.each([
  ["XX000", "unexpected chunk number 0 (expected 1) for toast value 16440"],
  ["23514", 'new row for relation "task" violates check constraint "task_counts"'],
  ["42703", 'column "could_not_write" does not exist'],
])("%s is none, and passes unchanged: %s", (code, message) => {
  const thrown = rawQueryFailed(code, message);
  expect(databaseProblem(thrown)).toBe(thrown);
  expect(databaseProblem(thrown)).not.toBeInstanceOf(Problem);
});

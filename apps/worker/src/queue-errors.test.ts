import { expect, test } from "vitest";
import type { Log } from "./log.ts";
import { createQueueErrorLog } from "./queue-errors.ts";

function heard() {
  const warnings: { readonly text: string; readonly error: unknown }[] = [];
  const log: Log = { info: () => {}, warn: (text, error) => void warnings.push({ text, error }), error: () => {} };
  let now = 0;
  const onError = createQueueErrorLog(log, () => now);
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { warnings, onError, pass };
}

test("errors of the queue are said, of each kind one a minute, with how many were not", () => {
  const { warnings, onError, pass } = heard();
  const away = () => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  for (let n = 0; n < 30; n++) onError(away());
  onError(new Error("other"));
  expect(warnings.map(({ text }) => text)).toEqual([
    "the job queue reported an error",
    "the job queue reported an error",
  ]);
  pass(59_000);
  onError(away());
  expect(warnings).toHaveLength(2);
  pass(1_000);
  onError(away());
  onError(new Error("other"));
  expect(warnings.slice(2).map(({ text }) => text)).toEqual([
    "the job queue reported an error (and 30 more like this since it was last said)",
    "the job queue reported an error",
  ]);
});

test("a database that is away is called so, also where the queue hands on a copy of the error", () => {
  const { warnings, onError } = heard();
  const error = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  onError({ ...error, message: error.message, name: error.name });
  expect(warnings[0]!.error).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
});

import { expect, test } from "vitest";
import { readWorkerSettings } from "./env.ts";

const complete = {
  DATABASE_URL: "postgresql://u:secret@127.0.0.1/letsdata",
  LETSDATA_STATE_DIR: "/state",
  LETSDATA_INSTALLATION_ACCOUNT_ID: "000000000001",
  AWS_ACCESS_KEY_ID: "AKIA",
  AWS_SECRET_ACCESS_KEY: "very secret",
};

test("what is missing or wrong is named, and no value is repeated", () => {
  const { DATABASE_URL: _, ...rest } = complete;
  const read = () => readWorkerSettings({ ...rest, LETSDATA_TASK_SLOTS: "very secret" }, "x");
  expect(read).toThrow(/DATABASE_URL/);
  expect(read).toThrow(/LETSDATA_TASK_SLOTS/);
  expect(read).not.toThrow(/very secret/);
});

test("two workers of one machine never share an id", () => {
  expect(readWorkerSettings(complete, "a").workerId).not.toBe(readWorkerSettings(complete, "b").workerId);
});

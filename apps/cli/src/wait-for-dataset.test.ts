import { createApiClient } from "@letsdata/api/client";
import { expect, test } from "vitest";
import type { CliSession } from "./session.ts";
import { waitForDataset } from "./wait-for-dataset.ts";

const problem = (status: number, code: string) =>
  Response.json(
    { type: "about:blank", title: code, status, detail: code, instance: "/", code, requestId: "r", errors: [] },
    { status },
  );
const completed = () =>
  Response.json({
    datasetName: "Flights",
    datasetStatus: "COMPLETED",
    countsRecords: false,
    datasetProgress: { totalTasks: 1, completedTasks: 1, errorTasks: 0, runningTasks: 0 },
    counts: {},
  });

/** A server that gives these answers, one after the other; null: nobody listens. */
function sessionOf(answers: readonly (Response | null)[]): CliSession {
  const next = answers.values();
  const client = createApiClient({
    url: "http://127.0.0.1:1/api/v1",
    fetch: async () => {
      const answer = next.next().value;
      if (!answer) throw new TypeError("fetch failed");
      return answer;
    },
  });
  return { client, printer: { note: () => {} } } as unknown as CliSession;
}

test("whoever waits is not sent away by a server or a database that is away for a moment", async () => {
  const session = sessionOf([null, problem(503, "DATABASE_UNAVAILABLE"), completed()]);
  expect(await waitForDataset(session, "Flights", 60)).toMatchObject({ datasetStatus: "COMPLETED" });
});

test("what will not change by waiting is told at once, and so is a server that stays away when the time is over", async () => {
  const refused = sessionOf([problem(404, "NOT_FOUND"), completed()]);
  await expect(waitForDataset(refused, "Flights", 60)).rejects.toMatchObject({ code: "NOT_FOUND" });
  const away = sessionOf([problem(503, "DATABASE_UNAVAILABLE"), completed()]);
  await expect(waitForDataset(away, "Flights", 0)).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
});

import type { DatasetChange } from "@letsdata/database/changes";
import { expect, test } from "vitest";
import { createChangeFeed } from "./change-feed.ts";

function startFeed() {
  let connected = () => {};
  let say: (change: DatasetChange) => void = () => {};
  const feed = createChangeFeed((onChange) => {
    say = onChange;
    return new Promise((resolve) => {
      connected = () => resolve({ close: async () => {} });
    });
  });
  return { feed, connect: () => connected(), say: (change: DatasetChange) => say(change) };
}

test("a change while the first subscriber's connection is being made is not missed", async () => {
  const { feed, connect } = startFeed();
  const heard: (string | null)[] = [];
  feed.subscribe("tenant", (datasetId) => heard.push(datasetId));
  connect();
  await expect.poll(() => heard).toEqual([null]);
});

test("a tenant hears of its own datasets only, until it ends its subscription", async () => {
  const { feed, connect, say } = startFeed();
  const heard: (string | null)[] = [];
  const end = feed.subscribe("tenant", (datasetId) => heard.push(datasetId));
  connect();
  await expect.poll(() => heard).toEqual([null]);
  say({ tenantId: "other", datasetId: "theirs" });
  say({ tenantId: "tenant", datasetId: "ours" });
  end();
  say({ tenantId: "tenant", datasetId: "ours" });
  expect(heard).toEqual([null, "ours"]);
});

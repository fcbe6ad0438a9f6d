import { MultipleErrors, ProtocolError } from "@platformatic/kafka";
import { describe, expect, it } from "vitest";
import { createPositionsTopic, type TopicSettings } from "./positions-topic.ts";

/** Creates on a cluster that answers with these errors first. */
async function made(...refusals: readonly string[]) {
  const tried: TopicSettings[] = [];
  const left = [...refusals];
  const failure = await createPositionsTopic(async (settings) => {
    tried.push(settings);
    const id = left.shift();
    if (id) throw new MultipleErrors("refused", [new ProtocolError(id)]);
  }).catch((thrown: unknown) => thrown);
  return { tried, failure };
}

describe("the topic of positions", () => {
  it("is compacted, in segments that close soon", async () => {
    const { tried } = await made();
    expect(tried).toMatchObject([{ "cleanup.policy": "compact", "segment.bytes": "16777216" }]);
  });

  it.each(["INVALID_CONFIG", "POLICY_VIOLATION", "INVALID_REQUEST"])(
    "is made without settings of its own segments where the cluster answers %s",
    async (id) => {
      const { tried, failure } = await made(id);
      expect(tried[1]).toEqual({ "cleanup.policy": "compact" });
      expect(failure).toBeUndefined();
    },
  );

  it("is not tried again where it may not be made at all", async () => {
    const { tried, failure } = await made("TOPIC_AUTHORIZATION_FAILED");
    expect(tried).toHaveLength(1);
    expect(failure).toBeInstanceOf(MultipleErrors);
    expect((await made("POLICY_VIOLATION", "POLICY_VIOLATION")).failure).toBeInstanceOf(MultipleErrors);
  });
});

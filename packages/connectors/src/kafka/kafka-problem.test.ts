import { MultipleErrors, NetworkError, ProtocolError } from "@platformatic/kafka";
import { describe, expect, it } from "vitest";
import { kafkaProblem } from "./kafka-problem.ts";

const said = (id: string) => new MultipleErrors("all brokers refused", [new ProtocolError(id)]);

describe("what a failed call to Kafka means", () => {
  it.each([
    ["INVALID_PRODUCER_EPOCH", "LEASE_LOST"],
    ["INVALID_TXN_STATE", "CLOUD_UNAVAILABLE"],
    ["TRANSACTION_ABORTABLE", "CLOUD_UNAVAILABLE"],
    ["UNKNOWN_SERVER_ERROR", "CLOUD_UNAVAILABLE"],
    ["CONCURRENT_TRANSACTIONS", "CLOUD_UNAVAILABLE"],
    ["NOT_LEADER_OR_FOLLOWER", "CLOUD_UNAVAILABLE"],
    ["TOPIC_AUTHORIZATION_FAILED", "ACCESS_DENIED"],
    ["MESSAGE_TOO_LARGE", "CLOUD_CALL_REFUSED"],
  ])("of %s is %s", (id, code) => {
    expect(kafkaProblem(said(id), "broker:9092").code).toBe(code);
  });

  it("of a connection that broke is that it may go on", () => {
    const broken = new MultipleErrors("all brokers failed", [new NetworkError("closed")]);
    expect(kafkaProblem(broken, "broker:9092").code).toBe("CLOUD_UNAVAILABLE");
  });
});

import { describe, expect, it } from "vitest";
import { sessionSource } from "./session-source.ts";

const session = (n: number, expiration: number) => ({ accessKeyId: `K${n}`, secretAccessKey: "s", expiration });

describe("sessionSource", () => {
  it("keeps a session until less than a minute is left, then takes the next", async () => {
    let now = 0;
    let opened = 0;
    const source = sessionSource(
      async () => session(++opened, now + 900_000),
      () => now,
    );
    expect((await source()).accessKeyId).toBe("K1");
    now = 839_999;
    expect((await source()).accessKeyId).toBe("K1");
    now = 840_000;
    expect((await source()).accessKeyId).toBe("K2");
  });

  it("opens one session for callers of the same moment", async () => {
    let opened = 0;
    const source = sessionSource(async () => session(++opened, 10_000_000_000_000));
    await Promise.all([source(), source(), source()]);
    expect(opened).toBe(1);
  });

  it("tries again after a failure", async () => {
    let opened = 0;
    const source = sessionSource(async () => {
      if (++opened === 1) throw new Error("no");
      return session(opened, 10_000_000_000_000);
    });
    await expect(source()).rejects.toThrow("no");
    expect((await source()).accessKeyId).toBe("K2");
  });
});

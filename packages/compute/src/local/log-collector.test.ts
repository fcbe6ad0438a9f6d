import { expect, test } from "vitest";
import { logLineMark } from "../task-protocol.ts";
import { LogCollector } from "./log-collector.ts";

test.each(["Zürich 😀", `${logLineMark}{"time":1,"level":"INFO","message":"Zürich 😀"}`])(
  "a line is the same wherever the pipe cuts it, also within a character: %s",
  (line) => {
    const bytes = Buffer.from(`${line}\n`);
    for (let at = 0; at <= bytes.length; at++) {
      const messages: string[] = [];
      const collector = new LogCollector("INFO", (lines) => messages.push(...lines.map(({ message }) => message)));
      collector.take(bytes.subarray(0, at));
      collector.take(bytes.subarray(at));
      collector.finish();
      expect(messages).toEqual(["Zürich 😀"]);
    }
  },
);

test("the last words are told in their own characters", () => {
  const collector = new LogCollector("WARN", () => {});
  for (const byte of Buffer.from("no room in Zürich")) collector.take(Buffer.of(byte));
  expect(collector.tail).toBe("no room in Zürich");
});

import type { HandlerResult } from "@letsdata/plugin-kit/handler";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { testHandler, textRecord } from "@letsdata/plugin-kit/testing/handler-conformance";
import { describe, expect, it } from "vitest";
import type { LanguageHost } from "../../language-host.ts";
import { payloadBytesMax } from "../bridge-protocol.ts";

const signal = new AbortController().signal;

/** What a function behind the bridge promises; its customer code is that of handler-conformance and gives back what other records are. */
export function testBridge(name: string, open: () => Promise<{ host: LanguageHost; artifactDir: string }>): void {
  const openFile = async () => {
    const { host, artifactDir } = await open();
    return host.openSingleFileParser({ artifactDir, taskId: "task" });
  };
  const handle = async (records: readonly SourceRecord[]): Promise<readonly HandlerResult[]> => {
    const { handler } = await openFile();
    try {
      return await handler.handle(records, signal);
    } finally {
      await handler.close();
    }
  };

  testHandler(name, {
    openHandler: async () => (await openFile()).handler,
    answersSynchronously: false,
    queuesBatches: false,
  });

  describe(name, () => {
    it("is asked for file type, resolved name and patterns", async () => {
      const { frame, handler } = await openFile();
      const start = { kind: "pattern", pattern: Buffer.from("{") };
      expect(await frame("a.gz")).toEqual({ fileType: "LOG", resolvedName: "in/a.gz", start, end: null });
      await handler.close();
    });

    it("an exception is a task error with record, type and the function's own stack", async () => {
      await expect(handle([textRecord("a", 0), textRecord("throw é", 100)])).rejects.toMatchObject({
        code: "HANDLER_EXCEPTION",
        message: expect.stringMatching(/^parseDocument threw at byte 100 of log\.gz: \w+Error: throw é/),
        details: { stack: expect.stringMatching(/\n.*(index\.js|\.py)/) },
      });
    });

    it("a record no function can be sent is an error record, its neighbours are not", async () => {
      const results = await handle([textRecord("a"), textRecord("x".repeat(payloadBytesMax)), textRecord("b")]);
      expect(results.map(({ kind }) => kind)).toEqual(["document", "invalid", "document"]);
      expect(results[1]).toMatchObject({ code: "RECORD_TOO_LARGE_FOR_BRIDGE" });
    });
  });
}

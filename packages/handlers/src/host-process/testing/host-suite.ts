import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { HandlerResult } from "@letsdata/plugin-kit/handler";
import { testHandler, textRecord } from "@letsdata/plugin-kit/testing/handler-conformance";
import { expect, onTestFinished, test } from "vitest";
import type { LanguageHost, SingleFileHost, TaskHandlerSource } from "../../language-host.ts";
import type { HandlerStack } from "../ask-stack.ts";

/** A host whose handler does what a record's text says, and what is told differently in its language. */
export interface HostUnderTest {
  /** Such as "Python". */
  readonly language: string;
  readonly host: LanguageHost;
  /** Of the handler; called in tests. */
  readonly source: () => Omit<TaskHandlerSource, "taskId">;
  /** What is said of a handler that asks its process to end with 3. */
  readonly exitMessage: string;
  /** Of a record's text for which the handler returns nothing that can be written. */
  readonly unusable: string;
  /** How many ways out the handler tries. */
  readonly escapes: number;
  /** Path of the handler's source. */
  readonly sourceFile: string;
  /** Text of the lines it loops for ever in, and sleeps in, by what the record says. */
  readonly hangs: { readonly loop: RegExp; readonly sleep: RegExp };
  /** Where it dies of a fault in native code: a line of its source, or a method where the runtime knows no line. */
  readonly crashesIn: RegExp;
}

export interface HostHelpers {
  readonly open: () => Promise<SingleFileHost>;
  /** Records of these texts, 100 bytes apart, through a handler of their own. */
  readonly handle: (...texts: readonly string[]) => Promise<readonly HandlerResult[]>;
  /** Of the one document. */
  readonly bodyOf: (text: string) => Promise<string>;
  /** The handler's stack once it hangs in this record: asked until the line it names has this text, as it may still be on its way there. */
  readonly stackOfHang: (text: string, line: RegExp) => Promise<string>;
}

export function hostHelpers({
  host,
  source,
  sourceFile,
}: Pick<HostUnderTest, "host" | "source" | "sourceFile">): HostHelpers {
  const open = () => host.openSingleFileParser({ ...source(), taskId: "task" });
  const handle: HostHelpers["handle"] = async (...texts) => {
    const { handler } = await open();
    try {
      return await handler.handle(
        texts.map((text, n) => textRecord(text, n * 100)),
        new AbortController().signal,
      );
    } finally {
      await handler.close();
    }
  };
  return {
    open,
    handle,
    async bodyOf(text) {
      const [result] = await handle(text);
      return result?.kind === "document" ? result.document.body : JSON.stringify(result);
    },
    async stackOfHang(text, line) {
      const { handler } = await open();
      const hanging = handler.handle([textRecord(text)], new AbortController().signal);
      const lines = readFileSync(sourceFile, "utf8").split("\n");
      let stack: HandlerStack | null = null;
      const lineItIsIn = async (): Promise<string> => {
        stack = await host.stack!();
        const [, number, file] = /^line (\d+) of (.+)$/.exec(stack?.place ?? "") ?? [];
        return file === basename(sourceFile) ? lines[Number(number) - 1]! : `elsewhere: ${JSON.stringify(stack)}`;
      };
      await expect.poll(lineItIsIn).toMatch(line);
      await handler.close();
      await expect(hanging).rejects.toMatchObject({ code: "TASK_CRASHED" });
      return stack!.stack;
    },
  };
}

/** What every language host promises, beside what every handler does. */
export function testHost(underTest: HostUnderTest): void {
  const { language, host, exitMessage, unusable, escapes, hangs, crashesIn } = underTest;
  const { open, handle, bodyOf, stackOfHang } = hostHelpers(underTest);

  testHandler(`the ${language} handler`, {
    openHandler: async () => (await open()).handler,
    answersSynchronously: false,
    queuesBatches: true,
  });

  test("the handler is asked about a file as JavaScript's is", async () => {
    const host = await open();
    expect(await host.frame("a.gz")).toEqual({
      fileType: "LOG",
      resolvedName: "in/a.gz",
      start: { kind: "pattern", pattern: Buffer.from("{") },
      end: null,
    });
    await host.handler.close();
  });

  test("each document has its own body, whatever letters it holds and whatever became of the records between", async () => {
    const long = "x".repeat(100_000);
    const texts = ["über", "skip it", '𝄞 "quoted" \\ \u2028', "error x", unusable, "\n", long, "last"];
    // A batch of ASCII alone takes another way.
    for (const some of [texts, texts.filter((text) => /^[\n-~]*$/.test(text)), Array(500).fill("a longer text")]) {
      const results = await handle(...some);
      const told = results.map((result) => (result.kind === "document" ? result.document.fields().text : result.kind));
      const kinds = new Map([
        ["skip it", "skip"],
        ["error x", "error"],
        [unusable, "invalid"],
      ]);
      expect(told).toEqual(some.map((text) => kinds.get(text) ?? text));
    }
  });

  test("ending the process is an exception; a process that dies is TASK_CRASHED, and the next attempt gets a new one", async () => {
    await expect(handle("exit")).rejects.toMatchObject({
      code: "HANDLER_EXCEPTION",
      message: expect.stringContaining(exitMessage),
    });
    await expect(handle("die")).rejects.toMatchObject({
      code: "TASK_CRASHED",
      message: expect.stringContaining(`${language} process ended`),
    });
    expect((await handle("a"))[0]?.kind).toBe("document");
  });

  test("a composite without a document is a skip with the errors of its parts", async () => {
    expect(await handle("parts", "parts skip")).toMatchObject([
      { kind: "skip", partErrors: [{ message: "parts" }] },
      { kind: "skip", partErrors: [{ message: "parts skip" }] },
    ]);
  });

  test("an exception that throws when its text is asked for is told by its class, at its record", async () => {
    await expect(handle("a", "mute")).rejects.toMatchObject({
      code: "HANDLER_EXCEPTION",
      message: expect.stringMatching(
        /^parseDocument threw at byte 100 of log\.gz: .*Mute.* \(line \d+ of SingleFileParser\.\w+\)$/,
      ),
      details: { stack: expect.stringContaining("parseDocument") },
    });
  });

  test("a fault in native code that ends the process is told with the handler's place and stack", async () => {
    await handle("a");
    // What it writes as it dies is read whoever asked it before.
    await host.stack!();
    await expect(handle("crash")).rejects.toMatchObject({
      code: "TASK_CRASHED",
      message: expect.stringMatching(
        new RegExp(`ended: (signal SIG\\w+|exit code \\d+): the handler was in ${crashesIn.source}\\.$`),
      ),
      details: { stack: expect.stringContaining("parseDocument") },
    });
  });

  test("what a handler prints never reaches the pipe", async () => {
    expect((await handle("print", "a")).map(({ kind }) => kind)).toEqual(["document", "document"]);
  });

  test("an endless loop ends with the attempt's signal, also in a batch that was queued", async () => {
    const { handler } = await open();
    const abort = new AbortController();
    const before = handler.handle([textRecord("a")], abort.signal);
    const loop = handler.handle([textRecord("loop")], abort.signal);
    const behind = handler.handle([textRecord("b")], abort.signal);
    expect((await before)[0]?.kind).toBe("document");
    abort.abort();
    await expect(loop).rejects.toMatchObject({ code: "TASK_CRASHED" });
    await expect(behind).rejects.toMatchObject({ code: "TASK_CRASHED" });
    await handler.close();
  });

  test.each(["loop", "sleep"] as const)(
    "asked in the middle of a %s, it tells the handler's line and stack",
    async (deed) => {
      const stack = await stackOfHang(deed, hangs[deed]);
      expect(stack).toContain("parseDocument");
      expect(stack).not.toMatch(/letsdata_host|com\.letsdata\.host/);
    },
  );

  test("asked between two calls, it is nowhere", async () => {
    const { handler } = await open();
    expect(await host.stack!()).toBeNull();
    expect((await handler.handle([textRecord("a")], new AbortController().signal))[0]?.kind).toBe("document");
    await handler.close();
  });

  test("customer code reads no files of others, writes none, starts no program, signals no process and cannot lift this", async () => {
    expect(JSON.parse(await bodyOf("escape")).refused).toEqual(Array(escapes).fill("refused"));
  });

  test("customer code cannot empty a file it may not write, not even without opening it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "letsdata-not-theirs-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "file");
    writeFileSync(file, "not theirs");
    expect(JSON.parse(await bodyOf(`truncate ${file}`)).refused).toBe("refused");
    expect(readFileSync(file, "utf8")).toBe("not theirs");
  });
}

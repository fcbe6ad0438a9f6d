import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "@letsdata/plugin-kit/problems";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jarOf } from "../artifact/jar-of.ts";
import { testHandler } from "../interfaces/test-handler.ts";
import type { MessageInterface } from "../interfaces/test-messages.ts";
import { buildJavaArtifact, buildJavaHost } from "../java/host-classes.ts";
import { javaHost } from "../java/open-handler.ts";
import { pythonHost } from "../python/open-handler.ts";

const sources = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "letsdata-helpers-of-interfaces-"));
let javaArtifact: string;
let javaClassPath: string;
beforeAll(async () => {
  const { interfacesJar } = await buildJavaHost();
  javaArtifact = await buildJavaArtifact(join(sources, "java/testing/artifact"));
  javaClassPath = `${interfacesJar}:${jarOf(javaArtifact)}`;
}, 300_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  javaHost.close?.();
  pythonHost.close?.();
});

/** What became of records, or with what the task fails. */
type Told =
  | {
      readonly documents: readonly unknown[];
      readonly errors: readonly string[];
      readonly partErrors: readonly string[];
      readonly skips: number;
    }
  | { readonly fails: string };

async function inTask(input: Parameters<typeof testHandler>[0]): Promise<Told> {
  const told = { documents: [] as unknown[], errors: [] as string[], partErrors: [] as string[], skips: 0 };
  try {
    for await (const { result } of testHandler(input)) {
      if (result.kind === "document") {
        told.documents.push(JSON.parse(result.document.body));
        told.partErrors.push(...(result.partErrors ?? []).map(({ message }) => message));
      } else if (result.kind === "error") {
        told.errors.push(result.error.message);
        told.partErrors.push(...result.error.parts.map(({ message }) => message));
      } else if (result.kind === "skip") told.skips++;
      else told.errors.push(`INVALID_DOCUMENT: ${result.message}`);
    }
    return told;
  } catch (thrown) {
    return { fails: failureIn(thrown instanceof Problem ? `${thrown.code}: ${thrown.message}` : String(thrown)) };
  }
}

/** The word by which failures of a task and of a helper are the same: a problem's code, or what customer code said. */
function failureIn(text: string): string {
  return /INVALID_HINT|NO_PROGRESS|throw \w+/.exec(text)?.[0] ?? text;
}

const tellInPython = `
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
class Supplied:
    def find_spec(self, name, path=None, target=None):
        import importlib.machinery, os
        return importlib.machinery.PathFinder.find_spec(name, [os.path.join(sys.argv[2], *name.split(".")[:-1])])
sys.meta_path.append(Supplied())
from letsdata_testing import run_handler

def made(module, name):
    return getattr(importlib.import_module("letsdata_interfaces.readers." + module), name)()

def tell(run):
    try:
        run = run()
        print(json.dumps({
            "documents": run.bodies,
            "errors": [error.errorMessage for error in run.errors],
            "partErrors": [error.errorMessage for error in run.part_errors],
            "skips": len(run.skips),
        }))
    except Exception as error:
        print(json.dumps({"fails": str(error)}))
`;

function inPython(artifactDir: string, calls: string, input: unknown = null): Told[] {
  const support = join(sources, "python/host/support");
  const out = execFileSync("python3", ["-B", "-c", tellInPython + calls, artifactDir, support], {
    input: JSON.stringify(input),
    encoding: "utf8",
  });
  return toldIn(out);
}

const tellInJava = `
import com.acme.*;
import com.resonance.letsdata.data.documents.interfaces.*;
import com.resonance.letsdata.data.readers.interfaces.dynamodb.*;
import com.resonance.letsdata.data.readers.interfaces.dynamodbstreams.*;
import com.resonance.letsdata.data.readers.interfaces.kinesis.*;
import com.resonance.letsdata.data.readers.interfaces.sqs.*;
import com.resonance.letsdata.data.testing.HandlerRun;
import java.util.*;
import java.util.function.Supplier;
import java.util.stream.Collectors;

public class Told {
  static Map<String, Object> map(Object... entries) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) map.put((String) entries[i], entries[i + 1]);
    return map;
  }

  static String quoted(String text) {
    return '"' + text.replace("\\\\", "\\\\\\\\").replace("\\"", "\\\\\\"").replace("\\n", "\\\\n") + '"';
  }

  static String messages(List<? extends DocumentInterface> errors) {
    return errors.stream().map(error -> quoted(((ErrorDocInterface) error).getErrorMessage())).collect(Collectors.joining(",", "[", "]"));
  }

  static void tell(Supplier<HandlerRun> running) {
    try {
      HandlerRun run = running.get();
      String documents = run.documents().stream().map(DocumentInterface::serialize).collect(Collectors.joining(",", "[", "]"));
      System.out.println("{\\"documents\\":" + documents + ",\\"errors\\":" + messages(run.errors())
          + ",\\"partErrors\\":" + messages(run.partErrors()) + ",\\"skips\\":" + run.skips().size() + "}");
    } catch (RuntimeException failed) {
      Throwable cause = failed;
      while (cause.getCause() != null) cause = cause.getCause();
      System.out.println("{\\"fails\\":" + quoted(String.valueOf(cause.getMessage())) + "}");
    }
  }

  public static void main(String[] arguments) {
    // CALLS
  }
}`;

function inJava(calls: readonly string[]): Told[] {
  const source = join(folder, "Told.java");
  writeFileSync(source, tellInJava.replace("// CALLS", calls.map((call) => `tell(() -> ${call});`).join("\n    ")));
  const encoded = ["-Dfile.encoding=UTF-8", "-Dsun.stdout.encoding=UTF-8", "-Dstdout.encoding=UTF-8"];
  return toldIn(execFileSync("java", [...encoded, "-cp", javaClassPath, source], { encoding: "utf8" }));
}

function toldIn(out: string): Told[] {
  return out
    .trim()
    .split("\n")
    .map((line) => {
      const told = JSON.parse(line) as Told;
      return "fails" in told ? { fails: failureIn(told.fails) } : told;
    });
}

/** A JSON value as an expression of Java. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `Arrays.asList(${value.map(literal).join(", ")})`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `map(${Object.entries(value).flatMap(([key, member]) => [JSON.stringify(key), literal(member)])})`;
}

/** A text is the message or data itself, an object arguments by name, or the item or new image itself. */
const records: Readonly<Record<MessageInterface, readonly (string | object)[]>> = {
  QueueMessageReader: [
    "plain ü",
    { messageBody: "stated", messageId: "m", messageAttributes: { a: "b" } },
    '{"json":1}',
    "skip it",
    "error it",
    { messageBody: "grouped", messageGroupId: "g", messageDeduplicationId: "d" },
  ],
  KinesisRecordReader: ["plain ü", { data: "stated", partitionKey: "k", streamArn: "arn", shardId: "s" }, "error it"],
  DynamoDBStreamsRecordReader: [
    { text: "an image" },
    { newImage: { text: "stated" }, keys: { id: 1 }, oldImage: { l: [1, null] }, eventName: "MODIFY", sizeBytes: 9 },
    { text: "skip it" },
  ],
  DynamoDBTableItemReader: [
    { text: "an item", n: 1.5 },
    { item: { text: "stated" }, keys: { id: 1 }, tableName: "t", segmentNumber: 4 },
    { text: "error it" },
  ],
};
const linesOf = (given: readonly (string | object)[]) =>
  given.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n");
const interfaceNames = Object.keys(records) as MessageInterface[];

test("Python's run_handler gives messages, stream records and items to a handler as a task does", async () => {
  const artifactDir = join(sources, "python/testing/every-record-reader");
  const inTasks = interfaceNames.map((interfaceName) =>
    inTask({ host: pythonHost, artifactDir, interfaceName, content: linesOf(records[interfaceName]) }),
  );
  const places = ["sqs", "kinesis", "dynamodbstreams", "dynamodb"];
  const calls = `
for (name, records, lines), folder in zip(json.load(sys.stdin), ${JSON.stringify(places)}):
    handler = made(folder + "." + name, name)
    tell(lambda: run_handler(handler, records=records))
    tell(lambda: run_handler(handler, lines))
`;
  const given = interfaceNames.map((name) => [name, records[name], linesOf(records[name])]);
  const expected = await Promise.all(inTasks);
  expect(inPython(artifactDir, calls, given)).toEqual(expected.flatMap((told) => [told, told]));
});

test("Java's HandlerRun gives messages, stream records and items to a handler as a task does", async () => {
  const implementation = "com.acme.EveryRecordReader";
  const inTasks = interfaceNames.map((interfaceName) =>
    inTask({
      ...{ host: javaHost, artifactDir: javaArtifact, implementation, interfaceName },
      content: linesOf(records[interfaceName]),
    }),
  );
  const calls = interfaceNames.map((name) => {
    return `HandlerRun.over((${name}) new EveryRecordReader(), ${literal(records[name])})`;
  });
  expect(inJava(calls)).toEqual(await Promise.all(inTasks));
});

const orders = [
  "\nH,1,a\nI,1,b\nI,1,xc\nE,1,\nH,2,xd\nI,2,e\nI,2,xf\nE,2,\nH,3,sf\nE,3,\nH,4,g\nI,4,sh\nI,4,i\n",
  "",
  "\nH,9,z",
  "\nH,1,a\nE,1,\nH,2,wait\n",
  "\nH,1,a\nI,1,throw it\n",
];
const pairs = { HEAD: "1,a\n2,b\n3,c", LINE: "1,x\n1,y\n3,z\n" };

/** Of each text of orders, and of the pairs. */
async function machinesInTask(input: Pick<Parameters<typeof testHandler>[0], "host" | "artifactDir">): Promise<Told[]> {
  const interfaceName = "SingleFileStateMachineReader";
  const ofOrders = orders.map((content) => inTask({ ...input, interfaceName, content }));
  const file = Object.entries(pairs)
    .map(([type, content]) => {
      const path = join(folder, type);
      writeFileSync(path, content);
      return `${type}:${path}`;
    })
    .join("|");
  const ofPairs = inTask({ ...input, interfaceName: "MultipleFileStateMachineReader", file });
  return Promise.all([...ofOrders, ofPairs]);
}

test("Python's run_handler runs state machines as a task does", async () => {
  const artifactDir = join(sources, "python/testing/artifact");
  const expected = await machinesInTask({ host: pythonHost, artifactDir });
  expect(expected).toMatchObject([
    { errors: ["bad xd"], partErrors: ["bad xc", "bad xf"], skips: 1 },
    {},
    {},
    {},
    {},
    {},
  ]);
  expect(expected).toContainEqual({ fails: "NO_PROGRESS" });
  expect(expected).toContainEqual({ fails: "throw it" });
  const calls = `
orders, pairs = json.load(sys.stdin)
for content in orders:
    parser = made("parsers.SingleFileStateMachineParser", "SingleFileStateMachineParser")
    reader = made("SingleFileStateMachineReader", "SingleFileStateMachineReader")
    tell(lambda: run_handler(reader, content, parsers=parser))
tell(lambda: run_handler(made("MultipleFileStateMachineReader", "MultipleFileStateMachineReader"), pairs))
`;
  expect(inPython(artifactDir, calls, [orders, pairs])).toEqual(expected);
});

test("Java's HandlerRun runs state machines as a task does", async () => {
  const expected = await machinesInTask({ host: javaHost, artifactDir: javaArtifact });
  const ofOrders = orders.map((content) => {
    return `HandlerRun.over(new OrdersReader(), new SingleFileStateMachineParser(), ${JSON.stringify(content)})`;
  });
  const contents = `(Map) map("HEAD", ${JSON.stringify(pairs.HEAD)}, "LINE", ${JSON.stringify(pairs.LINE)})`;
  const ofPairs = `HandlerRun.over(new PairsReader(), Collections.emptyMap(), ${contents})`;
  expect(inJava([...ofOrders, ofPairs])).toEqual(expected);
});

const vectorised = {
  documents: ["a", "none b"].map((text) => expect.objectContaining({ text })),
  errors: [expect.stringMatching(/^INVALID_DOCUMENT: extractDocumentElementsForVectorization returned/), "fail e"],
  partErrors: [],
  skips: 1,
};
const texts = ["a", "none b", "number c", "drop d", "fail e"];
const textsSent = [{ title: "a" }, {}, { title: "drop d" }, { title: "fail e" }];

test("Python's run_vectors_handler tells texts, documents with vectors, skips and errors", () => {
  const calls = `
from letsdata_testing import run_vectors_handler
documents = [{"documentId": text, "text": text} for text in json.load(sys.stdin)]
vectors = made("sagemaker.SagemakerVectorsInterface", "SagemakerVectorsInterface")
run = run_vectors_handler(vectors, documents, lambda text: [len(text)])
tell(lambda: run)
print(json.dumps({"fails": json.dumps([run.texts, run.bodies[0]["vectors"]])}))
tell(lambda: run_vectors_handler(vectors, [{"text": "refuse throw it"}]))
`;
  const [run, told, refused] = inPython(join(sources, "python/testing/artifact"), calls, texts);
  expect(run).toEqual(vectorised);
  expect(told).toEqual({ fails: JSON.stringify([textsSent, { title: [1] }]).replaceAll(/([:,])/g, "$1 ") });
  expect(refused).toEqual({ fails: "throw it" });
});

test("Java's HandlerRun runs a vectors handler over documents of a read handler", () => {
  const read = `HandlerRun.over((QueueMessageReader) new EveryRecordReader(), ${literal(texts)})`;
  const run = `HandlerRun.over(new Vectors(), ${read}.documents(), text -> new Double[] {(double) text.length()})`;
  const [whole, told] = inJava([run, `{ throw new RuntimeException(${run}.texts().toString()); }`]);
  expect(whole).toEqual(vectorised);
  expect(whole).toMatchObject({ documents: [{ vectors: { title: [1] } }, {}] });
  expect(told).toEqual({ fails: "[{title=a}, {}, {title=drop d}, {title=fail e}]" });
});

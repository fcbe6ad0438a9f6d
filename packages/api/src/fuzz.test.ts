import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleDataset } from "./testing/sample-dataset.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

/** Every run takes new ones. */
const bodiesTried = Number(process.env.FUZZ_BODIES ?? 10_000);
/** Longer than any answer takes on a busy machine: beyond it something hangs. */
const answerMs = 30_000;

let api: TestApi;
let handle: (request: Request) => Promise<Response>;

beforeAll(async () => {
  api = await startTestApi();
  handle = api.handleAs(await api.createTenant());
});
afterAll(() => api?.stop());

const anyJson = fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }).map((value) => JSON.stringify(value));
const hugeNumbers = fc.constantFrom("1e400", "-1e308", "9007199254740993", "-0", "0.1e-400", "12345678901234567890");
const names = fc.oneof(
  fc.constantFrom(
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "",
    "datasetName",
    "データ",
    "a\u0000b",
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const nested = fc
  .tuple(fc.constantFrom('{"a":', "["), fc.integer({ min: 2, max: 3_000 }))
  .map(([open, depth]) => `${open.repeat(depth)}1${(open === "[" ? "]" : "}").repeat(depth)}`);
const anyValue = fc.oneof({ weight: 4, arbitrary: anyJson }, hugeNumbers, nested);

/** Every place of a good body, outermost first. */
function placesOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, one]) => placesOf(one, [...path, name]))];
}
const good = sampleDataset("Fuzzed");
const places = placesOf(good).filter((path) => path.length > 0);

/** A good body in which one place is replaced, renamed, dropped or given a companion; written as text, so that no key is lost. */
const mutated = fc
  .tuple(fc.constantFrom(...places), fc.constantFrom("replace", "rename", "drop", "add"), names, anyValue)
  .map(([path, change, name, value]) => textWith(good, path, change, name, value));

function textWith(at: unknown, path: readonly string[], change: string, name: string, value: string): string {
  const [next, ...rest] = path;
  const entries = Object.entries(at as object).flatMap(([key, one]) => {
    const same = `${JSON.stringify(key)}:${JSON.stringify(one)}`;
    if (key !== next) return [same];
    if (rest.length > 0) return [`${JSON.stringify(key)}:${textWith(one, rest, change, name, value)}`];
    if (change === "replace") return [`${JSON.stringify(key)}:${value}`];
    if (change === "rename") return [`${JSON.stringify(name)}:${JSON.stringify(one)}`];
    return change === "drop" ? [] : [same, `${JSON.stringify(name)}:${value}`];
  });
  return `{${entries.join(",")}}`;
}

const bodies = fc.oneof(
  { weight: 6, arbitrary: mutated },
  { weight: 3, arbitrary: anyValue },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
);

async function answerTo(path: string, body: string | Uint8Array<ArrayBuffer>) {
  const request = new Request(`http://localhost/api/v1${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer of-a-program" },
    body,
  });
  const late = AbortSignal.timeout(answerMs);
  const hang = new Promise<never>((_, reject) => {
    late.addEventListener("abort", () => reject(new Error(`no answer within ${answerMs} ms`)));
  });
  const response = await Promise.race([handle(request), hang]);
  type Answer = {
    readonly errors?: readonly { readonly path: string; readonly fix: string }[];
    readonly valid?: boolean;
  };
  return { status: response.status, answer: (await response.json()) as Answer };
}

function expectAnswer({ status, answer }: Awaited<ReturnType<typeof answerTo>>): void {
  expect(status).toBeLessThan(500);
  if (status < 400 && answer.valid !== false) return;
  expect(answer.errors?.length).toBeGreaterThan(0);
  for (const finding of answer.errors ?? []) {
    expect(typeof finding.path).toBe("string");
    expect(typeof finding.fix).toBe("string");
  }
}

test("no body makes create or validate fail on our side or hang: refusals list a path, code, message and fix each", async () => {
  const path = fc.constantFrom("/datasets", "/datasets/validate");
  const property = fc.asyncProperty(path, bodies, async (to, body) => expectAnswer(await answerTo(to, body)));
  await fc.assert(property, { numRuns: bodiesTried });
  expect(api.logged).toEqual([]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
}, 600_000);

test.each([
  ["deeper than any configuration", "[".repeat(400_000) + "]".repeat(400_000)],
  ["of many names", `{${Array.from({ length: 60_000 }, (_, n) => `"n${n}":${n}`).join(",")}}`],
  ["of one long name", JSON.stringify({ ["x".repeat(900_000)]: 1 })],
  ["larger than 1 MiB", JSON.stringify({ datasetName: "x".repeat(1024 * 1024) })],
  ["not UTF-8", new Uint8Array([0x22, 0xff, 0xfe, 0x22])],
  [
    "with a name that would change every object",
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  ],
] as const)("a body %s is refused with what is wrong", async (_, body) => {
  for (const path of ["/datasets", "/datasets/validate"]) expectAnswer(await answerTo(path, body));
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

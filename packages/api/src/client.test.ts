import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApiClient } from "./client.ts";

const problem = (status: number, code: string) =>
  Response.json(
    { type: "about:blank", title: code, status, detail: code, instance: "/", code, requestId: "r", errors: [] },
    { status },
  );
const away = () => problem(503, "DATABASE_UNAVAILABLE");

/** A client whose server gives these answers, one after the other, and then the last one again and again. */
function clientOf(...answers: readonly (() => Response)[]) {
  const server = vi.fn(async () => (answers[server.mock.calls.length - 1] ?? answers.at(-1)!)());
  return { server, client: createApiClient({ url: "http://127.0.0.1:1/api/v1", fetch: server }) };
}

/** The outcome, with the pauses between two questions passing at once. */
async function outcomeOf<Answer>(asked: Promise<Answer>): Promise<Answer | { readonly thrown: unknown }> {
  const outcome = asked.catch((thrown: unknown) => ({ thrown }));
  await vi.runAllTimersAsync();
  return outcome;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("what only reads is asked again while the server says that it may work later", async () => {
  const { client, server } = clientOf(away, away, () => Response.json({ items: [], nextCursor: null }));
  expect(await outcomeOf(client.datasets.list({}))).toEqual({ items: [], nextCursor: null });
  expect(server).toHaveBeenCalledTimes(3);
});

test("a read is given up within ten seconds, with the server's problem", async () => {
  const { client, server } = clientOf(away);
  const began = Date.now();
  expect(await outcomeOf(client.datasets.view({ dataset: "Flights" }))).toMatchObject({
    thrown: { code: "DATABASE_UNAVAILABLE" },
  });
  expect(server.mock.calls.length).toBeGreaterThan(3);
  expect(Date.now() - began).toBeLessThan(10_000);
});

test("a write is sent once, and so is a read that waiting does not help", async () => {
  for (const [answer, ask] of [
    [away, (client) => client.datasets.create({})],
    [() => problem(404, "NOT_FOUND"), (client) => client.datasets.view({ dataset: "Flights" })],
  ] as const satisfies readonly (readonly [
    () => Response,
    (client: ReturnType<typeof createApiClient>) => unknown,
  ])[]) {
    const { client, server } = clientOf(answer);
    expect(await outcomeOf(ask(client) as Promise<unknown>)).toHaveProperty("thrown");
    expect(server).toHaveBeenCalledTimes(1);
  }
});

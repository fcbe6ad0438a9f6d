import { AsyncLocalStorage } from "node:async_hooks";
import { databaseProblem } from "@letsdata/database/database-problem";
import type { PrismaClient } from "@letsdata/database/generated/client";

interface Seen {
  failure: unknown;
}

const seenBy = new AsyncLocalStorage<Seen>();

/** The same client; what its queries throw is seen by `failingWithDatabase`. */
export function withSeenFailures(prisma: PrismaClient): PrismaClient {
  const extended = prisma.$extends({
    query: {
      async $allOperations({ args, query }) {
        try {
          return await query(args);
        } catch (thrown) {
          const seen = seenBy.getStore();
          if (seen) seen.failure ??= databaseProblem(thrown);
          throw thrown;
        }
      },
    },
  });
  return extended as unknown as PrismaClient;
}

/**
 * The library that asks who somebody is calls a key invalid when it could not look it up: nobody may be turned away because the database
 * is away for a moment. Throws what the database threw, DATABASE_UNAVAILABLE then, whatever `ask` makes of it.
 */
export async function failingWithDatabase<T>(ask: () => Promise<T>): Promise<T> {
  const seen: Seen = { failure: undefined };
  const settled = await seenBy.run(seen, () => Promise.allSettled([ask()]));
  if (seen.failure !== undefined) throw seen.failure;
  const [asked] = settled;
  if (asked.status === "rejected") throw asked.reason;
  return asked.value;
}

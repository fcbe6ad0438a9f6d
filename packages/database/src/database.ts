import { PrismaPg } from "@prisma/adapter-pg";
import { databaseProblem } from "./database-problem.ts";
import { Prisma, PrismaClient } from "./generated/client.ts";

export { Prisma };
/** The pool of connections; it reconnects by itself after the server was away. */
export type Database = PrismaClient;
/** What stores take: the database itself or one open transaction of it. */
export type Queryable = Prisma.TransactionClient;

/** Longer than any pause between two statements of a transaction, about as long as a lease. */
const IDLE_IN_TRANSACTION_MS = 10_000;

/** Longer than any statement the product makes: transactions end after 30 s. */
const STATEMENT_SECONDS = 120;
/** A server that is gone without a word is noticed so soon where nothing was sent to it meanwhile. */
const KEEP_ALIVE_AFTER_MS = 10_000;

export interface DatabaseOptions {
  /**
   * A statement not answered for so long counts as DATABASE_UNAVAILABLE and its connection is given up: a server or a network that
   * hangs would otherwise be waited for without end. Default 120.
   */
  readonly statementSeconds?: number;
  /** Connections of the pool. */
  readonly connectionsMax?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
}

/** Errors of every query arrive as `Problem`s. Connects with the first query; never ends the process. */
export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const adapter = new PrismaPg(
    {
      connectionString: url,
      max: options.connectionsMax ?? 10,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
      query_timeout: (options.statementSeconds ?? STATEMENT_SECONDS) * 1_000,
      // A process that hangs in a transaction would hold its locks as long as it hangs: the server ends the transaction.
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      application_name: options.applicationName ?? "letsdata",
    },
    // A connection cut while idle is the pool's to replace, not ours to die of.
    { onPoolError: () => undefined, onConnectionError: () => undefined },
  );
  const client = new PrismaClient({ adapter });
  const extended = client.$extends({
    query: {
      async $allOperations({ args, query }) {
        try {
          return await query(args);
        } catch (thrown) {
          throw databaseProblem(thrown);
        }
      },
    },
  });
  return extended as unknown as Database;
}

/** Runs `work` in one transaction (READ COMMITTED); its errors arrive as thrown, those of begin and commit as `Problem`s. */
export async function inTransaction<T>(
  db: Database,
  work: (transaction: Queryable) => Promise<T>,
  options: { readonly timeoutMilliseconds?: number } = {},
): Promise<T> {
  try {
    return await db.$transaction(work, { timeout: options.timeoutMilliseconds ?? 30_000, maxWait: 10_000 });
  } catch (thrown) {
    throw databaseProblem(thrown);
  }
}

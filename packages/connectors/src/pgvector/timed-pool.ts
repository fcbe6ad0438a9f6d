import { Pool, type PoolConfig, type QueryResult, type QueryResultRow } from "pg";
import { refusedParameter } from "./postgres-problem.ts";

/** How much longer the answer is waited for: a server that hangs cannot keep its own time. */
const BACKSTOP_MS = 3_000;

/**
 * Connections whose statements the server itself ends after a time: a statement whose client is gone goes on waiting for its lock, holds one of
 * the server's connections, and may write over what came later. The time is asked for when a connection starts. A pooler that does
 * not let that through (PgBouncer, as it comes) gets it with each statement, in a transaction.
 */
export class TimedPool {
  readonly #config: PoolConfig;
  readonly #statementMs: number;
  readonly #onStatement: (() => void) | undefined;
  #pool: Pool;
  /** Whether connections have the time from their start; null = not asked yet. */
  #isKept: Promise<boolean> | null = null;

  /** `config` may have a statement_timeout of its own, which counts then. `onStatement` is called at each. */
  constructor(config: PoolConfig, statementMs: number, onStatement?: () => void) {
    this.#config = { ...config, query_timeout: statementMs + BACKSTOP_MS };
    this.#statementMs = statementMs;
    this.#onStatement = onStatement;
    this.#pool = open({ statement_timeout: statementMs, ...this.#config }, onStatement);
  }

  /** Throws what node-postgres throws: 57014 when the time is over. */
  async query<R extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<R>> {
    this.#isKept ??= this.#askOnce();
    const isKept = await this.#isKept.catch((thrown: unknown) => {
      this.#isKept = null;
      throw thrown;
    });
    return isKept ? this.#pool.query<R>(text, values) : this.#inTransaction<R>(text, values);
  }

  end(): Promise<void> {
    return this.#pool.end();
  }

  async #askOnce(): Promise<boolean> {
    if (this.#config.statement_timeout !== undefined) return true;
    try {
      const { rows } = await this.#pool.query("SELECT setting FROM pg_settings WHERE name = 'statement_timeout'");
      return rows[0]?.setting === String(this.#statementMs);
    } catch (thrown) {
      if (refusedParameter(thrown) !== "statement_timeout") throw thrown;
    }
    await this.#pool.end();
    this.#pool = open(this.#config, this.#onStatement);
    return false;
  }

  async #inTransaction<R extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<R>> {
    const client = await this.#pool.connect();
    try {
      await client.query(`BEGIN; SET LOCAL statement_timeout = ${this.#statementMs}`);
      const result = await client.query<R>(text, values);
      await client.query("COMMIT");
      client.release();
      return result;
    } catch (thrown) {
      await client.query("ROLLBACK").then(
        () => client.release(),
        () => client.release(true),
      );
      throw thrown;
    }
  }
}

function open(config: PoolConfig, onStatement?: () => void): Pool {
  const pool = new Pool(config);
  // An idle connection that breaks is replaced at the next statement.
  pool.on("error", () => undefined);
  // A statement takes a connection each.
  if (onStatement) pool.on("acquire", () => onStatement());
  return pool;
}

import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type ErrorCapturingSqlMigrationAwareDriverAdapterFactory,
  type SqlDriverAdapter,
} from "@prisma/driver-adapter-utils";
import { Client, Pool, type PoolConfig } from "pg";

// PostgreSQL's one-byte "char", of which the catalogue is full.
const charOid = 18;
const textOid = 25;

/**
 * Prisma's adapter as its schema engine needs it. It differs from the one Prisma ships in four places: a connection by
 * parts (a connection string would make the shadow database the main one), "char" columns, scripts sent whole (its own
 * splitter breaks the bodies of functions), and a shadow database that goes even when somebody looks at it.
 */
export function engineAdapter(url: string): {
  readonly factory: ErrorCapturingSqlMigrationAwareDriverAdapterFactory;
  /** Ends every connection: the engine does not when it is freed. */
  close(): Promise<void>;
} {
  const config = connectionParts(url);
  const closers = new Set<() => Promise<void>>();
  const connect = async (database: string | undefined, onClose: () => Promise<void>): Promise<SqlDriverAdapter> => {
    const pool = new Pool({ ...config, ...(database === undefined ? {} : { database }), max: 2 });
    pool.on("error", () => undefined);
    const close = async () => {
      if (!closers.delete(close)) return;
      await pool.end();
      await onClose();
    };
    closers.add(close);
    return adapt(pool, close);
  };
  const factory = bindMigrationAwareSqlAdapterFactory({
    provider: "postgres",
    adapterName: "@prisma/adapter-pg",
    connect: () => connect(undefined, async () => undefined),
    async connectToShadowDb() {
      const database = `letsdata_shadow_${crypto.randomUUID().replaceAll("-", "")}`;
      await once(config, `CREATE DATABASE "${database}" TEMPLATE template0 STRATEGY FILE_COPY`);
      return connect(database, () => once(config, `DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`));
    },
  });
  return {
    factory,
    async close() {
      for (const close of closers) await close();
    },
  };
}

async function adapt(pool: Pool, close: () => Promise<void>): Promise<SqlDriverAdapter> {
  let charColumns: number[] = [];
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<{ fields?: { dataTypeID: number }[] }>;
  pool.query = (async (...args: unknown[]) => {
    const result = await query(...args);
    charColumns = [];
    for (const [index, field] of (result.fields ?? []).entries()) {
      if (field.dataTypeID !== charOid) continue;
      field.dataTypeID = textOid;
      charColumns.push(index);
    }
    return result;
  }) as unknown as typeof pool.query;

  const inner = await new PrismaPg(pool).connect();
  return {
    provider: "postgres",
    adapterName: inner.adapterName,
    async queryRaw(params) {
      const result = await inner.queryRaw(params);
      for (const column of charColumns) result.columnTypes[column] = ColumnTypeEnum.Character;
      return result;
    },
    executeRaw: (params) => inner.executeRaw(params),
    startTransaction: (isolationLevel) => inner.startTransaction(isolationLevel),
    async executeScript(script) {
      await inner.executeRaw({ sql: script, args: [], argTypes: [] });
    },
    getConnectionInfo: () => inner.getConnectionInfo(),
    dispose: close,
  };
}

function connectionParts(url: string): PoolConfig {
  const parsed = new URL(url);
  const ssl = parsed.searchParams.get("sslmode");
  return {
    host: decodeURIComponent(parsed.hostname) || (parsed.searchParams.get("host") ?? "localhost"),
    port: Number(parsed.port || 5432),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    ...(ssl && ssl !== "disable" ? { ssl: { rejectUnauthorized: ssl === "verify-full" || ssl === "verify-ca" } } : {}),
  };
}

async function once(config: PoolConfig, sql: string): Promise<void> {
  const client = new Client(config);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

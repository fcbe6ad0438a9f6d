import type { CloudDatabase } from "../store/database.ts";

export interface Dimension {
  readonly name: string;
  readonly value: string;
}

export interface MetricId {
  readonly accountId: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  /** Sorted by name. */
  readonly dimensions: readonly Dimension[];
}

/** One set of samples, all at one second. */
export interface Datum {
  /** Epoch ms. */
  readonly time: number;
  readonly samples: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

export type MetricStore = ReturnType<typeof openMetricStore>;

export function openMetricStore(database: CloudDatabase) {
  const known = new Map(
    database.documents<MetricId & { unit: string }>("cloudwatch.metric").map(({ key, value }) => [key, value]),
  );
  const add = database.sql.prepare(`
    INSERT INTO datum (metric, time, samples, sum, minimum, maximum) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (metric, time) DO UPDATE SET samples = samples + excluded.samples, sum = sum + excluded.sum,
      minimum = min(minimum, excluded.minimum), maximum = max(maximum, excluded.maximum)`);
  // Points are stored whole, then grouped: a period may be any multiple of a second.
  const group = database.sql.prepare(`
    SELECT ?1 + CAST((time - ?1) / ?2 AS INTEGER) * ?2 AS start, sum(samples) AS samples, sum(sum) AS sum, min(minimum) AS minimum, max(maximum) AS maximum
    FROM datum WHERE metric = ?3 AND time >= ?1 AND time < ?4 GROUP BY start ORDER BY start`);

  return {
    list: (accountId: string, region: string): MetricId[] =>
      [...known.values()].filter((metric) => metric.accountId === accountId && metric.region === region),
    unitOf: (metric: MetricId): string => known.get(keyOf(metric))?.unit ?? "None",
    add(entries: readonly { readonly metric: MetricId; readonly unit: string; readonly datum: Datum }[]): void {
      database.sql.exec("BEGIN");
      try {
        for (const { metric, unit, datum } of entries) {
          const key = keyOf(metric);
          if (!known.has(key)) {
            known.set(key, { ...metric, unit });
            database.saveDocument("cloudwatch.metric", key, { ...metric, unit });
          }
          add.run(key, Math.floor(datum.time / 1000) * 1000, datum.samples, datum.sum, datum.minimum, datum.maximum);
        }
        database.sql.exec("COMMIT");
      } catch (error) {
        database.sql.exec("ROLLBACK");
        throw error;
      }
    },
    /** One datum per period that has samples; `start` is rounded down to a whole period. */
    query(metric: MetricId, start: number, end: number, periodSeconds: number): Datum[] {
      const period = periodSeconds * 1000;
      const from = Math.floor(start / period) * period;
      return group.all(from, period, keyOf(metric), end).map((row) => ({
        time: Number(row.start),
        samples: Number(row.samples),
        sum: Number(row.sum),
        minimum: Number(row.minimum),
        maximum: Number(row.maximum),
      }));
    },
  };
}

function keyOf({ accountId, region, namespace, name, dimensions }: MetricId): string {
  return JSON.stringify([
    accountId,
    region,
    namespace,
    name,
    ...dimensions.map((dimension) => [dimension.name, dimension.value]),
  ]);
}

import {
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clients, clientsFor } from "../testing/clients.ts";
import { KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

let cloud: TestCloud;
let own: Clients;
beforeAll(async () => {
  cloud = await startTestCloud();
  own = clientsFor(cloud.endpoint, KEYS);
});
afterAll(() => cloud.remove());

test("samples are summed into periods, per dimension set", async () => {
  const start = new Date("2026-01-01T00:00:00Z");
  const at = (seconds: number) => new Date(start.getTime() + seconds * 1000);
  const Dimensions = [{ Name: "dataset", Value: "d1" }];
  const MetricData = [1, 2, 3, 61].map((seconds) => ({
    MetricName: "read",
    Dimensions,
    Timestamp: at(seconds),
    Value: seconds,
    Unit: "Count" as const,
  }));
  await own.cloudwatch.send(new PutMetricDataCommand({ Namespace: "LetsData", MetricData }));
  await own.cloudwatch.send(
    new PutMetricDataCommand({
      Namespace: "LetsData",
      MetricData: [
        { MetricName: "read", Timestamp: at(1), Value: 1000 },
        {
          MetricName: "read",
          Dimensions,
          Timestamp: at(61),
          StatisticValues: { SampleCount: 2, Sum: 10, Minimum: 4, Maximum: 6 },
        },
      ],
    }),
  );
  const MetricStat = (Stat: string) => ({
    Metric: { Namespace: "LetsData", MetricName: "read", Dimensions },
    Period: 60,
    Stat,
  });
  const query = await own.cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: start,
      EndTime: at(120),
      ScanBy: "TimestampAscending",
      MetricDataQueries: ["Sum", "Average", "Maximum", "SampleCount"].map((stat) => ({
        Id: stat.toLowerCase(),
        MetricStat: MetricStat(stat),
      })),
    }),
  );
  expect(Object.fromEntries(query.MetricDataResults?.map(({ Id, Values }) => [Id, Values]) ?? [])).toEqual({
    sum: [6, 71],
    average: [2, 71 / 3],
    maximum: [3, 61],
    samplecount: [3, 3],
  });
  expect(query.MetricDataResults?.[0]?.Timestamps).toEqual([start, at(60)]);
  const statistics = await own.cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: "LetsData",
      MetricName: "read",
      Dimensions,
      StartTime: start,
      EndTime: at(60),
      Period: 60,
      Statistics: ["Sum", "Minimum"],
    }),
  );
  expect(statistics.Datapoints).toEqual([{ Timestamp: start, Unit: "Count", Sum: 6, Minimum: 1 }]);
  const listed = await own.cloudwatch.send(
    new ListMetricsCommand({ Namespace: "LetsData", Dimensions: [{ Name: "dataset" }] }),
  );
  expect(listed.Metrics).toEqual([{ Namespace: "LetsData", MetricName: "read", Dimensions }]);
});

import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  type MetricDatum,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { describe, expect, it } from "vitest";

const PERIOD_SECONDS = 60;

/** What a handler that keeps its own metrics gets from CloudWatch, on any server of it. */
export function describeCloudwatch(openClient: () => CloudWatchClient): void {
  let made = 0;
  /** A namespace and a dimension of its own, and the start of a whole minute some time ago: CloudWatch takes two weeks. */
  function makeNamespace() {
    const own = `${Date.now()}-${made++}`;
    const Namespace = `LetsData/${own}`;
    const Dimensions = [{ Name: "dataset", Value: own }];
    const start = Math.floor(Date.now() / 60_000 - 10) * 60_000;
    const at = (seconds: number) => new Date(start + seconds * 1_000);
    const range = { StartTime: at(0), EndTime: at(120) };
    return {
      at,
      Dimensions,
      sample: (Timestamp: Date, Value: number): MetricDatum => ({
        MetricName: "read",
        Dimensions,
        Timestamp,
        Value,
        Unit: "Count",
      }),
      put: (...MetricData: MetricDatum[]) => openClient().send(new PutMetricDataCommand({ Namespace, MetricData })),
      /** Values by period, oldest first, of the metric `read` of one dimension set. */
      async values(Stat: string, of: MetricDatum["Dimensions"] = Dimensions) {
        const Metric = { Namespace, MetricName: "read", Dimensions: of };
        const MetricStat = { Metric, Period: PERIOD_SECONDS, Stat };
        const query: GetMetricDataCommandInput = {
          ...range,
          ScanBy: "TimestampAscending",
          MetricDataQueries: [{ Id: "one", MetricStat }],
        };
        const { MetricDataResults: [found] = [] } = await openClient().send(new GetMetricDataCommand(query));
        return { times: found?.Timestamps, values: found?.Values };
      },
      async statistics() {
        const metric = { Namespace, MetricName: "read", Dimensions, ...range, Period: PERIOD_SECONDS };
        const command = new GetMetricStatisticsCommand({ ...metric, Statistics: ["Sum", "Minimum"] });
        const { Datapoints = [] } = await openClient().send(command);
        return Datapoints.sort((one, other) => Number(one.Timestamp) - Number(other.Timestamp));
      },
      list: async (filter: object) =>
        (await openClient().send(new ListMetricsCommand({ Namespace, ...filter }))).Metrics,
      Namespace,
    };
  }

  describe("metrics", () => {
    it("are summed into whole periods, oldest first where that is asked for", async () => {
      const { at, sample, put, values } = makeNamespace();
      await put(sample(at(1), 1), sample(at(2), 2), sample(at(3), 3), sample(at(61), 61));
      expect(await values("Sum")).toEqual({ times: [at(0), at(60)], values: [6, 61] });
      expect((await values("Average")).values).toEqual([2, 61]);
      expect((await values("Maximum")).values).toEqual([3, 61]);
      expect((await values("SampleCount")).values).toEqual([3, 1]);
    });

    it("with other values or more dimensions are other metrics", async () => {
      const { at, sample, put, values, Dimensions } = makeNamespace();
      const other = [{ Name: "dataset", Value: `${Dimensions[0]?.Value}-other` }];
      const more = [...Dimensions, { Name: "task", Value: "t1" }];
      await put(
        sample(at(1), 1),
        { ...sample(at(1), 10), Dimensions: other },
        { ...sample(at(1), 100), Dimensions: more },
      );
      expect((await values("Sum")).values).toEqual([1]);
      expect((await values("Sum", other)).values).toEqual([10]);
      expect((await values("Sum", more)).values).toEqual([100]);
    });

    it("without dimensions are a metric of their own", async () => {
      const { at, sample, put, values } = makeNamespace();
      await put(sample(at(1), 1), { MetricName: "read", Timestamp: at(1), Value: 1_000 });
      expect((await values("Sum", [])).values).toEqual([1_000]);
    });

    it("of other namespaces are other metrics", async () => {
      const one = makeNamespace();
      const other = makeNamespace();
      await one.put(one.sample(one.at(1), 1));
      await other.put(one.sample(one.at(1), 10));
      expect((await one.values("Sum")).values).toEqual([1]);
    });

    it("that come as a set of statistics count with all their samples", async () => {
      const { at, sample, put, values, Dimensions } = makeNamespace();
      const StatisticValues = { SampleCount: 2, Sum: 10, Minimum: 4, Maximum: 6 };
      await put(sample(at(1), 61), { MetricName: "read", Dimensions, Timestamp: at(2), StatisticValues });
      expect((await values("Sum")).values).toEqual([71]);
      expect((await values("SampleCount")).values).toEqual([3]);
      expect((await values("Average")).values?.[0]).toBeCloseTo(71 / 3);
      expect((await values("Maximum")).values).toEqual([61]);
    });

    it("that come as values with counts count as often", async () => {
      const { at, put, values, Dimensions } = makeNamespace();
      await put({ MetricName: "read", Dimensions, Timestamp: at(1), Values: [1, 5], Counts: [3, 2] });
      expect((await values("Sum")).values).toEqual([13]);
      expect((await values("SampleCount")).values).toEqual([5]);
    });

    it("can be asked for as statistics, with their unit", async () => {
      const { at, sample, put, statistics } = makeNamespace();
      await put(sample(at(0), 1), sample(at(59), 5), sample(at(60), 7));
      expect(await statistics()).toEqual([
        { Timestamp: at(0), Unit: "Count", Sum: 6, Minimum: 1 },
        { Timestamp: at(60), Unit: "Count", Sum: 7, Minimum: 7 },
      ]);
    });

    it("keep to whole periods as statistics, too", async () => {
      const { at, sample, put, statistics } = makeNamespace();
      await put(sample(at(59), 1), sample(at(61), 7));
      expect((await statistics()).map(({ Timestamp, Sum }) => [Timestamp, Sum])).toEqual([
        [at(0), 1],
        [at(60), 7],
      ]);
    });

    it("are listed by the name of a dimension", async () => {
      const { at, sample, put, list, Namespace, Dimensions } = makeNamespace();
      await put(sample(at(1), 1), { MetricName: "read", Timestamp: at(1), Value: 1 });
      expect(await list({ Dimensions: [{ Name: "dataset" }] })).toEqual([
        { Namespace, MetricName: "read", Dimensions },
      ]);
      expect(await list({ Dimensions: [{ Name: "other" }] })).toEqual([]);
      expect(await list({})).toHaveLength(2);
    });
  });
}

import type { Cloud } from "../cloud.ts";
import { AwsError, notImplemented } from "../server/aws-error.ts";
import { type JsonInput, readJsonInput, sendJson, sendJsonError } from "../server/json-protocol.ts";
import type { CloudRequest, Service } from "../server/service.ts";
import { type Datum, type Dimension, type MetricId, type MetricStore, openMetricStore } from "./metric-store.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const METRICS_PER_PUT_MAX = 1000;
const DIMENSIONS_MAX = 30;
const QUERIES_MAX = 500;
const DATAPOINTS_MAX = 1440;
const LIST_MAX = 500;

type Operation = (store: MetricStore, input: JsonInput, request: CloudRequest, now: number) => unknown;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  PutMetricData(store, input, request, now) {
    const namespace = input.string("Namespace", /^[^:].{0,254}$/s);
    const data = input.objects("MetricData");
    if (data.length > METRICS_PER_PUT_MAX)
      throw invalid(`The collection MetricData must not have a size greater than ${METRICS_PER_PUT_MAX}.`);
    store.add(
      data.map((entry) => ({
        metric: { ...place(request), namespace, name: entry.string("MetricName"), dimensions: readDimensions(entry) },
        unit: entry.optionalString("Unit") ?? "None",
        datum: readDatum(entry, now),
      })),
    );
  },
  GetMetricData(store, input, request) {
    const start = input.number("StartTime") * 1000;
    const end = input.number("EndTime") * 1000;
    const queries = input.objects("MetricDataQueries");
    if (queries.length > QUERIES_MAX)
      throw invalid(`The collection MetricDataQueries must not have a size greater than ${QUERIES_MAX}.`);
    const ascending = input.optionalString("ScanBy") === "TimestampAscending";
    const results = queries.flatMap((query) => {
      if (query.has("Expression"))
        throw new AwsError("NotImplemented", "GetMetricData with Expression is not implemented by local-cloud", 501);
      const stat = query.object("MetricStat");
      const metric = readMetric(stat.object("Metric"), request);
      const points = store.query(metric, start, end, readPeriod(stat));
      if (!ascending) points.reverse();
      const returned = query.has("ReturnData") ? query.boolean("ReturnData") : true;
      return returned
        ? [
            {
              Id: query.string("Id"),
              Label: query.optionalString("Label") ?? metric.name,
              Timestamps: points.map((point) => point.time / 1000),
              Values: points.map((point) => statistic(point, stat.string("Stat"))),
              StatusCode: "Complete",
            },
          ]
        : [];
    });
    return { MetricDataResults: results, Messages: [] };
  },
  GetMetricStatistics(store, input, request) {
    const metric = readMetric(input, request);
    const period = readPeriod(input);
    const start = input.number("StartTime") * 1000;
    const end = input.number("EndTime") * 1000;
    if ((end - start) / 1000 / period > DATAPOINTS_MAX) {
      throw new AwsError(
        "InvalidParameterCombination",
        `You have requested up to ${Math.ceil((end - start) / 1000 / period)} datapoints, which exceeds the limit of ${DATAPOINTS_MAX}.`,
        400,
      );
    }
    const statistics = input.strings("Statistics");
    const Datapoints = store.query(metric, start, end, period).map((point) => ({
      Timestamp: point.time / 1000,
      Unit: store.unitOf(metric),
      ...Object.fromEntries(statistics.map((name) => [name, statistic(point, name)])),
    }));
    return { Label: metric.name, Datapoints };
  },
  ListMetrics(store, input, request) {
    const { accountId, region } = place(request);
    const namespace = input.optionalString("Namespace");
    const name = input.optionalString("MetricName");
    const filters = input
      .objects("Dimensions")
      .map((filter) => ({ name: filter.string("Name"), value: filter.optionalString("Value") }));
    const from = Number(input.optionalString("NextToken") ?? 0);
    const all = store
      .list(accountId, region)
      .filter(
        (metric) =>
          (namespace === undefined || metric.namespace === namespace) && (name === undefined || metric.name === name),
      )
      .filter((metric) =>
        filters.every((filter) =>
          metric.dimensions.some(
            (dimension) =>
              dimension.name === filter.name && (filter.value === undefined || filter.value === dimension.value),
          ),
        ),
      );
    const page = all.slice(from, from + LIST_MAX);
    return {
      Metrics: page.map((metric) => ({
        Namespace: metric.namespace,
        MetricName: metric.name,
        Dimensions: metric.dimensions.map((dimension) => ({ Name: dimension.name, Value: dimension.value })),
      })),
      ...(from + LIST_MAX < all.length ? { NextToken: String(from + LIST_MAX) } : {}),
    };
  },
};

export function cloudwatchService(cloud: Cloud): Service {
  const store = openMetricStore(cloud.database);
  return {
    name: "cloudwatch",
    deniedCode: "AccessDeniedException",
    resolve(request) {
      const { action, input } = readJsonInput(request);
      const operation = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
      if (!operation) throw notImplemented("cloudwatch", action);
      // CloudWatch metrics have no resource ARNs; the namespace can be required by condition.
      const namespace = action === "PutMetricData" ? input.optionalString("Namespace") : undefined;
      return {
        name: action,
        resource: namespace ?? "*",
        requirements: [
          { action: `cloudwatch:${action}`, resource: "*", context: { "cloudwatch:namespace": namespace } },
        ],
        run: () => sendJson(request, operation(store, input, request, cloud.now()) ?? {}),
      };
    },
    sendError: sendJsonError,
  };
}

function place(request: CloudRequest): { accountId: string; region: string } {
  return { accountId: request.caller.accountId, region: request.region };
}

function readMetric(input: JsonInput, request: CloudRequest): MetricId {
  return {
    ...place(request),
    namespace: input.string("Namespace"),
    name: input.string("MetricName"),
    dimensions: readDimensions(input),
  };
}

function readDimensions(input: JsonInput): Dimension[] {
  const dimensions = input
    .objects("Dimensions")
    .map((entry) => ({ name: entry.string("Name"), value: entry.string("Value") }));
  if (dimensions.length > DIMENSIONS_MAX)
    throw invalid(`The collection Dimensions must not have a size greater than ${DIMENSIONS_MAX}.`);
  return dimensions.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readPeriod(input: JsonInput): number {
  const period = input.number("Period", 1);
  if (period !== 1 && period !== 5 && period !== 10 && period !== 20 && period !== 30 && period % 60 !== 0) {
    throw invalid("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.");
  }
  return period;
}

function readDatum(entry: JsonInput, now: number): Datum {
  const seconds = entry.optionalNumber("Timestamp");
  const time = seconds === undefined ? now : seconds * 1000;
  if (entry.has("StatisticValues")) {
    const set = entry.object("StatisticValues");
    return {
      time,
      samples: set.number("SampleCount"),
      sum: set.number("Sum"),
      minimum: set.number("Minimum"),
      maximum: set.number("Maximum"),
    };
  }
  if (entry.has("Values")) {
    const values = entry.numbers("Values");
    const counts = entry.has("Counts") ? entry.numbers("Counts") : values.map(() => 1);
    if (values.length === 0 || values.length !== counts.length)
      throw invalid("The parameters Values and Counts must have the same number of entries.");
    return {
      time,
      samples: counts.reduce((sum, count) => sum + count, 0),
      sum: values.reduce((sum, value, index) => sum + value * (counts[index] ?? 1), 0),
      minimum: Math.min(...values),
      maximum: Math.max(...values),
    };
  }
  const value = entry.number("Value");
  return { time, samples: 1, sum: value, minimum: value, maximum: value };
}

function statistic(point: Datum, name: string): number {
  switch (name) {
    case "Sum":
      return point.sum;
    case "Average":
      return point.sum / point.samples;
    case "Minimum":
      return point.minimum;
    case "Maximum":
      return point.maximum;
    case "SampleCount":
      return point.samples;
    default:
      throw new AwsError("NotImplemented", `The statistic ${name} is not implemented by local-cloud`, 501);
  }
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValue", message, 400);
}

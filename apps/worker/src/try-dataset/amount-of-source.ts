import { componentAccess } from "@letsdata/access/component-access";
import { readConnectorOf } from "@letsdata/access/connector-runtimes";
import type { Installation } from "@letsdata/access/installation";
import { objectSizes } from "@letsdata/connectors/s3/object-sizes";
import { concurrencyOf } from "@letsdata/dataset/dataset-config";
import type { SourceAmount } from "@letsdata/plugin-kit/connector";
import type { DatasetContext } from "../dataset-contexts.ts";
import type { PlannedWork } from "./plan-work.ts";

const sizesAskedMax = 50;

/** What the source says of itself: asked before the trial, which a queue would count in. */
export async function amountOfSource(
  installation: Installation,
  { config, owner }: Pick<DatasetContext, "config" | "owner">,
  work: PlannedWork,
  signal: AbortSignal,
): Promise<SourceAmount> {
  const access = componentAccess(installation, config, owner, "readConnector");
  const read = config.readConnector;
  if (read.connectorDestination === "S3") {
    const files = filesOfTasks(work);
    const sizes = [...(await objectSizes(read.bucketName, files.flat(), access, signal))];
    const ofTasks = files.map((names) =>
      sizes.splice(0, names.length).reduce((total, size) => (total === null || size === null ? null : total + size), 0),
    );
    return amountOfObjects(work.tasks, ofTasks);
  }
  const { computeEngine, manifestFile: manifest } = config;
  const input = { config: read, manifest, concurrency: concurrencyOf(computeEngine), access };
  return (await readConnectorOf(config).amountOf?.(input, signal)) ?? nothingSaid;
}

/** Of an even choice of the tasks at the beginning; a line's objects together. */
function filesOfTasks({ beginning }: PlannedWork): readonly (readonly string[])[] {
  const step = Math.ceil(beginning.length / sizesAskedMax);
  return beginning
    .filter((_, index) => index % step === 0)
    .map(({ readerDefinition }) => Object.values(readerDefinition.fileNames as Readonly<Record<string, string>>));
}

const ends = { goesOn: null, idleSecondsPerTask: 0, arrivalsPerSecondMax: null } as const;
const nothingSaid: SourceAmount = {
  ...ends,
  records: null,
  whyNoRecords: "The source does not say.",
  bytes: null,
  basis: [],
};

/** `sizes` of some of the tasks, as stored; null = not known. */
function amountOfObjects(tasks: number, sizes: readonly (number | null)[]): SourceAmount {
  const known = sizes.filter((size) => size !== null);
  if (known.length === 0) return { ...nothingSaid, whyNoRecords: "The size of no object could be asked." };
  const bytesPerTask = known.reduce((total, size) => total + size, 0) / known.length;
  return {
    ...ends,
    records: null,
    whyNoRecords: null,
    bytes: Math.round(bytesPerTask * tasks),
    basis: [
      known.length === tasks
        ? `The sizes of all ${tasks} objects.`
        : `The sizes of ${known.length} of ${tasks} objects, taken as like the rest.`,
    ],
  };
}

import type { TaskChannel } from "@letsdata/compute/local/serve-tasks";
import { toProblemMessage } from "@letsdata/compute/task-protocol";
import type { Trial, TrialRequest, TriedRecord } from "@letsdata/compute/trial";
import { standInNotice } from "@letsdata/dataset/stand-in-notice";
import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import type { Writer } from "@letsdata/plugin-kit/writer";
import { writeConnector } from "./catalogue-entry.ts";
import { cloudAccess } from "./cloud-access.ts";
import { firstRecords, millisecondsPerRecord, nothingSeen, type ReadingSeen } from "./first-records.ts";
import { openReading, openRecordReader } from "./open-reading.ts";
import { tryRecord } from "./try-record.ts";

/**
 * The first records of an assignment through its real reader and handler, and through the writer's `prepare`. Nothing is written,
 * archived, checkpointed or acknowledged: a queue has its messages back before the handler gets the first.
 */
export async function tryAssignment(request: TrialRequest, channel: TaskChannel): Promise<Trial> {
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    opened.push(part);
    return part;
  };
  const { readings } = request;
  const tried: TriedRecord[] = [];
  const notices: string[] = [];
  const all = { records: 0, storedBytes: 0, waits: [] as ReadingSeen["waits"] };
  const empty: { readonly index: number; readonly silent: boolean }[] = [];
  const onStandIn = (): void => {
    if (!notices.includes(standInNotice)) notices.push(standInNotice);
  };
  let item = readings[0]?.item ?? "";
  let writer: Writer | null = null;
  let sourceEnded = false;
  let failure: Trial["failure"] = null;
  try {
    const accessOf = cloudAccess(request.assignment, channel);
    writer = await openWriter(request.assignment, accessOf, notices);
    if (writer) keep(writer);
    const inputOf = (index: number) => {
      const { reader } = request.assignment;
      const definition = readings[index]?.definition ?? reader.definition;
      return {
        assignment: { ...request.assignment, reader: { ...reader, definition } },
        accessOf,
        keep,
        isTrial: true,
      };
    };
    const first = await openReading(inputOf(0));
    const until = performance.now() + request.waitSecondsInAll * 1_000;
    for (const [index, reading] of readings.entries()) {
      const left = until - performance.now();
      if (index > 0 && (left <= 0 || channel.stop.aborted)) break;
      const reader = index === 0 ? first.reader : await openRecordReader(inputOf(index));
      const seen = nothingSeen();
      const waitMilliseconds = Math.min(request.waitSeconds * 1_000, left);
      const wanted = request.records;
      try {
        for await (const records of firstRecords({ reader, wanted, waitMilliseconds, stop: channel.stop }, seen)) {
          if (reading.notice !== null && tried.length === 0) notices.push(reading.notice);
          item = reading.item;
          for (const record of records) {
            endInTime(channel);
            const { handler } = first;
            const ordinal = tried.length;
            tried.push(await tryRecord(record, { handler, writer, ordinal, signal: channel.lost, onStandIn }));
          }
        }
      } finally {
        all.records += seen.records;
        all.storedBytes += seen.storedBytes;
        all.waits.push(...seen.waits);
        notices.push(...seen.notices);
      }
      sourceEnded = seen.ended;
      if (tried.length > 0) {
        if (seen.silent)
          notices.push(`Nothing more came within ${request.waitSeconds} s; the trial did not wait longer.`);
        break;
      }
      empty.push({ index, silent: seen.silent });
    }
    endInTime(channel);
    notices.unshift(...aboutEmpty(request, empty, tried.length > 0));
  } catch (thrown) {
    sourceEnded = false;
    failure = toProblemMessage(asProblem(thrown));
  }
  await Promise.allSettled(opened.map((part) => part.close()));
  const { records, storedBytes, waits } = all;
  return {
    item,
    records: tried,
    sourceEnded,
    notices,
    failure,
    limits: writer && { ...writer.limits },
    read: { records, storedBytes, millisecondsPerRecord: millisecondsPerRecord(waits) },
  };
}

function endInTime({ stop }: TaskChannel): void {
  if (stop.aborted) throw new Problem("TASK_TIMED_OUT", "The trial's time was up before its last record.");
}

/** What people are told of readings that gave no record. A reading with a notice of its own says why it came after others. */
function aboutEmpty(
  { readings, waitSeconds }: TrialRequest,
  empty: readonly { readonly index: number; readonly silent: boolean }[],
  isFound: boolean,
): string[] {
  const [first, ...others] = empty;
  if (!first) return [];
  const items = (some: typeof empty) => [...new Set(some.map(({ index }) => readings[index]!.item))];
  if (isFound) {
    const isOther = readings[empty.length]?.notice !== readings[0]?.notice;
    return isOther ? [] : [`No record came of ${items(empty).join(", ")}.`];
  }
  const within = first.silent ? ` within ${waitSeconds} s` : "";
  const told = `${readings[first.index]!.whenEmpty}${within}.`;
  const rest = items(others).filter((item) => item !== readings[first.index]!.item);
  return [rest.length === 0 ? told : `${told} Nothing came of ${rest.join(", ")} either.`];
}

/** What LetsData would make first may have to be there for a writer to open: then its limits stay unknown. */
async function openWriter(
  { writer: target, task }: TrialRequest["assignment"],
  accessOf: ReturnType<typeof cloudAccess>,
  notices: string[],
): Promise<Writer | null> {
  try {
    const input = { config: target.config, access: accessOf(target), task, isTrial: true };
    return await writeConnector(target.destination).openWriter(input);
  } catch (thrown) {
    notices.push(`Documents were not checked against ${target.destination}'s limits: ${asProblem(thrown).message}`);
    return null;
  }
}

import type { ErrorFile } from "@letsdata/plugin-kit/error-sink";
import { describe, expect, it } from "vitest";
import type { CheckpointStore, CheckpointUpdate, Counts, Lease, Measurement } from "../ports.ts";

/** A task that nobody has saved a checkpoint of, with what its store holds of it. */
export interface OpenTask {
  readonly store: CheckpointStore;
  readonly taskId: string;
  /** Hands the task to a worker: the leases before are lost from now on. */
  lease(): Promise<Lease>;
  /** Recorded for the task, in any order. */
  errorFiles(): Promise<readonly ErrorFile[]>;
  /** Recorded for the task: one for each metric and minute, in any order. */
  measurements(): Promise<readonly Measurement[]>;
}

const minute = 1_767_225_600_000;

function countsOf(records: number): Counts {
  const [recordsErrored, recordsSkipped] = [Math.floor(records / 5), Math.floor(records / 10)];
  const documentsWritten = records - recordsErrored - recordsSkipped;
  const bytesRead = 5_000_000_000 + records * 100;
  return { recordsRead: records, documentsWritten, recordsSkipped, recordsErrored, bytesRead, bytesWritten: 90 };
}

/** A checkpoint behind so many records, with an error file and a minute's measurement of its own. */
function updateOf(records: number): CheckpointUpdate {
  return {
    position: { shard: { sequence: String(records), at: records, end: null } },
    counts: countsOf(records),
    errorFiles: [{ key: `e/${records}.jsonl`, records: 2, bytes: 99 }],
    measurements: [{ metric: "records.read", minute, count: 1, sum: records, min: records, max: records }],
  };
}
const checkpointOf = ({ position, counts }: CheckpointUpdate) => ({ position, counts });

/** What every checkpoint store promises the pipeline. */
export function testCheckpointStore(name: string, openTask: () => Promise<OpenTask>): void {
  const refused = { code: "LEASE_LOST" };
  const keysOf = async (task: OpenTask) => (await task.errorFiles()).map(({ key }) => key).sort();

  describe(`${name} keeps the checkpoint store's promises`, () => {
    it("has no checkpoint of a task before one is saved, whoever holds it", async () => {
      const { store, taskId, lease } = await openTask();
      expect(await store.load(taskId)).toBeNull();
      await lease();
      expect(await store.load(taskId)).toBeNull();
    });

    it("loads the checkpoint saved last, to the digit, also one without a position", async () => {
      const { store, taskId, lease } = await openTask();
      const held = await lease();
      for (const update of [updateOf(10), updateOf(30), { ...updateOf(31), position: null }]) {
        await store.save(taskId, held, update);
        expect(await store.load(taskId)).toEqual(checkpointOf(update));
      }
    });

    it("keeps what was saved before when another worker takes the task over", async () => {
      const task = await openTask();
      const { store, taskId } = task;
      await store.save(taskId, await task.lease(), updateOf(10));
      const heir = await task.lease();
      expect(await store.load(taskId)).toEqual(checkpointOf(updateOf(10)));
      await store.save(taskId, heir, updateOf(20));
      expect(await store.load(taskId)).toEqual(checkpointOf(updateOf(20)));
      expect(await keysOf(task)).toEqual(["e/10.jsonl", "e/20.jsonl"]);
    });

    it("records error files with the position; one that is written again is the same file in its newest size", async () => {
      const task = await openTask();
      const { store, taskId } = task;
      const held = await task.lease();
      await store.save(taskId, held, updateOf(10));
      const again = { key: "e/10.jsonl", records: 3, bytes: 120 };
      await store.save(taskId, held, { ...updateOf(20), errorFiles: [again] });
      expect(await task.errorFiles()).toEqual([again]);
    });

    it("adds up the measurements of a metric's minute", async () => {
      const task = await openTask();
      const held = await task.lease();
      for (const records of [10, 30, 20]) await task.store.save(task.taskId, held, updateOf(records));
      expect(await task.measurements()).toEqual([
        { metric: "records.read", minute, count: 3, sum: 60, min: 10, max: 30 },
      ]);
    });

    it("counts a save once that is repeated because its answer was lost", async () => {
      const task = await openTask();
      const { store, taskId } = task;
      const held = await task.lease();
      await store.save(taskId, held, updateOf(10));
      for (let repeats = 0; repeats < 2; repeats++) await store.save(taskId, held, updateOf(20));
      expect(await store.load(taskId)).toEqual(checkpointOf(updateOf(20)));
      expect(await task.measurements()).toMatchObject([{ count: 2, sum: 30 }]);
      expect(await keysOf(task)).toEqual(["e/10.jsonl", "e/20.jsonl"]);
    });

    it("counts the next holder's save although it says the same", async () => {
      const task = await openTask();
      await task.store.save(task.taskId, await task.lease(), updateOf(10));
      await task.store.save(task.taskId, await task.lease(), updateOf(10));
      expect(await task.measurements()).toMatchObject([{ count: 2, sum: 20 }]);
    });

    it("refuses who does not hold the task any more, and moves nothing", async () => {
      const task = await openTask();
      const { store, taskId } = task;
      const zombie = await task.lease();
      await store.save(taskId, zombie, updateOf(10));
      const heir = await task.lease();
      const unmoved = async () => {
        expect(await store.load(taskId)).toEqual(checkpointOf(updateOf(10)));
        expect(await keysOf(task)).toEqual(["e/10.jsonl"]);
        expect(await task.measurements()).toMatchObject([{ count: 1, sum: 10 }]);
      };
      // Its last save, which went through, as well as the one it was at.
      for (const records of [10, 20]) {
        await expect(store.save(taskId, zombie, updateOf(records))).rejects.toMatchObject(refused);
        await unmoved();
      }
      await expect(store.save(taskId, { ...heir, workerId: "an impostor" }, updateOf(20))).rejects.toMatchObject(
        refused,
      );
      await unmoved();
      await store.save(taskId, heir, updateOf(20));
      expect(await store.load(taskId)).toEqual(checkpointOf(updateOf(20)));
    });

    it("lets one save of two holders through that come at once", async () => {
      const task = await openTask();
      const { store, taskId } = task;
      const zombie = await task.lease();
      const heir = await task.lease();
      const saves = [zombie, heir].map((lease, n) => store.save(taskId, lease, updateOf(n + 1)));
      const ends = await Promise.allSettled(saves);
      expect(ends.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
      expect(await store.load(taskId)).toEqual(checkpointOf(updateOf(2)));
    });
  });
}

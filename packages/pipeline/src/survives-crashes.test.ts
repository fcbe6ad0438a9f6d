import { describe, expect, it } from "vitest";
import { runTask } from "./run-task.ts";
import { type Death, deadlyPorts } from "./testing/deadly-ports.ts";
import { fakeHandler } from "./testing/fake-handler.ts";
import { fakeReader, sourceRecords } from "./testing/fake-source.ts";
import { FakeObjectTarget } from "./testing/fake-target.ts";
import { taskBench } from "./testing/task-bench.ts";

const texts = Array.from({ length: 64 }, (_, n) =>
  n % 9 === 4 ? `error ${n}` : n % 7 === 3 ? `skip ${n}` : `doc ${n}`,
);
const records = sourceRecords(texts);
const documents = texts.filter((text) => text.startsWith("doc"));
const errors = texts.filter((text) => text.startsWith("error"));
const callsMax = 200;

interface Life {
  readonly died: boolean;
  readonly stored: readonly string[];
  readonly repeatedOutsideLastSegment: readonly string[];
}

/** One attempt that dies, and one that goes on under a new lease while the dead one may still wake up. */
async function liveTwice(death: Death, kind: "batches" | "objects"): Promise<Life> {
  const bench = taskBench();
  const objects = new FakeObjectTarget();
  const openWriter = () =>
    kind === "objects"
      ? objects.openWriter({ objectDocumentsMax: 15 })
      : bench.target.openWriter({ concurrentBatches: 2 });
  const attempt = () =>
    bench.attempt({
      reader: fakeReader(records, { batchSizes: [5, 3, 8] }),
      handler: fakeHandler({ asynchronous: true }),
      writer: openWriter(),
    });
  const first = attempt();
  let died = false;
  let tellDeath: () => void = () => {};
  const deathToldToTest = new Promise<void>((resolve) => {
    tellDeath = resolve;
  });
  const mortal = deadlyPorts(first, death, () => {
    died = true;
    tellDeath();
  });
  await bench.clock.run(Promise.race([runTask({ ...first, ...mortal }), deathToldToTest]));
  const checkpointed = Number(bench.checkpoints.last?.position?.next ?? 0);
  const outcome = await bench.clock.run(runTask(attempt()));

  expect(outcome.kind).toBe("completed");
  expect(outcome.counts).toMatchObject({
    recordsRead: texts.length,
    documentsWritten: documents.length,
    recordsErrored: errors.length,
  });
  const registered = new Map(
    bench.checkpoints.saves.flatMap(({ errorFiles }) => errorFiles.map((file) => [file.key, file.records] as const)),
  );
  const listed = [...registered.keys()].flatMap((key) =>
    bench.archive.files.get(key)!.map((error) => error.errorMessage),
  );
  expect([...listed].sort()).toEqual([...errors].sort());
  const stored = kind === "objects" ? objects.stored : bench.target.stored;
  const counted = new Map<string, number>();
  for (const id of stored) counted.set(id, (counted.get(id) ?? 0) + 1);
  const repeated = [...counted].filter(([, times]) => times > 1).map(([id]) => id);
  return {
    died,
    stored,
    repeatedOutsideLastSegment: repeated.filter((id) => texts.indexOf(id) < checkpointed),
  };
}

describe("a crash at any port call", () => {
  for (const when of ["before", "after"] as const) {
    it(`${when} it is carried out loses nothing, repeats only what no checkpoint covers, and the balance closes`, async () => {
      let deaths = 0;
      for (let atCall = 0; atCall < callsMax; atCall++) {
        const life = await liveTwice({ atCall, when }, "batches");
        expect(new Set(life.stored), `death ${when} call ${atCall}`).toEqual(new Set(documents));
        expect(life.repeatedOutsideLastSegment, `death ${when} call ${atCall}`).toEqual([]);
        if (!life.died) break;
        deaths++;
      }
      expect(deaths).toBeGreaterThan(30);
      expect(deaths).toBeLessThan(callsMax);
    });

    it(`${when} it is carried out leaves each document once in objects that a repeat overwrites`, async () => {
      let deaths = 0;
      for (let atCall = 0; atCall < callsMax; atCall++) {
        const life = await liveTwice({ atCall, when }, "objects");
        expect(life.stored, `death ${when} call ${atCall}`).toEqual(documents);
        if (!life.died) break;
        deaths++;
      }
      expect(deaths).toBeGreaterThan(20);
      expect(deaths).toBeLessThan(callsMax);
    });
  }

  it("lets no zombie move the checkpoint: one that goes on after a new lease is abandoned", async () => {
    for (let pausedAt = 0; pausedAt < 6; pausedAt++) {
      const bench = taskBench();
      let wakeUp: () => void = () => {};
      let calls = 0;
      let paused: () => void = () => {};
      const isPaused = new Promise<void>((resolve) => {
        paused = resolve;
      });
      const zombieInput = bench.attempt({
        reader: fakeReader(records),
        writer: bench.target.openWriter({
          onWrite: () =>
            calls++ === pausedAt
              ? new Promise((resolve) => {
                  wakeUp = resolve;
                  paused();
                })
              : Promise.resolve(),
        }),
      });
      const zombie = runTask(zombieInput);
      await isPaused;
      const outcome = await bench.clock.run(runTask(bench.attempt({ reader: fakeReader(records) })));
      expect(outcome.kind).toBe("completed");
      const saves = bench.checkpoints.saves.length;
      wakeUp();
      expect((await bench.clock.run(zombie)).kind).toBe("abandoned");
      expect(bench.checkpoints.saves.length).toBe(saves);
      expect(bench.checkpoints.last?.counts.recordsRead).toBe(texts.length);
      expect(new Set(bench.target.stored)).toEqual(new Set(documents));
    }
  });
});

import { testErrorSink } from "@letsdata/plugin-kit/testing/error-sink-conformance";
import { testHandler } from "@letsdata/plugin-kit/testing/handler-conformance";
import { testReader } from "@letsdata/plugin-kit/testing/reader-conformance";
import { testWriter } from "@letsdata/plugin-kit/testing/writer-conformance";
import { testCheckpointStore } from "./checkpoint-store-conformance.ts";
import { FakeCheckpointStore } from "./fake-checkpoint-store.ts";
import { fakeHandler } from "./fake-handler.ts";
import { fakeReader, sourceRecords } from "./fake-source.ts";
import { FakeArchive, FakeObjectTarget, FakeOrdinalTarget, FakeTarget, type WriteFault } from "./fake-target.ts";

const records = sourceRecords(Array.from({ length: 57 }, (_, n) => `doc ${n}`));
testReader("the fake reader", { openReader: () => fakeReader(records, { batchSizes: [4, 9, 1] }), recordCount: 57 });

testHandler("the fake handler", { openHandler: () => fakeHandler(), answersSynchronously: true, queuesBatches: false });
testHandler("the asynchronous fake handler", {
  openHandler: () => fakeHandler({ asynchronous: true }),
  answersSynchronously: false,
  queuesBatches: false,
});
testHandler("the fake handler that queues", {
  openHandler: () => fakeHandler({ asynchronous: true, queues: true }),
  answersSynchronously: false,
  queuesBatches: true,
});

let nextFault: WriteFault = null;
testWriter("the fake target's writer", {
  openTarget: async () => {
    const target = new FakeTarget();
    const open = () =>
      target.openWriter({
        concurrentBatches: 3,
        fault: () => {
          const fault = nextFault;
          nextFault = null;
          return fault;
        },
      });
    return {
      writer: open(),
      stored: async () => target.stored,
      reopen: async () => open(),
    };
  },
  repeatsOverwrite: false,
  rejectNext: (indexes) => {
    nextFault = { kind: "reject", rejections: indexes.map((index) => ({ index, reason: "throttled", retry: true })) };
  },
});

testWriter("the fake object target's writer", {
  openTarget: async () => {
    const target = new FakeObjectTarget();
    return { writer: target.openWriter(), stored: async () => target.stored, reopen: async () => target.openWriter() };
  },
  repeatsOverwrite: true,
  rejectNext: null,
});

testCheckpointStore("the fake checkpoint store", async () => {
  const store = new FakeCheckpointStore();
  return {
    store,
    taskId: "task",
    lease: async () => store.lease(),
    errorFiles: async () => store.errorFiles,
    measurements: async () => store.measurements,
  };
});

testWriter("the fake ordinal target's writer", {
  openTarget: async () => {
    const target = new FakeOrdinalTarget();
    return { writer: target.openWriter(), stored: async () => target.stored, reopen: async () => target.openWriter() };
  },
  repeatsOverwrite: true,
  rejectNext: null,
});

testErrorSink("the fake archive", async () => {
  const archive = new FakeArchive();
  return { sink: archive.openSink(), read: async (key) => archive.read(key), reopen: async () => archive.openSink() };
});

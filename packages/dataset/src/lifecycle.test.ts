import { describe, expect, test } from "vitest";
import {
  allowedActions,
  allowedRedrivePolicies,
  type DatasetEvent,
  datasetEvents,
  datasetStatuses,
  nextStatus,
  nextTaskStatus,
  statusGroupOf,
  statusGroups,
} from "./lifecycle.ts";
import { generatedNamePattern, generatedNames } from "./names.ts";
import { taskIdOf } from "./task-id.ts";

const specified = `
event         CRE  INI  PRO  COM  ERR  RED  UPD  SER  SCO  DSG  DSD  FRG  FRZ  DLG  DEL
initialise    INI  =
planned            PRO
initFailed         ERR
allCompleted            COM
settledErrors           ERR
stop(ERROR)             SER            SER
stop(COMPLETE)          SCO            SCO
drained                                          ERR  COM*
redrive                 =    RED  RED                           RED
redriveReady                           PRO
redriveFailed                          <
update                       UPD  UPD                           UPD
updateEnded                                 <
descale                      DSG  DSG
freeze                       FRG  FRG                           FRG
delete        DLG  DLG       DLG  DLG                           DLG       DLG  =
released                                                   DSD       FRZ       DEL
releaseFailed                                              =         =         =`
  .trim()
  .split("\n");

const short = specified[0]!.slice(14).trim().split(/\s+/);
const statusOf = (letters: string) => datasetStatuses[short.indexOf(letters)]!;
const eventOf = (name: string) =>
  name.replace("stop(ERROR)", "stopWithError").replace("stop(COMPLETE)", "stopWithComplete") as DatasetEvent;

describe("the lifecycle table", () => {
  test("is the specified one, cell by cell", () => {
    for (const line of specified.slice(1)) {
      const event = eventOf(line.slice(0, 14).trim());
      datasetStatuses.forEach((status, column) => {
        const cell = line
          .slice(14 + column * 5, 19 + column * 5)
          .trim()
          .replace("*", "");
        const expected =
          cell === "" ? null : cell === "=" ? status : cell === "<" ? ("FROZEN" as const) : statusOf(cell);
        expect(`${event} ${status} ${nextStatus(status, event, "FROZEN")}`).toBe(`${event} ${status} ${expected}`);
      });
    }
    expect(datasetEvents).toHaveLength(specified.length - 1 + 1);
  });

  test("a task that failed on its own makes a stopped dataset ERRORED", () => {
    expect(nextStatus("STOPPING_COMPLETE", "drained")).toBe("COMPLETED");
    expect(nextStatus("STOPPING_COMPLETE", "drainedWithErrors")).toBe("ERRORED");
  });

  test("a status is never reached by going back to nowhere", () => {
    expect(nextStatus("UPDATING", "updateEnded")).toBeNull();
    expect(nextStatus("UPDATING", "updateEnded", "DESCALED")).toBe("DESCALED");
  });

  test("actions follow from the table", () => {
    expect(allowedActions("PROCESSING")).toEqual(["redrive", "stopWithError", "stopWithComplete"]);
    expect(allowedActions("FROZEN")).toEqual(["delete"]);
    expect(allowedActions("DELETING")).toEqual(["delete"]);
    expect(allowedActions("DELETED")).toEqual([]);
    expect(allowedRedrivePolicies("COMPLETED")).toEqual(["ERROR_RECORDS_ONLY"]);
    expect(allowedRedrivePolicies("FROZEN")).toEqual([]);
  });

  test("every status is in exactly one group", () => {
    expect(Object.values(statusGroups).flat().sort()).toEqual([...datasetStatuses].sort());
    for (const status of datasetStatuses) expect(statusGroups[statusGroupOf(status)]).toContain(status);
  });

  test("tasks move as specified", () => {
    expect(nextTaskStatus("RERUN", "queue")).toBe("QUEUED");
    expect(nextTaskStatus("COMPLETED", "redrive")).toBeNull();
    expect(nextTaskStatus("COMPLETED", "redriveErrorRecords")).toBe("QUEUED");
    expect(nextTaskStatus("QUEUED", "stopWithComplete")).toBe("COMPLETED");
  });
});

describe("names", () => {
  const datasetId = "0123456789abcdef0123456789abcdef";

  test("follow from the dataset id and are recognised when pasted back", () => {
    const names = generatedNames("Test", datasetId);
    expect(names.writeTarget).toBe(`tldwc${datasetId}`);
    expect(names.errorBucket).toBe(`tldec${datasetId}`);
    expect(names.customerAccessRole).toBe(`TestCustomerAccess${datasetId}IAMRole`);
    for (const name of [names.writeTarget, names.errorBucket, names.writeQueueFifo])
      expect(generatedNamePattern.test(name)).toBe(true);
    expect(() => generatedNames("Test", "x")).toThrow(RangeError);
  });

  test("the same position has the same task id", () => {
    expect(taskIdOf(datasetId, "0")).toBe(taskIdOf(datasetId, "0"));
    expect(taskIdOf(datasetId, "0")).toMatch(/^[0-9a-f]{32}$/);
    expect(taskIdOf(datasetId, "0")).not.toBe(taskIdOf(datasetId, "1"));
  });
});

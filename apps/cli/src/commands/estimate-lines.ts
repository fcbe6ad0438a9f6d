import type { WorkEstimateDto } from "@letsdata/api/contract/try-dataset";

/** An estimate as lines of text: the figures, why others are missing, and what all rest on. */
export function estimateLines(estimate: WorkEstimateDto): readonly string[] {
  const { tasks, tasksAtOnce, records, bytes, seconds, costPer, totalUsd } = estimate;
  const figures = [
    `${count(tasks)} ${tasks === 1 ? "task" : "tasks"}${tasks > tasksAtOnce ? `, ${count(tasksAtOnce)} at once` : ""}`,
    records === null ? "records not known" : `about ${count(records)} records`,
    bytes === null ? "bytes not known" : `${count(bytes)} bytes`,
    seconds === null ? "time not known" : `about ${(seconds / 60).toFixed(1)} minutes`,
    `${totalUsd.toFixed(2)} USD${costPer === "hour" ? " for each hour, beside what is read and written" : ""}`,
  ];
  return [
    `estimate: ${figures.join("; ")}`,
    ...reasonsOnce(estimate).map(({ whats, reason }) => `  ${whats.join(" and ")} not known: ${reason}`),
    ...estimate.basis.map((sentence) => `  ${sentence}`),
  ];
}

function reasonsOnce({ notKnown }: WorkEstimateDto) {
  const reasons = [...new Set(notKnown.map(({ reason }) => reason))];
  return reasons.map((reason) => ({
    reason,
    whats: notKnown.filter((one) => one.reason === reason).map(({ what }) => what),
  }));
}

const count = (value: number) => value.toLocaleString("en-US");

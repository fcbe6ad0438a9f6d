/** Attributes the system sets on a dataset (product.md §2.2): shown, never taken from people. */
export const systemSetAttributes = [
  "tenantId",
  "userId",
  "datasetId",
  "datasetStatus",
  "statusReason",
  "datasetProgress",
  "executionLogs",
  "taskExecutionLogs",
  "customerAccessRoleArn",
  "createDatetime",
  "updateDatetime",
  "codeVersion",
] as const;

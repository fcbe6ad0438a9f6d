import { errorConnectors, readConnectors, writeConnectors } from "@letsdata/connectors/catalogue";
import type { Runtimes } from "@letsdata/dataset/availability";
import { readerTypesOf } from "@letsdata/dataset/reader-types";

/** What this build can run; what is not here is refused at create with the place in the JSON. */
export const availableRuntimes: Runtimes = {
  readDestinations: Object.keys(readConnectors),
  /** Read from the schema, which takes its time: when a configuration is looked at, and not with the start of a process. */
  get readerTypes() {
    return readerTypesOf(this.readDestinations);
  },
  writeDestinations: Object.keys(writeConnectors),
  errorDestinations: Object.keys(errorConnectors),
  computeEngines: ["LAMBDA", "LAMBDA_AND_SAGEMAKER", "SPARK"],
  languages: ["JAVASCRIPT", "PYTHON", "JAVA"],
  images: false,
  managedEndpoints: true,
  managedClusters: false,
};

import { errorConnectors, readConnectors, writeConnectors } from "@letsdata/connectors/catalogue";
import type { Runtimes } from "@letsdata/dataset/availability";

/** What this build can run; what is not here is refused at create with the place in the JSON. */
export const availableRuntimes: Runtimes = {
  readDestinations: Object.keys(readConnectors),
  readerTypes: [
    "SINGLEFILEREADER",
    "SINGLEFILESTATEMACHINEREADER",
    "MULTIPLEFILESTATEMACHINEREADER",
    "SPARKREADER",
    "SQSQUEUEREADER",
    "KINESISSTREAMREADER",
    "DYNAMODBSTREAMSREADER",
    "DYNAMODBTABLEREADER",
  ],
  writeDestinations: Object.keys(writeConnectors),
  errorDestinations: Object.keys(errorConnectors),
  computeEngines: ["LAMBDA", "LAMBDA_AND_SAGEMAKER", "SPARK"],
  languages: ["JAVASCRIPT", "PYTHON", "JAVA"],
  images: false,
  managedEndpoints: true,
  managedClusters: false,
};

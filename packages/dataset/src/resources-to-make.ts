import { writeConnectorEntry } from "@letsdata/connectors/config-catalogue";
import { concurrencyOf, type DatasetConfig, regionOf } from "./dataset-config.ts";
import { needsCustomerAccessRole } from "./resource-owners.ts";

/** Something that creating the dataset makes. */
export interface ResourceToMake {
  readonly what: string;
  /** Its size, or what it is for. */
  readonly detail: string;
  readonly region: string;
}

/** All that LetsData makes in its own account for the dataset; what is the customer's is only used. */
export function resourcesToMake(config: DatasetConfig): readonly ResourceToMake[] {
  const { writeConnector: write, errorConnector: error, computeEngine: engine } = config;
  const made: ResourceToMake[] = [];
  if (write.resourceLocation === "LetsData") {
    const { makes, sizeOf } = writeConnectorEntry(write.connectorDestination);
    made.push({
      what: makes,
      // The entry is the one of the configuration's shape; the compiler cannot follow that.
      detail: sizeOf ? `${sizeOf(write as never)}, for the documents` : "for the documents",
      region: regionOf(config, "writeConnector"),
    });
  }
  if (error.resourceLocation === "LetsData")
    made.push({ what: "S3 bucket", detail: "for error records", region: regionOf(config, "errorConnector") });
  if (
    engine.computeEngineType === "LAMBDA_AND_SAGEMAKER" &&
    engine.endpoint.sagemakerEndpointResourceLocation === "LetsData"
  )
    made.push({
      what: "SageMaker model and endpoint",
      detail: engine.endpoint.sagemakerEndpointType,
      region: regionOf(config, "computeEngine"),
    });
  if (needsCustomerAccessRole(config))
    made.push({
      what: "IAM role",
      detail: `lets account ${config.customerAccountForAccess} read what is made here`,
      region: "every region",
    });
  made.push({
    what: "Tasks",
    detail: `${concurrencyOf(engine)} at once`,
    region: regionOf(config, "computeEngine"),
  });
  return made;
}

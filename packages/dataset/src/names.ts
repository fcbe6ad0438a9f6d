/** The stage of an installation: its names start with it, or with its first letter in lower case. */
export type Stage = "Test" | "Prod";

/** Matches every name made by `generatedNames` for a connector: dropped with a notice where a person pastes it beside `LetsData`. */
export const generatedNamePattern = /^[a-z]ld(wc|ec)[0-9a-f]{32}(\.fifo)?$/;

/** Matches every name made by `generatedNames` for what a dataset owns, alone or within an ARN; captures the dataset's id. */
const generatedNameWithin = /(?<![A-Za-z0-9.-])[a-z]ld(?:wc|ec|im|md)([0-9a-f]{32})(?![A-Za-z0-9-])/;

/** The dataset that a name, ARN or S3 link was generated for; null where it was not. */
export function datasetOfGeneratedName(text: string): string | null {
  return generatedNameWithin.exec(text)?.[1] ?? null;
}

export interface GeneratedNames {
  /** Stream, queue, table, bucket, topic, cluster and index of a LetsData-located write connector. */
  readonly writeTarget: string;
  readonly writeQueueFifo: string;
  readonly errorBucket: string;
  readonly sparkIntermediateBucket: string;
  readonly customerAccessRole: string;
  readonly sparkSecret: string;
  readonly taskFunction: string;
  readonly bridgeFunction: string;
  /** SageMaker model and endpoint. */
  readonly endpoint: string;
  /** What the model's container runs as. */
  readonly modelRole: string;
  /** Holds the copy of a customer's model file. */
  readonly modelBucket: string;
}

/** Names follow from the dataset id alone (product.md §2.10), so every step that makes one can be repeated. */
export function generatedNames(stage: Stage, datasetId: string): GeneratedNames {
  if (!/^[0-9a-f]{32}$/.test(datasetId)) throw new RangeError(`datasetId must be 32 hex digits: ${datasetId}`);
  const prefix = `${stage.slice(0, 1).toLowerCase()}ld`;
  return {
    writeTarget: `${prefix}wc${datasetId}`,
    writeQueueFifo: `${prefix}wc${datasetId}.fifo`,
    errorBucket: `${prefix}ec${datasetId}`,
    sparkIntermediateBucket: `${prefix}im${datasetId}`,
    customerAccessRole: `${stage}CustomerAccess${datasetId}IAMRole`,
    sparkSecret: `${stage}SparkLambdaBridgeCreds${datasetId}`,
    taskFunction: `${stage}LetsDataTask${datasetId}`,
    bridgeFunction: `${stage}LetsDataBridge${datasetId}`,
    endpoint: `${prefix}${datasetId}`,
    modelRole: `${stage}SagemakerModel${datasetId}IAMRole`,
    modelBucket: `${prefix}md${datasetId}`,
  };
}

/** Names of what a customer makes for an access grant (product.md §11.2). */
export function accessGrantNames(datasetName: string): { readonly role: string; readonly policy: string } {
  return { role: `LetsData_AccessRole_${datasetName}`, policy: `LetsData_AccessRole_${datasetName}Policy` };
}

/** The IAM role that stands for one user, in the installation's account. */
export function userRoleName(userId: string): string {
  return `LetsDataUser_${userId.replaceAll("-", "")}`;
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Caller } from "../iam/caller.ts";
import type { ConditionContext, Requirement } from "../iam/requirement.ts";
import type { AwsError } from "./aws-error.ts";

/** One verified request, before it is known which operation it asks for. */
export interface CloudRequest {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly method: string;
  /** As sent: still percent-encoded. */
  readonly rawPath: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly caller: Caller;
  readonly region: string;
  readonly requestContext: ConditionContext;
  readonly payload: Payload;
  /** Read and checked already, except for S3, whose bodies stream. */
  readonly body: Buffer;
}

/** What the signature says about the body. */
export type Payload =
  | { readonly kind: "hash"; readonly sha256: string }
  | { readonly kind: "unsigned" }
  | {
      readonly kind: "chunked";
      readonly trailer: boolean;
      readonly signing: {
        readonly key: Buffer;
        readonly seed: string;
        readonly scope: string;
        readonly date: string;
      } | null;
    };

/** What one operation needs to be allowed, and what it does. Nothing runs before every requirement is granted. */
export interface ResolvedOperation {
  readonly name: string;
  /** What faults match on: an ARN or a resource name. */
  readonly resource: string;
  readonly requirements: readonly Requirement[];
  run(): Promise<void> | void;
}

export interface Service {
  /** As in IAM actions and fault rules: s3, kinesis, sqs, iam, sts, kms, ecr, sagemaker, secretsmanager, cloudwatch. */
  readonly name: string;
  readonly deniedCode: "AccessDenied" | "AccessDeniedException";
  /** Of a request; 16 MiB when left out. */
  readonly bodyBytesMax?: number;
  resolve(request: CloudRequest): Promise<ResolvedOperation> | ResolvedOperation;
  sendError(request: ErrorTarget, error: AwsError): void;
  /** What tests may make happen that AWS does by itself: `POST /_local/<service>/<name>` with a JSON body. False: not found. */
  readonly admin?: Readonly<Record<string, (body: Readonly<Record<string, unknown>>) => boolean>>;
}

export interface ErrorTarget {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly rawPath: string;
}

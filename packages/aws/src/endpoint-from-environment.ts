/** Names as in the AWS SDKs: `AWS_ENDPOINT_URL_<service>` wins over `AWS_ENDPOINT_URL`. */
export type EndpointService = "S3" | "KINESIS" | "STS" | "IAM" | "CLOUDWATCH" | "SECRETS_MANAGER" | "SQS" | "DYNAMODB";

/** The endpoint override of a service, or of all services; undefined = AWS itself. */
export function endpointFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  service?: EndpointService,
): string | undefined {
  const own = service === undefined ? undefined : environment[`AWS_ENDPOINT_URL_${service}`];
  return own || environment.AWS_ENDPOINT_URL || undefined;
}

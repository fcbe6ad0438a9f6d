/** A dataset JSON that parses; its name is given. */
export function sampleDataset(datasetName: string, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    datasetName,
    region: "eu-west-1",
    accessGrantRoleArn: "arn:aws:iam::111122223333:role/LetsData_AccessRole_Flights",
    customerAccountForAccess: "111122223333",
    readConnector: {
      connectorDestination: "S3",
      readerType: "SINGLEFILEREADER",
      bucketName: "flights",
      artifactImplementationLanguage: "JAVASCRIPT",
      artifactFileS3Link: "s3://code/flights.zip",
    },
    writeConnector: { connectorDestination: "KINESIS", resourceLocation: "LetsData", kinesisShardCount: 1 },
    errorConnector: { connectorDestination: "S3", resourceLocation: "LetsData" },
    computeEngine: { computeEngineType: "LAMBDA", concurrency: 2, memoryLimitInMegabytes: 512 },
    manifestFile: { manifestType: "S3ReaderTextManifestFile", fileContents: "a.gz\nb.gz" },
    ...changes,
  };
}

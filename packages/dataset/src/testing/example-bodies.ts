/** product.md §2.8, and every other example of §2 and §3 completed into a whole body. */
export const completeBody = {
  datasetName: "ClicksByUser2026",
  region: "eu-west-1",
  accessGrantRoleArn: "arn:aws:iam::111122223333:role/LetsData_AccessRole_Clicks",
  customerAccountForAccess: "111122223333",
  readConnector: {
    connectorDestination: "S3",
    readerType: "SINGLEFILEREADER",
    bucketName: "clicks",
    artifactImplementationLanguage: "JAVA",
    artifactFileS3Link: "s3://code/clicks.jar",
    singleFileParserImplementationClassName: "com.acme.ClickParser",
  },
  writeConnector: { connectorDestination: "KINESIS", resourceLocation: "LetsData", kinesisShardCount: 4 },
  errorConnector: { connectorDestination: "S3", resourceLocation: "LetsData" },
  computeEngine: {
    computeEngineType: "LAMBDA",
    concurrency: 20,
    memoryLimitInMegabytes: 2048,
    timeoutInSeconds: 600,
    logLevel: "WARN",
  },
  manifestFile: { manifestType: "S3ReaderTextManifestFile", fileContents: "2026/a.log.gz\n2026/b.log.gz" },
};

export function bodyWith(changes: Readonly<Record<string, unknown>>): typeof completeBody {
  return { ...completeBody, ...changes } as typeof completeBody;
}

const readers = `{"connectorDestination":"S3","readerType":"MULTIPLEFILESTATEMACHINEREADER","bucketName":"orders","artifactImplementationLanguage":"JAVA","artifactFileS3Link":"s3://code/orders.jar","singleFileStateMachineParserImplementationClassNameMap":{"HEAD":"com.acme.HeadParser","LINE":"com.acme.LineParser"},"multipleFileStateMachineReaderClassName":"com.acme.OrderReader"}
{"connectorDestination":"S3","readerType":"SPARKREADER","bucketName":"text","artifactImplementationLanguage":"PYTHON","interfaceECRImagePath":"111122223333.dkr.ecr.eu-west-1.amazonaws.com/spark:7","sparkFileFormat":"text","sparkReadOptions":{"lineSep":"\\n\\n"}}
{"connectorDestination":"SQS","queueName":"jobs","artifactImplementationLanguage":"PYTHON","artifactFileS3Link":"s3://code/jobs.zip"}
{"connectorDestination":"KINESIS","streamArn":"arn:aws:kinesis:eu-west-1:111122223333:stream/events","recordErrorPolicy":"FailTask","artifactImplementationLanguage":"JAVA","artifactFileS3Link":"s3://code/events.jar","kinesisRecordReaderImplementationClassName":"com.acme.EventReader"}
{"connectorDestination":"DYNAMODBSTREAMS","streamArn":"arn:aws:dynamodb:eu-west-1:111122223333:table/users/stream/2026-01-05T09:00:00.000","artifactImplementationLanguage":"JAVASCRIPT","artifactFileS3Link":"s3://code/users.zip"}
{"connectorDestination":"DYNAMODB","tableName":"users","artifactImplementationLanguage":"PYTHON","artifactFileS3Link":"s3://code/users.zip"}`;

const writers = `{"connectorDestination":"SQS","resourceLocation":"Customer","queueName":"out.fifo","queueType":"FIFO","messageIdAttributeName":"orderId","messageGroupIdAttributeName":"customerId"}
{"connectorDestination":"S3","resourceLocation":"Customer","bucketName":"out","s3KeyPrefix":"orders/","s3FileFormat":"PARQUET","s3Compression":"ZSTD","s3FileSizeInMegabytes":128}
{"connectorDestination":"DYNAMODB","partitionKeyAttributeName":"userId","billingMode":"PROVISIONED","readCapacityUnits":5,"writeCapacityUnits":200}
{"connectorDestination":"KAFKA","resourceLocation":"Customer","bootstrapServers":"k1.test:9096","authentication":"SASL_SCRAM","credentialsSecretArn":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:k","topicName":"orders"}
{"connectorDestination":"MOMENTO_VECTOR_INDEX","resourceLocation":"Customer","indexName":"pages","numDimensions":384,"similarityMetric":"COSINE_SIMILARITY","momentoAuthTokenArn":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:m"}
{"connectorDestination":"S3_VECTORS","numDimensions":384,"distanceMetric":"COSINE"}
{"connectorDestination":"PGVECTOR","connectionSecretArn":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:pg","tableName":"page_vectors","numDimensions":384}`;

const engines = `{"computeEngineType":"LAMBDA_AND_SAGEMAKER","lambda":{"lambdaConcurrency":4},"model":{"modelResourceLocation":"LetsData","modelUrl":"s3://models/m.tar.gz","modelUrlResourceLocation":"Customer","modelEnvironmentVariables":{"SAGEMAKER_PROGRAM":"inference.py"},"modelContainerImageName":"HuggingFace_Inference_4_12_3"},"endpoint":{"sagemakerEndpointType":"Serverless","sagemakerEndpointResourceLocation":"LetsData","sagemakerServerless":{"sagemakerEndpointConcurrency":10,"sagemakerMemoryLimitInMegabytes":4096}}}
{"computeEngineType":"LAMBDA_AND_SAGEMAKER","endpoint":{"sagemakerEndpointResourceLocation":"Customer","sagemakerEndpointName":"minilm"}}
{"computeEngineType":"SPARK","runSparkInterfaces":"MAPPER_AND_REDUCER","concurrency":50,"timeoutInSeconds":900}`;

const manifests = `{"manifestType":"S3ReaderS3LinkManifestFile","manifestFileS3Uri":"s3://code/orders.txt","readerManifestResourceLocation":"Customer"}
{"manifestType":"S3ReaderTextManifestFile","readerType":"MULTIPLEFILESTATEMACHINEREADER","fileContents":"HEAD:2026/h1.gz|LINE:2026/l1.gz"}
{"sqsReaderTaskStopCondition":"DrainQueues","sqsReaderTaskStopAfterConsecutiveEmptyReceives":10}
{"manifestType":"KinesisStreamReaderManifest","kinesisReaderTaskStartFromCondition":"AtTimestamp","startFromTimestamp":1767225600000,"kinesisReaderTaskStopCondition":"AtLatest"}
{"manifestType":"DynamoDBStreamReaderManifest","dynamoDBReaderTaskStartFromCondition":"Earliest","dynamoDBReaderTaskStopCondition":"Continuous","dynamoDBReaderTaskContinuousPollFrequency":"Poll every 5 seconds"}
{"manifestType":"DynamoDBTableReaderManifest","dynamoDBTableReaderTaskCount":16,"filterExpression":"#s = :a","expressionAttributeNames":{"#s":"state"},"expressionAttributeValues":{":a":{"S":"on"}}}`;

const linesOf = (text: string) => text.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
const [severalFiles, sparkReader, sqs, kinesis, dynamodbStreams, dynamodb] = linesOf(readers);
const [linkManifest, severalFilesManifest, sqsManifest, kinesisManifest, streamsManifest, tableManifest] =
  linesOf(manifests);
const [ownModel, ownEndpoint, sparkEngine] = linesOf(engines);

const javaWithVectors = {
  ...completeBody.readConnector,
  sagemakerVectorsInterfaceImplementationClassName: "com.acme.Vectors",
};

export const examples: readonly { readonly name: string; readonly body: Readonly<Record<string, unknown>> }[] = [
  { name: "the complete body", body: completeBody },
  { name: "S3 several files", body: bodyWith({ readConnector: severalFiles, manifestFile: severalFilesManifest }) },
  { name: "S3 link manifest", body: bodyWith({ manifestFile: linkManifest }) },
  {
    name: "Spark",
    body: bodyWith({
      readConnector: sparkReader,
      computeEngine: sparkEngine,
      writeConnector: { connectorDestination: "S3", writerType: "Spark", sparkFileFormat: "csv" },
    }),
  },
  { name: "SQS", body: bodyWith({ readConnector: sqs, manifestFile: sqsManifest }) },
  { name: "Kinesis", body: bodyWith({ readConnector: kinesis, manifestFile: kinesisManifest }) },
  { name: "DynamoDB Streams", body: bodyWith({ readConnector: dynamodbStreams, manifestFile: streamsManifest }) },
  { name: "DynamoDB", body: bodyWith({ readConnector: dynamodb, manifestFile: tableManifest }) },
  ...linesOf(writers).map((writeConnector) => ({
    name: `write ${writeConnector.connectorDestination}`,
    body: bodyWith({ writeConnector }),
  })),
  {
    name: "own error bucket",
    body: bodyWith({
      errorConnector: { connectorDestination: "S3", resourceLocation: "Customer", bucketName: "errors" },
    }),
  },
  { name: "SageMaker, own model", body: bodyWith({ readConnector: javaWithVectors, computeEngine: ownModel }) },
  { name: "SageMaker, own endpoint", body: bodyWith({ readConnector: javaWithVectors, computeEngine: ownEndpoint }) },
];

import os

from letsdata_utils.secretmanager_util import SecretManagerUtil
from letsdata_utils.spark_utils import createSparkSession, readSparkDataframe, writeSparkDataframe


class SparkReducerInterface:
    def reducer(self, appName, readDestination, readUris, readFormat, readOptions, writeDestination, writeUri, writeFormat, writeMode, writeOptions, spark_credentials_secret_arn):
        region = os.environ["AWS_REGION"]
        reading = SecretManagerUtil.get_spark_aws_credentials(region, spark_credentials_secret_arn, "reducer", "read")
        writing = SecretManagerUtil.get_spark_aws_credentials(region, spark_credentials_secret_arn, "reducer", "write")
        spark = createSparkSession(appName, readDestination, writeDestination, readUris[0], writeUri, reading, writing)
        words = None
        for uri in readUris:
            read = readSparkDataframe(spark, readDestination, uri, readFormat, readOptions)
            words = read if words is None else words.union(read)
        counts = words.groupBy("word").count().orderBy("word")
        writeSparkDataframe(spark, writeDestination, writeUri, writeFormat, writeMode, writeOptions, counts)

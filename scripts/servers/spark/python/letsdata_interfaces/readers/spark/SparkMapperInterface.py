import os

from letsdata_utils.logging_utils import logger
from letsdata_utils.secretmanager_util import SecretManagerUtil
from letsdata_utils.spark_utils import createSparkSession, readSparkDataframe, writeSparkDataframe
from pyspark.sql.functions import col, explode, length, split, udf
from pyspark.sql.types import StringType


class SparkMapperInterface:
    def mapper(self, appName, readDestination, readUri, readFormat, readOptions, writeDestination, writeUri, writeFormat, writeMode, writeOptions, spark_credentials_secret_arn):
        region = os.environ["AWS_REGION"]
        reading = SecretManagerUtil.get_spark_aws_credentials(region, spark_credentials_secret_arn, "mapper", "read")
        writing = SecretManagerUtil.get_spark_aws_credentials(region, spark_credentials_secret_arn, "mapper", "write")
        spark = createSparkSession(appName, readDestination, writeDestination, readUri, writeUri, reading, writing)
        logger.info("Spark %s at %s", spark.version, spark.sparkContext.master)
        words = readSparkDataframe(spark, readDestination, readUri, readFormat, readOptions).select(
            explode(split(col("value"), " ")).alias("word")
        )
        # A function of this module runs in a Python worker of Spark's.
        lower = udf(lower_case, StringType())
        words = words.where(length(col("word")) > 0).select(lower(col("word")).alias("word"))
        writeSparkDataframe(spark, writeDestination, writeUri, writeFormat, writeMode, writeOptions, words)


def lower_case(word):
    return word.lower()

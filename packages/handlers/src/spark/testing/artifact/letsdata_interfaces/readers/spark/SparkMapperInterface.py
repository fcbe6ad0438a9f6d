import time


class SparkMapperInterface:
    """The read format is an order."""

    def mapper(self, appName, readDestination, readUri, readFormat, readOptions, writeDestination, writeUri, writeFormat, writeMode, writeOptions, spark_credentials_secret_arn):
        if readFormat == "fail":
            raise ValueError("no such column")
        if readFormat == "pyspark":
            import pyspark.absent_on_every_machine  # noqa: F401
        if readFormat == "hang":
            time.sleep(600)

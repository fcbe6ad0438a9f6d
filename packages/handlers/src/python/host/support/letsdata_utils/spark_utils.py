"""Sessions and data frames of a Spark step, from the step's arguments. Where Spark runs is in its configuration."""

from letsdata_utils.arn_utils import parse_bucket_name_from_s3_uri
from pyspark.sql import SparkSession

_KEYS = {"access.key": "AWS_ACCESS_KEY_ID", "secret.key": "AWS_SECRET_ACCESS_KEY", "session.token": "AWS_SESSION_TOKEN"}
_READ_FORMATS = ("csv", "json", "parquet", "text")
_WRITE_FORMATS = ("csv", "json", "parquet")


def createSparkSession(appName, readDestination, writeDestination, readUri, writeUri, readCredentials, writeCredentials):
    """A new session; each bucket is reached with the credentials of its side. In one bucket those for reading count."""
    active = SparkSession.getActiveSession()
    if active is not None:
        active.stop()
    _require_s3(readDestination, "readDestination")
    _require_s3(writeDestination, "writeDestination")
    builder = (
        SparkSession.builder.appName(appName)
        .config("spark.ui.enabled", "false")
        .config("spark.hadoop.fs.s3a.impl", "org.apache.hadoop.fs.s3a.S3AFileSystem")
    )
    for uri, credentials in ((writeUri, writeCredentials), (readUri, readCredentials)):
        bucket = parse_bucket_name_from_s3_uri(uri)
        for name, member in _KEYS.items():
            builder = builder.config(f"spark.hadoop.fs.s3a.bucket.{bucket}.{name}", credentials[member])
    return builder.getOrCreate()


def readSparkDataframe(spark, readDestination, readUri, readFormat, readOptions):
    _require_s3(readDestination, "readDestination")
    _require_format(readFormat, _READ_FORMATS, "readFormat")
    return spark.read.options(**_named(readOptions)).format(readFormat).load(readUri)


def writeSparkDataframe(spark, writeDestination, writeUri, writeFormat, writeMode, writeOptions, df):
    _require_s3(writeDestination, "writeDestination")
    _require_format(writeFormat, _WRITE_FORMATS, "writeFormat")
    df.write.mode(writeMode).options(**_named(writeOptions)).format(writeFormat).save(writeUri)
    return df


def _named(options):
    return dict(options or {})


def _require_s3(destination, name):
    if destination.upper() != "S3":
        raise ValueError(f"{name} {destination} is not supported; S3 is")


def _require_format(given, known, name):
    if given not in known:
        raise ValueError(f"{name} {given} is not supported; {', '.join(known)} are")

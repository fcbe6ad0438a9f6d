import os
import subprocess
import sys
import time

WRITES_LATER = "import time; time.sleep(600); open('late', 'w')"


class SparkMapperInterface:
    """The read format is an order."""

    def mapper(self, appName, readDestination, readUri, readFormat, readOptions, writeDestination, writeUri, writeFormat, writeMode, writeOptions, spark_credentials_secret_arn):
        if readFormat == "fail":
            raise ValueError("no such column")
        if readFormat == "pyspark":
            import pyspark.absent_on_every_machine  # noqa: F401
        if readFormat.startswith("start"):
            start_two()
        if readFormat.endswith("hang"):
            print("hangs in", os.getpid())
            time.sleep(600)


def start_two():
    """One as a program is usually started, one in a group of its own, as Spark's Python workers are."""
    usual = subprocess.Popen([sys.executable, "-c", WRITES_LATER])
    apart = subprocess.Popen([sys.executable, "-c", WRITES_LATER], preexec_fn=os.setpgrp)
    print("started", usual.pid, apart.pid)

import json
import logging
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
        if readFormat == "configuration":
            raise ValueError(json.dumps(configuration()))
        if readFormat == "logging":
            raise ValueError(json.dumps(heard_at_debug()))
        if readFormat.startswith("start"):
            start_two()
        if readFormat.endswith("hang"):
            with open("draft", "w") as note:
                note.write(str(os.getpid()))
            os.rename("draft", "pid")
            time.sleep(600)


def start_two():
    """One as a program is usually started, one in a group of its own, as Spark's Python workers are."""
    usual = subprocess.Popen([sys.executable, "-c", WRITES_LATER])
    apart = subprocess.Popen([sys.executable, "-c", WRITES_LATER], preexec_fn=os.setpgrp)
    print("started", usual.pid, apart.pid)


def configuration():
    """What a step can find of the operator's configuration."""
    folder = os.environ["SPARK_CONF_DIR"]
    texts = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name)) as file:
            texts[name] = file.read()
    home = os.environ["SPARK_HOME"]
    places = [os.path.join(home, "jars", "spark.jar"), os.path.join(home, "conf", "hive-site.xml"), os.path.join(home, "conf", "spark-defaults.conf")]
    folders = {name: os.environ.get(name) for name in ("HADOOP_CONF_DIR", "YARN_CONF_DIR")}
    places += [os.path.join(given, "core-site.xml") for given in folders.values() if given]
    return {"texts": texts, "reached": [place for place in places if can_read(place)], "folders": folders}


def can_read(path):
    try:
        open(path).close()
        return True
    except OSError:
        return False


def heard_at_debug():
    heard = []

    class Ear(logging.Handler):
        def emit(self, record):
            heard.append(record.name)

    root = logging.getLogger()
    root.setLevel(logging.DEBUG)
    root.addHandler(Ear())
    for name in ("py4j.clientserver", "botocore.auth", "boto3.resources", "urllib3.connectionpool", "acme.words"):
        logging.getLogger(name).debug("AWS4-HMAC-SHA256 Credential=...")
    return heard

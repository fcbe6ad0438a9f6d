"""Spark for handlers that start it: where it is on this machine, what it is told, and what it may reach."""

import glob
import importlib.util
import logging
import os
import shutil
import sys

from letsdata_hosting import sandbox, task_log
from letsdata_lambda.calls import text_of

_PROGRAMS = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
_READ_BY_JAVA = ("/etc/passwd", "/etc/group", "/etc/alternatives", *glob.glob("/etc/java-*"), "/sys/fs/cgroup", "/sys/devices/system/cpu",
                 "/proc/version")
_CONFIGURATION = ("conf", "etc")
"""Folders of an installation where its operator keeps passwords, such as those of hive-site.xml: none of a handler's business."""
_DEFAULTS = "spark-defaults.conf"
_TAKEN_OVER = (_DEFAULTS, "log4j2.properties")


def prepare(artifact_dir, host_dir, options):
    """Before anything of the customer is loaded. Returns what the process may reach for Spark."""
    task_log.quieten(logging.WARNING)
    home = _use_spark_home() or _folder_of_pyspark()
    scratch = options["scratchDir"]
    if scratch is not None:
        _use_scratch(scratch, home, options["properties"])
        os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
        # Spark's Python workers import the handler's modules, too; this process itself ignores the variable.
        os.environ["PYTHONPATH"] = os.pathsep.join([artifact_dir, *_python_of_spark(home), os.path.join(host_dir, "spark_worker")])
    spark = _without_configuration(home)
    if scratch is None:
        return sandbox.Reach(readable=spark, executable=(), writable=())
    return sandbox.Reach(
        readable=[*_READ_BY_JAVA, *_without_configuration(os.environ.get("HADOOP_HOME")), *_configuration_of_yarn(options["properties"])],
        executable=[*_PROGRAMS, *_folders_of("JAVA_HOME"), *spark, sys.prefix, sys.base_prefix],
        writable=[scratch],
    )


def what_is_missing(error):
    """What this machine lacks for the handler, with the fix, or None where the failure is the handler's own."""
    text = text_of(error)
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] in ("pyspark", "py4j"):
        return (
            f"The handler imports {error.name}, which this machine's Python does not have. Install pyspark for {sys.executable}, "
            "or set SPARK_HOME to a Spark installation and start the product again."
        )
    if "JAVA_GATEWAY_EXITED" in text and not _java():
        return "Spark needs a Java runtime on this machine (`java` on the PATH, or JAVA_HOME)."
    if "org.apache.hadoop.fs.s3a.S3AFileSystem" in text and "not found" in text:
        return (
            "This machine's Spark cannot read s3a:// addresses. Put hadoop-aws and the AWS SDK bundle of Spark's own Hadoop version "
            "into the folder jars of SPARK_HOME."
        )
    return None


def _java():
    home = os.environ.get("JAVA_HOME")
    return os.path.join(home, "bin", "java") if home else shutil.which("java")


def _use_spark_home():
    home = os.environ.get("SPARK_HOME")
    if home and importlib.util.find_spec("pyspark") is None:
        sys.path.extend(_python_of_spark(home))
    return home


def _folder_of_pyspark():
    found = importlib.util.find_spec("pyspark")
    return os.path.dirname(found.origin) if found and found.origin else None


def _python_of_spark(home):
    """What Spark adds to Python's path: the folder of the package that pip installs, or that of a whole installation."""
    if not home:
        return []
    if os.path.isfile(os.path.join(home, "__init__.py")):
        return [os.path.dirname(home)]
    folder = os.path.join(home, "python")
    library = os.path.join(folder, "lib")
    if not os.path.isdir(library):
        return []
    return [folder, *(os.path.join(library, name) for name in sorted(os.listdir(library)) if name.startswith("py4j") and name.endswith(".zip"))]


def _folders_of(*variables):
    return [os.environ[name] for name in variables if os.environ.get(name)]


def _without_configuration(home):
    if not home or not os.path.isdir(home):
        return []
    return [os.path.join(home, name) for name in os.listdir(home) if name not in _CONFIGURATION]


def _configuration_of_yarn(properties):
    """Only there says Hadoop's configuration where the cluster is; without it the handler is not even told of the folders."""
    variables = ("HADOOP_CONF_DIR", "YARN_CONF_DIR")
    if properties.get("spark.master", "").startswith("yarn"):
        return _folders_of(*variables)
    for name in variables:
        os.environ.pop(name, None)
    return []


def _use_scratch(scratch, home, properties):
    local = os.path.join(scratch, "local")
    os.makedirs(local, exist_ok=True)
    os.environ.update(HOME=scratch, TMPDIR=scratch, SPARK_LOCAL_DIRS=local)
    # Java knows no TMPDIR.
    os.environ["SPARK_SUBMIT_OPTS"] = f"-Djava.io.tmpdir={scratch} -XX:-UsePerfData"
    os.environ["SPARK_CONF_DIR"] = _write_defaults(scratch, home, properties)


def _write_defaults(scratch, home, properties):
    """Two files of the operator's configuration of Spark, with our lines behind: of two for one property the last one holds."""
    theirs = os.environ.get("SPARK_CONF_DIR") or os.path.join(home or "", "conf")
    folder = os.path.join(scratch, "conf")
    os.makedirs(folder, exist_ok=True)
    for file in _TAKEN_OVER:
        # Written anew instead of copied: a file nobody may write to would stay one.
        with open(os.path.join(folder, file), "w", encoding="utf-8") as ours:
            ours.write(_text_of(os.path.join(theirs, file)))
            if file == _DEFAULTS:
                ours.writelines(f"{name} {_escaped(value)}\n" for name, value in properties.items())
    return folder


def _text_of(path):
    if not os.path.isfile(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read() + "\n"


def _escaped(value):
    """As java.util.Properties reads it."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")

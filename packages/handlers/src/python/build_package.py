"""Builds the package `letsdata-handlers` as a wheel, with nothing but Python 3.9 or newer.

As a program: `python3 build_package.py FOLDER` writes the wheel there and prints its path. As the build backend that pyproject.toml
names (https://packaging.python.org/en/latest/specifications/pyproject-toml/): `pip install .` needs no index.
"""

import base64
import hashlib
import os
import sys
import zipfile

NAME = "letsdata_handlers"
VERSION = "0.1.0"
_HERE = os.path.dirname(os.path.abspath(__file__))
# The modules an installation supplies, not a copy of them; letsdata_lambda_function is the function of a Lambda image. Handlers have
# modules of their own in letsdata_interfaces and letsdata_utils: those have no __init__.py (namespace packages), else they would hide them.
_MODULES = os.path.join(_HERE, "host", "support")
_TAKEN = ("letsdata_interfaces", "letsdata_lambda", "letsdata_testing", "letsdata_utils", "letsdata_lambda_function.py")
_INFO = f"{NAME}-{VERSION}.dist-info"
_METADATA = f"""Metadata-Version: 2.1
Name: letsdata-handlers
Version: {VERSION}
Summary: The published interfaces of LetsData handlers in Python, and a helper to test handlers
License: Apache-2.0
Requires-Python: >=3.9
Description-Content-Type: text/plain

Interfaces, documents and results of LetsData handlers. An installation supplies the same modules: a handler need not pack them.
"""
_WHEEL = """Wheel-Version: 1.0
Generator: letsdata-build-package
Root-Is-Purelib: true
Tag: py3-none-any
"""


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Of PEP 517. Returns the wheel's file name."""
    name = f"{NAME}-{VERSION}-py3-none-any.whl"
    files = {**_modules(), f"{_INFO}/METADATA": _METADATA.encode(), f"{_INFO}/WHEEL": _WHEEL.encode()}
    lines = [f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in files.items()]
    record = f"{_INFO}/RECORD"
    os.makedirs(wheel_directory, exist_ok=True)
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in {**files, record: "".join([*lines, f"{record},,\n"]).encode()}.items():
            # The same sources give the same bytes.
            entry = zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            wheel.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return name


def build_sdist(sdist_directory, config_settings=None):
    raise NotImplementedError("letsdata-handlers is built from a checkout, as a wheel")


def _modules():
    found = {}
    for taken in _TAKEN:
        path = os.path.join(_MODULES, taken)
        for file in [path] if os.path.isfile(path) else sorted(_python_files(path)):
            with open(file, "rb") as source:
                found[os.path.relpath(file, _MODULES).replace(os.sep, "/")] = source.read()
    return found


def _python_files(folder):
    for parent, _, names in os.walk(folder):
        yield from (os.path.join(parent, name) for name in names if name.endswith(".py"))


def _digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


if __name__ == "__main__":
    print(os.path.join(sys.argv[1], build_wheel(sys.argv[1])))

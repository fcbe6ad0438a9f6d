"""Python starts with this: Spark's Python workers find what the host supplies in the order the host does."""

import importlib.util
import os

_host = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_spec = importlib.util.spec_from_file_location("letsdata_supplied", os.path.join(_host, "letsdata_hosting", "supplied.py"))
_supplied = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_supplied)
_supplied.supply_modules(os.path.join(_host, "support"))

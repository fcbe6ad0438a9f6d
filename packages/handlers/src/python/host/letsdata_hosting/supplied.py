"""Modules that published handlers import and need not pack."""

import importlib.machinery
import os
import sys


class _Supplied:
    """Asked last, so that an artifact's own modules always win."""

    def __init__(self, folder):
        self._folder = folder

    def find_spec(self, name, path=None, target=None):
        parent = name.rpartition(".")[0].replace(".", os.sep)
        return importlib.machinery.PathFinder.find_spec(name, [os.path.join(self._folder, parent) if parent else self._folder])


def supply_modules(support_dir):
    sys.meta_path.append(_Supplied(support_dir))

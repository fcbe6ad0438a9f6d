"""Modules of the host. In a package, because a module of an artifact with the name of one of them would never be loaded."""

"""What customer code may reach: its artifact and Python itself, to read; nothing to write, execute or signal."""

import ctypes
import os
import resource
import sys
import sysconfig
from collections import namedtuple

# https://docs.kernel.org/userspace-api/landlock.html: the numbers are the same on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULE_PATH_BENEATH = 1
_READ_FILE, _READ_DIR, _WRITE_FILE = 1 << 2, 1 << 3, 1 << 1
_FILE_RIGHTS = (1 << 13) - 1
_EXECUTE = 1 << 0
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_LATER_RIGHTS = ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV))
"""By the version of the rules that knows them. Before its own, renaming from one folder to another is always refused; the others never are."""
_SCOPE_ABSTRACT_UNIX_SOCKET, _SCOPE_SIGNAL = 1, 2
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_SIGKILL = 9

Reach = namedtuple("Reach", "readable executable writable")
"""Files and folders beyond the artifact and Python; what is executable or writable can be read, too."""
NOTHING_MORE = Reach((), (), ())


class _Ruleset(ctypes.Structure):
    _fields_ = [("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("access", ctypes.c_uint64), ("fd", ctypes.c_int32)]


def die_with_parent():
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)


def leave_no_core():
    """It would lie in the working folder, which is the artifact's."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def restrict(readable, reach=NOTHING_MORE):
    """Restricts this process for good. Returns None, or why this system cannot."""
    if sys.platform != "linux":
        return "this system has no Landlock"
    libc = ctypes.CDLL(None, use_errno=True)
    abi = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if abi < 1:
        return "this kernel has no Landlock"
    file_rights = _FILE_RIGHTS | sum(right for since, right in _LATER_RIGHTS if abi >= since)
    ruleset = _Ruleset(file_rights, 0, (_SCOPE_ABSTRACT_UNIX_SOCKET | _SCOPE_SIGNAL) if abi >= 6 else 0)
    size = ctypes.sizeof(_Ruleset) if abi >= 6 else 8
    fd = libc.syscall(_CREATE_RULESET, ctypes.byref(ruleset), size, 0)
    if fd < 0:
        return f"Landlock refused a ruleset ({os.strerror(ctypes.get_errno())})"
    for path in (*readable, *reach.readable):
        _allow(libc, fd, path, _READ_FILE | _READ_DIR)
    for path in reach.executable:
        _allow(libc, fd, path, _READ_FILE | _READ_DIR | _EXECUTE)
    for path in reach.writable:
        _allow(libc, fd, path, file_rights)
    for path in ("/dev/null", "/dev/zero"):
        _allow(libc, fd, path, _READ_FILE | _WRITE_FILE)
    for path in ("/dev/urandom", "/dev/random"):
        _allow(libc, fd, path, _READ_FILE)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    refused = libc.syscall(_RESTRICT_SELF, fd, 0)
    os.close(fd)
    return f"Landlock refused ({os.strerror(ctypes.get_errno())})" if refused else None


def python_folders():
    """Where Python, its libraries and the system's are; the rest of the machine is none of a handler's business."""
    paths = sysconfig.get_paths()
    found = [sys.prefix, sys.base_prefix, sys.exec_prefix, *paths.values(), *sys.path]
    system = ["/usr/lib", "/usr/local/lib", "/lib", "/lib64", "/usr/share/zoneinfo", "/etc/localtime", "/etc/ssl", "/etc/ld.so.cache",
              "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/mime.types", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat"]
    return [path for path in {*found, *system} if path and path != "/" and os.path.exists(path)]


def _allow(libc, ruleset, path, access):
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):
        access &= _READ_FILE | _WRITE_FILE | _EXECUTE
    libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(_PathBeneath(access, fd)), 0)
    os.close(fd)

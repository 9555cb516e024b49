"""What a process gives up before it runs a stranger's code: environment, files, network, other processes, most of its memory. Linux on x86-64.

`enter(fd)` leaves it one descriptor to read and write, and memory. The kernel keeps the rest away, whatever the code does: every other system call fails with EPERM.
It does not keep the code from reading what lies in its own process, so that must hold no secret (cell.py).
"""

import ctypes
import os
import platform
import resource
import struct
import sys
from typing import Final

MEMORY: Final = 1 << 30
"""Bytes of address space."""
PROCESSOR: Final = 3600
"""Seconds of processor time in a whole life: the parent's deadline ends a call long before."""

_ARCHITECTURE: Final = 0xC000003E  # AUDIT_ARCH_X86_64
_READ, _WRITE, _MMAP, _MPROTECT = 0, 1, 9, 10
_CALLS: Final = {
    "munmap": 11, "brk": 12, "rt_sigprocmask": 14, "rt_sigreturn": 15, "sched_yield": 24, "mremap": 25, "madvise": 28, "getpid": 39, "exit": 60, "gettimeofday": 96,
    "sigaltstack": 131, "gettid": 186, "time": 201, "futex": 202, "clock_gettime": 228, "exit_group": 231, "getrandom": 318,
}  # fmt: skip
"""What else is allowed: memory, the clock, and the way out."""
_KILL, _REFUSE, _ALLOW = 0x80000000, 0x00050000 | 1, 0x7FFF0000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE, _FIRST, _THIRD = 0, 4, 16, 32
"""Where they stand in what the kernel shows a filter: number of the call, machine, first and third argument."""
_EXECUTABLE: Final = 4
_NO_NEW_PRIVILEGES, _DEATH_SIGNAL, _SECCOMP = 38, 1, 22
_FILTER_MODE, _SIGKILL = 2, 9


def can_contain() -> bool:
    """Is this a machine that `enter` knows?"""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def enter(fd: int) -> None:
    """Give everything up but memory and one descriptor. Raises OSError where the kernel does not help."""
    os.environ.clear()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
    for none in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC, resource.RLIMIT_MEMLOCK):
        resource.setrlimit(none, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (fd + 1, fd + 1))
    libc = ctypes.CDLL(None, use_errno=True)
    program = b"".join(struct.pack("<HBBI", *step) for step in steps(fd))
    code = ctypes.create_string_buffer(program, len(program))
    filter_ = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(program) // 8, ctypes.addressof(code)), 16)
    for option, value, more in ((_DEATH_SIGNAL, _SIGKILL, None), (_NO_NEW_PRIVILEGES, 1, None), (_SECCOMP, _FILTER_MODE, filter_)):
        if libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0) if more is None else more, ctypes.c_ulong(0), ctypes.c_ulong(0)):
            error = ctypes.get_errno()
            raise OSError(error, f"prctl({option}): {os.strerror(error)}")


def steps(fd: int) -> list[tuple[int, int, int, int]]:
    """The filter: (instruction, steps to jump if true, if false, operand)."""
    out = [(_LOAD, 0, 0, _MACHINE), (_EQUAL, 1, 0, _ARCHITECTURE), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER)]
    out += [(_AT_LEAST, 0, 1, 0x40000000), (_RETURN, 0, 0, _KILL)]  # the other numbering of this machine
    for call in _CALLS.values():
        out += [(_EQUAL, 0, 1, call), (_RETURN, 0, 0, _ALLOW)]
    for call in (_READ, _WRITE):
        out += [(_EQUAL, 0, 4, call), (_LOAD, 0, 0, _FIRST), (_EQUAL, 0, 1, fd), (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    for call in (_MMAP, _MPROTECT):
        out += [(_EQUAL, 0, 4, call), (_LOAD, 0, 0, _THIRD), (_ANY_BIT, 1, 0, _EXECUTABLE), (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return [*out, (_RETURN, 0, 0, _REFUSE)]

"""Job objects of Windows: every process that is started in one stays in it, and all die with it."""

from __future__ import annotations

import ctypes
import sys

assert sys.platform == "win32"

import ctypes.wintypes as w  # noqa: E402  (only on Windows)

__all__ = ["Job", "terminate"]

_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel.CreateJobObjectW.restype = w.HANDLE
_kernel.CreateJobObjectW.argtypes = (w.LPVOID, w.LPCWSTR)
_kernel.SetInformationJobObject.argtypes = (w.HANDLE, ctypes.c_int, w.LPVOID, w.DWORD)
_kernel.QueryInformationJobObject.argtypes = (w.HANDLE, ctypes.c_int, w.LPVOID, w.DWORD, w.LPVOID)
_kernel.AssignProcessToJobObject.argtypes = (w.HANDLE, w.HANDLE)
_kernel.GetCurrentProcess.restype = w.HANDLE
_kernel.OpenProcess.restype = w.HANDLE
_kernel.OpenProcess.argtypes = (w.DWORD, w.BOOL, w.DWORD)
_kernel.TerminateProcess.argtypes = (w.HANDLE, w.UINT)
_kernel.CloseHandle.argtypes = (w.HANDLE,)

_BASIC_PROCESS_ID_LIST, _EXTENDED_LIMIT_INFORMATION = 3, 9
_KILL_ON_JOB_CLOSE = 0x2000
_PROCESS_TERMINATE = 0x0001
_MOST_PROCESSES = 4096


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("PerProcessUserTimeLimit", w.LARGE_INTEGER),
        ("PerJobUserTimeLimit", w.LARGE_INTEGER),
        ("LimitFlags", w.DWORD),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", w.DWORD),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", w.DWORD),
        ("SchedulingClass", w.DWORD),
    )


class _ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("BasicLimitInformation", _BasicLimits),
        ("IoInfo", ctypes.c_ulonglong * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


class _ProcessIds(ctypes.Structure):
    _fields_ = (
        ("NumberOfAssignedProcesses", w.DWORD),
        ("NumberOfProcessIdsInList", w.DWORD),
        ("ProcessIdList", ctypes.c_size_t * _MOST_PROCESSES),
    )


class Job:
    """A job that this process is in from now on, with all that it starts; they are killed when it ends."""

    def __init__(self) -> None:
        self._handle = _kernel.CreateJobObjectW(None, None)
        limits = _ExtendedLimits()
        limits.BasicLimitInformation.LimitFlags = _KILL_ON_JOB_CLOSE
        size = ctypes.sizeof(limits)
        done = _kernel.SetInformationJobObject(self._handle, _EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), size)
        if not done or not _kernel.AssignProcessToJobObject(self._handle, _kernel.GetCurrentProcess()):
            raise ctypes.WinError(ctypes.get_last_error())

    def members(self) -> set[int]:
        """Pids of what is in the job; this process is one of them."""
        ids = _ProcessIds()
        size = ctypes.sizeof(ids)
        if not _kernel.QueryInformationJobObject(self._handle, _BASIC_PROCESS_ID_LIST, ctypes.byref(ids), size, None):
            raise ctypes.WinError(ctypes.get_last_error())
        return set(ids.ProcessIdList[: ids.NumberOfProcessIdsInList])


def terminate(pid: int) -> None:
    """Kill one process; nothing happens when it is gone."""
    handle = _kernel.OpenProcess(_PROCESS_TERMINATE, False, pid)  # noqa: FBT003  (a C function)
    if handle:
        _kernel.TerminateProcess(handle, 1)
        _kernel.CloseHandle(handle)

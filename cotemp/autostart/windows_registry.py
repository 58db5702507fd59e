"""The Windows registry: this user's part, and what is true of all users."""

from __future__ import annotations

import sys

__all__: list[str] = []

if sys.platform == "win32":
    import winreg

    __all__ += ["AllUsers", "CurrentUser"]

    class CurrentUser:
        """Values below HKEY_CURRENT_USER; a key is made when something is written to it."""

        def read(self, key: str, name: str) -> str | bytes | int | None:
            return _read(winreg.HKEY_CURRENT_USER, key, name)

        def write(self, key: str, name: str, text: str) -> None:
            with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, key, access=winreg.KEY_SET_VALUE) as opened:
                winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, text)

        def delete(self, key: str, name: str) -> bool:
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, access=winreg.KEY_SET_VALUE) as opened:
                    winreg.DeleteValue(opened, name)
            except FileNotFoundError:
                return False
            return True

    class AllUsers:
        """Values below HKEY_LOCAL_MACHINE, which only an administrator may write."""

        def read(self, key: str, name: str) -> str | bytes | int | None:
            return _read(winreg.HKEY_LOCAL_MACHINE, key, name)

    def _read(root: int, key: str, name: str) -> str | bytes | int | None:
        """As a 64-bit program sees it, whatever this Python is: so does PowerShell."""
        try:
            with winreg.OpenKey(root, key, access=winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as opened:
                value = winreg.QueryValueEx(opened, name)[0]
        except FileNotFoundError:
            return None
        return value if isinstance(value, str | bytes | int) else None

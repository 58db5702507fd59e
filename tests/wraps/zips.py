"""ZIPs as strangers make them: entries byte by byte, so that no library mends what is wrong."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

__all__ = ["Part", "good", "zipped"]

UTF8 = 0x800


@dataclass(frozen=True)
class Part:
    """One entry; `size` and `crc` are what it claims, by default the truth; `mode` is a Unix mode."""

    name: bytes
    data: bytes = b"x"
    mode: int = 0o100644
    flags: int = UTF8
    method: int = zipfile.ZIP_DEFLATED
    size: int | None = None
    crc: int | None = None


def zipped(*parts: Part, count: int | None = None) -> bytes:
    """An archive of `parts`; its end claims `count` of them."""
    out, listing = BytesIO(), BytesIO()
    for part in parts:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        deflated = part.method == zipfile.ZIP_DEFLATED
        packed = packer.compress(part.data) + packer.flush() if deflated else part.data
        size = len(part.data) if part.size is None else part.size
        crc = zlib.crc32(part.data) if part.crc is None else part.crc
        facts = (20, part.flags, part.method, 0, 0x5A21, crc, len(packed), size, len(part.name), 0)
        place = out.tell()
        out.write(struct.pack("<4s5H3L2H", b"PK\3\4", *facts) + part.name + packed)
        more = (0, 0, 0, part.mode << 16, place)
        listing.write(struct.pack("<4s6H3L5H2L", b"PK\1\2", 0x0314, *facts, *more) + part.name)
    told = len(parts) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, told, told, len(listing.getvalue()), out.tell(), 0)
    return out.getvalue() + listing.getvalue() + end


def good(files: dict[str, str], order: Sequence[str] = ()) -> bytes:
    """An archive as everybody makes them."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in order or files:
            archive.writestr(name, files[name])
    return out.getvalue()

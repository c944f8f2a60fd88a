"""What was uploaded, opened within bounds: plain, gzip or zip, told apart by its bytes.

Nothing is written to disk, no name inside an archive is used as a path, and no more is unpacked than the bound,
whatever an archive says of its own sizes.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator

from bitaca_core.errors import InputError

UPLOAD_MAX_BYTES = 8 * 1024 * 1024
UNPACKED_MAX_BYTES = 64 * 1024 * 1024
"""Of all members together; an archive that unpacks to more is a bomb or no history."""
MEMBERS_MAX = 200
BLOCK_BYTES = 256 * 1024


def is_gzip(data: bytes) -> bool:
    return data[:2] == b"\x1f\x8b"


def is_zip(data: bytes) -> bool:
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def gunzip(data: bytes, limit: int = UNPACKED_MAX_BYTES) -> bytes:
    """Return what a gzip file holds.

    Raises
    ------
    InputError
        It is damaged or cut off, or unpacks to more than `limit` bytes.
    """
    found = bytearray()
    left = data
    try:
        while left:
            stream = zlib.decompressobj(wbits=31)
            found += stream.decompress(left, limit + 1 - len(found))
            if len(found) > limit:
                raise InputError(f"the file unpacks to more than {limit} bytes", kind="too-large")
            if not stream.eof:
                raise InputError("the gzip file is cut off", hint="Download the export again")
            left = stream.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise InputError(f"the gzip file is damaged ({error})", hint="Download the export again") from error
    return bytes(found)


def unzip(data: bytes, wanted: frozenset[str], limit: int = UNPACKED_MAX_BYTES) -> dict[str, bytes]:
    """Return the wanted members of a zip file by their lower-case path.

    Parameters
    ----------
    wanted : frozenset of str
        Paths, lower case; a folder around everything is looked through (`export/ratings.csv` is `ratings.csv`).

    Raises
    ------
    InputError
        It is damaged or encrypted, has too many members, or unpacks to more than `limit` bytes.
    """
    found: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MEMBERS_MAX:
                raise InputError(f"the zip file has {len(members)} members, at most {MEMBERS_MAX} are read")
            for member in members:
                name = _wanted_name(member.filename.replace("\\", "/").lower(), wanted)
                if name is None or name in found or member.is_dir():
                    continue
                if member.flag_bits & 0x1:
                    raise InputError("the zip file is encrypted", hint="Send it without a password")
                with archive.open(member) as stream:
                    body = stream.read(limit - total + 1)
                total += len(body)
                if total > limit:
                    raise InputError(f"the zip file unpacks to more than {limit} bytes", kind="too-large")
                found[name] = body
    except (
        zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError
    ) as error:  # fmt: skip
        raise InputError(f"the zip file is damaged ({error})", hint="Download the export again") from error
    return found


def _wanted_name(path: str, wanted: frozenset[str]) -> str | None:
    if "__macosx" in path:
        return None
    parts = path.split("/")
    tails = ("/".join(parts[start:]) for start in range(min(2, len(parts))))
    return next((tail for tail in tails if tail in wanted), None)


def text_of(data: bytes) -> str:
    """Return bytes as text: UTF-8 with or without a mark, UTF-16 with one.

    Raises
    ------
    InputError
        They are neither.
    """
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"byte {error.start + 1} is not {encoding.upper()}", hint="Export the file again, as UTF-8"
        ) from error


def table(data: bytes, needed: tuple[str, ...], name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield `(line, row)` of a CSV file with a head, columns by lower-case name.

    Raises
    ------
    InputError
        A needed column is missing, or a row is no CSV; names the line.
    """
    reader = csv.reader(io.StringIO(text_of(data), newline=""))
    try:
        head = [column.strip().lower() for column in next(reader, [])]
        missing = [column for column in needed if column not in head]
        if missing:
            raise InputError(
                f"{name} has no column {missing[0]!r}; its columns are {', '.join(head[:12]) or 'none'}",
                file=name,
                line=1,
                hint="Send the export as it was downloaded",
            )
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, dict(zip(head, (cell.strip() for cell in row), strict=False))
    except csv.Error as error:
        raise InputError(f"{name} cannot be read ({error})", file=name, line=reader.line_num) from error

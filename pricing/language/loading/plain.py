"""The one way in which files of a rule folder are opened and replaced: regular files of bounded size, inside the folder.

Reads and writes bytes for `load`, for commands and for editors. A pipe would be waited for without end, a device read
without end, and a link could lead anywhere; whatever is found there is refused by an OSError whose words say why.
"""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from stat import S_ISREG

LARGEST_FILE = 50_000_000
"""Bytes; no rule file, catalogue or page of examples is larger."""

_CAREFULLY = ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in _CAREFULLY)  # not every system has all of them


class Unfit(OSError):
    """A file that is there but must not be read: `strerror` says why, as in `it is not a regular file`."""


def read_plain(path: str | Path, within: str | Path | None = None, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a regular file. Raises OSError, with `Unfit` for what is no such file, is too large, or lies outside.

    `within` is the folder that a link must not lead out of; None: links may lead anywhere.
    """
    target, flags = os.fspath(path), _FLAGS
    if within is not None:
        target, flags = os.path.realpath(path, strict=True), _FLAGS | getattr(os, "O_NOFOLLOW", 0)
        if not Path(target).is_relative_to(Path(within).resolve()):
            raise _unfit(path, "it is a link that leads out of its folder")
    if not S_ISREG(os.stat(target).st_mode):  # noqa: PTH116  # of thousands of files: without a Path for each
        raise _unfit(path, "it is not a regular file")
    handle = os.open(target, flags)
    with os.fdopen(handle, "rb", closefd=True) as file:
        known = os.fstat(handle)
        if not S_ISREG(known.st_mode):  # another one has taken its place
            raise _unfit(path, "it is not a regular file")
        # Not `largest`: a buffer of that size would be made for each file.
        data = file.read() if known.st_size <= largest else b""
    if known.st_size > largest or len(data) > largest:
        raise _unfit(path, f"it is larger than {largest // 1_000_000} MB")
    return data


def _unfit(path: str | Path, why: str) -> Unfit:
    return Unfit(errno.EINVAL, why, os.fspath(path))


def home_of(file: str | Path, folder: str | Path) -> Path:
    """The folder that a link must not lead out of: the one that was named, where the file stands in it, else the file's own.

    Nothing above what was named is looked at.
    """
    own, named = Path(os.path.abspath(file)).parent, Path(os.path.abspath(folder))  # noqa: PTH100  # without its `..`
    return named if own.is_relative_to(named) else own


def write_whole(path: str | Path, data: bytes) -> None:
    """Puts bytes in the place of a file: whoever reads at the same time sees the old ones or the new ones.

    The file keeps its permissions; a link stays a link.
    """
    path = Path(path).resolve()
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

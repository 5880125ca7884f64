"""Connecting to a remote folder, and walking through it."""

import ssl
import time
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from threading import Event

from pipeline.errors import OperatorError
from pipeline.settings import secret
from pipeline.sources.remote_feed import Place, Remote
from pipeline.sources.remote_ftp import Ftp
from pipeline.sources.remote_s3 import S3
from pipeline.sources.remote_server import Entry, Pace, Server, TooManyError
from pipeline.sources.remote_sftp import Sftp

MOST_LISTED = 1_000_000
"""Files. A folder of more is not for reading from."""
LISTING_SECONDS = 1_800.0
"""For the listing of a folder with all that is below it, however slowly it comes."""
_DEEPEST = 16
_TEMPORARY = (".tmp", ".temp", ".part", ".partial", ".filepart", ".writing")
"""What senders call a file until it is whole."""


def connect(feed: Remote, place: Place) -> Server:
    """Raises OSError when nobody answers, OperatorError when we are not let in."""
    password = secret(feed.password) if feed.password else None
    if place.scheme == "s3":
        return S3(
            feed.user,
            password,
            endpoint_url=feed.endpoint_url,
            region=feed.region,
            anonymous=feed.anonymous,
            timeout=feed.timeout,
        )
    if place.scheme == "sftp":
        return Sftp(
            place.host,
            place.port,
            feed.user,
            password,
            key_file=_existing(feed.key_file),
            known_hosts=None if feed.any_host_key else Path(feed.known_hosts).expanduser(),
            timeout=feed.timeout,
        )
    tls = None
    if place.scheme == "ftps":
        ca = _existing(feed.ca)
        try:
            tls = ssl.create_default_context(cafile=ca)
        except ssl.SSLError as error:
            raise OperatorError(f"The file {ca} holds no CA certificates: {error}.") from error
    return Ftp(place.host, place.port, feed.user, password or "", tls=tls, timeout=feed.timeout)


def _existing(path: str | None) -> Path | None:
    if path is None:
        return None
    file = Path(path).expanduser()
    if not file.is_file():
        raise OperatorError(f"There is no file {file}.")
    return file


def walk(server: Server, feed: Remote, place: Place, stop: Event) -> Iterator[Entry]:
    """The files that match, in any order. A folder that vanishes meanwhile, or is closed to us, is passed over.

    OperatorError when the feed's own folder is missing or closed, or holds more than MOST_LISTED files.
    """
    moved = place.raw(feed.move_to) if feed.move_to else None
    pace = Pace(MOST_LISTED, time.monotonic() + LISTING_SECONDS, stop.is_set)
    folders = [(place.folder, 0)]
    while folders and not stop.is_set():
        folder, depth = folders.pop()
        try:
            for entry in server.entries(folder, pace):
                if entry.kind != "folder":
                    if entry.kind == "strange" or _wanted(feed.pattern, place.shown(entry.path)):
                        yield entry
                elif feed.recursive and depth < _DEEPEST and entry.path != moved and not _hidden(entry.path):
                    folders.append((entry.path, depth + 1))
        except TooManyError as error:
            raise OperatorError(f"{feed.where} holds more than {MOST_LISTED:,} files: move or delete them.") from error
        except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
            if not depth:
                reason = error.strerror or str(error)
                raise OperatorError(f"{feed.where} cannot be listed: {reason.rstrip('.')}.") from error


def _hidden(path: str) -> bool:
    return path.rpartition("/")[2].startswith(".")


def _wanted(pattern: str, path: str) -> bool:
    if _hidden(path) or path.lower().endswith(_TEMPORARY):
        return False
    return fnmatchcase(path if "/" in pattern else path.rpartition("/")[2], pattern)

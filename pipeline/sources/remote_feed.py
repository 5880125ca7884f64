"""What is configured of a remote folder, and where it is."""

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import unquote_to_bytes, urlsplit

import msgspec

from pipeline.sources.base import Feed
from pipeline.sources.remote_server import printable, readable

PORTS = {"ftp": 21, "ftps": 21, "sftp": 22, "s3": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """A folder's address."""

    scheme: str
    host: str
    port: int
    folder: str
    """As the server is asked for it, without a slash at its end; S3: 'bucket/prefix'."""

    def raw(self, path: str) -> str:
        """A path as somebody writes it, as the server is asked for it."""
        path = path.rstrip("/")
        return path if self.scheme == "s3" else path.encode().decode("latin-1")

    def shown(self, path: str) -> str:
        """A path of the server, from the folder on, as people read it."""
        below = path.removeprefix(f"{self.folder}/")
        return printable(below) if self.scheme == "s3" else readable(below)


def place(where: str) -> Place:
    """The address that `where` is. ValueError when it is none."""
    url = urlsplit(where)
    if url.scheme not in PORTS or not url.hostname:
        raise ValueError(f"'{where}' is not ftp://, ftps://, sftp:// or s3:// and a host or bucket")
    if url.username is not None:
        raise ValueError("the user and the password have fields of their own, and no place in `where`")
    path = unquote_to_bytes(url.path).rstrip(b"/")
    if url.scheme == "s3":
        return Place("s3", "", PORTS["s3"], url.netloc + path.decode())
    return Place(url.scheme, url.hostname, url.port or PORTS[url.scheme], path.decode("latin-1"))


class Remote(Feed, frozen=True, kw_only=True, tag="remote"):
    """A folder on another machine."""

    where: str
    """ftp://host:port/path, ftps://... (explicit TLS; implicit at port 990), sftp://... or s3://bucket/prefix."""
    user: str = ""
    """S3: the access key."""
    password: str | None = None
    """A secret: 'env:NAME' or 'file:PATH'. S3: the secret key."""
    key_file: str | None = None
    """SFTP: a private key; `password` is its passphrase."""
    known_hosts: str = "~/.ssh/known_hosts"
    """SFTP: the host keys that are trusted."""
    any_host_key: bool = False
    """SFTP: trust whoever answers. For tests and networks of one's own."""
    ca: str | None = None
    """FTPS: a file of CA certificates; None: the system's."""
    endpoint_url: str | None = None
    """S3: a store other than Amazon's."""
    region: str | None = None
    anonymous: bool = False
    """S3: a public bucket."""
    pattern: str = "*"
    """Which names; with a slash in it, which paths below the folder. Hidden and temporary files are never taken."""
    recursive: bool = False
    after: Literal["keep", "delete", "move"] = "keep"
    move_to: str | None = None
    """A path on the same server (S3: 'bucket/prefix'). A file of the same name there is replaced."""
    settle: Annotated[float, msgspec.Meta(ge=0)] = 2.0
    """Seconds for which a new file's size and time must not change; 0 where files are renamed into place."""
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 30.0
    """Seconds for each answer of the server."""

    def __post_init__(self) -> None:
        if (self.after == "move") != bool(self.move_to):
            raise ValueError('`move_to` goes with after = "move", and with nothing else')
        where = place(self.where)
        if self.move_to and where.raw(self.move_to) == where.folder:
            raise ValueError("`move_to` is the feed's own folder: what is moved there would be new again")

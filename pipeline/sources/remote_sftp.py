"""Folders over SFTP, connected by fsspec, with paramiko beneath it.

fsspec's SFTP takes any host key unless told not to, and knows no known_hosts file; paramiko's listing gives up a whole
folder for one name that is not UTF-8. Both are done here.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import Any, Literal

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem
from paramiko.sftp import CMD_CLOSE, CMD_OPENDIR, CMD_READDIR

from pipeline.errors import OperatorError
from pipeline.sources.remote_server import Entry, Pace, Sink

_CHUNK = 1 << 15
_AHEAD_FROM = 1 << 20
"""Bytes of a file that is asked for ahead, which paramiko does in a thread that fails on its own when the connection is
lost. Most items are one or two chunks."""
_Attributes: Any = paramiko.SFTPAttributes
_KEYS_WANTED = "add its line to the file in `known_hosts` (ssh-keyscan prints it; compare it with what the owner says)"


class _Known(paramiko.MissingHostKeyPolicy):
    """Lets in the keys of a known_hosts file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:  # noqa: ARG002
        try:
            known = paramiko.HostKeys(str(self._file))
        except FileNotFoundError:
            known = paramiko.HostKeys()
        except (OSError, paramiko.SSHException) as error:
            raise OperatorError(f"The file of known hosts {self._file} cannot be read: {error}.") from error
        if known.check(hostname, key):
            return
        shown = f"{key.get_name()} {key.fingerprint}"
        if known.lookup(hostname):
            raise OperatorError(
                f"{hostname} shows a key that {self._file} does not have for it ({shown}): {_KEYS_WANTED}."
            )
        raise OperatorError(f"{hostname} is not in {self._file}, and shows the key {shown}: {_KEYS_WANTED}.")


class Sftp:
    """A folder's server, by SFTP."""

    whole = False

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        password: str | None,
        *,
        key_file: Path | None,
        known_hosts: Path | None,
        timeout: float,
    ) -> None:
        """`known_hosts` None lets in any host."""
        given: dict[str, Any] = {"timeout": timeout, "banner_timeout": timeout, "auth_timeout": timeout}
        given |= {"channel_timeout": timeout, "allow_agent": False, "look_for_keys": False}
        given |= {"username": user or None, "password": password, "key_filename": str(key_file) if key_file else None}
        policy = _Known(known_hosts) if known_hosts else paramiko.AutoAddPolicy()
        try:
            self._fs = SFTPFileSystem(host, port=port, host_key_policy=policy, skip_instance_cache=True, **given)
        except (paramiko.AuthenticationException, paramiko.PasswordRequiredException) as error:
            raise OperatorError(f"The server refused the user '{user}': {error}") from error
        except paramiko.SSHException as error:
            raise ConnectionError(str(error) or "no SSH") from error
        except EOFError as error:
            raise ConnectionError("it hung up") from error
        self._sftp: Any = self._fs.ftp
        self._sftp.get_channel().settimeout(timeout)

    def entries(self, folder: str, pace: Pace) -> Iterator[Entry]:
        with _translated():
            _, reply = self._sftp._request(CMD_OPENDIR, _bytes(folder) or b"/")  # noqa: SLF001
            handle = reply.get_binary()
            try:
                while True:
                    _, reply = self._sftp._request(CMD_READDIR, handle)  # noqa: SLF001
                    pace.step()
                    for _ in range(reply.get_int()):
                        pace.step()
                        name = reply.get_binary().decode("latin-1")
                        reply.get_binary()
                        attributes: Any = _Attributes._from_msg(reply)  # noqa: SLF001
                        if name not in (".", "..") and (entry := self._entry(f"{folder}/{name}", attributes)):
                            yield entry
            except EOFError:
                pass
            self._sftp._request(CMD_CLOSE, handle)  # noqa: SLF001

    def _entry(self, path: str, attributes: paramiko.SFTPAttributes) -> Entry | None:
        mode = attributes.st_mode
        if mode is not None and S_ISLNK(mode):
            with suppress(OSError):
                entry = self.look(path)
                return entry if entry.kind == "file" else None  # a linked folder may be its own parent
            return None
        if mode is not None and not S_ISDIR(mode) and not S_ISREG(mode):
            return None
        kind: Literal["file", "folder"] = "folder" if mode is not None and S_ISDIR(mode) else "file"
        size = attributes.st_size
        return Entry(path, kind, -1 if size is None else size, float(attributes.st_mtime or 0))

    def look(self, path: str) -> Entry:
        with _translated():
            attributes = self._sftp.stat(_bytes(path))
        return self._entry(path, attributes) or Entry(path, "strange")

    def read(self, entry: Entry, sink: Sink) -> None:
        with _translated(), self._sftp.open(_bytes(entry.path), "rb") as file:
            if entry.size > _AHEAD_FROM:
                # No more than may be taken is asked for ahead: the size is what the server says.
                file.prefetch(min(entry.size, sink.most + 1))
            while chunk := file.read(_CHUNK):
                sink.write(chunk)

    def delete(self, path: str) -> None:
        with _translated():
            self._sftp.remove(_bytes(path))

    def move(self, path: str, folder: str) -> None:
        target = f"{folder}/{path.rpartition('/')[2]}"
        with _translated():
            try:
                self._sftp.stat(_bytes(folder))
            except FileNotFoundError:
                self._sftp.mkdir(_bytes(folder))
            try:
                self._sftp.posix_rename(_bytes(path), _bytes(target))
            except FileNotFoundError:
                raise
            except OSError:  # not every server has it, and the standard's own does not replace
                with suppress(OSError):
                    self._sftp.remove(_bytes(target))
                self._sftp.rename(_bytes(path), _bytes(target))

    def close(self) -> None:
        self._fs.client.close()


def _bytes(path: str) -> Any:
    return path.encode("latin-1")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (EOFError, paramiko.SSHException) as error:
        raise ConnectionError(str(error) or "The server hung up") from error

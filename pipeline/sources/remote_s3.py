"""Folders in S3 and in stores that speak its protocol, by s3fs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import ClientError
from botocore.exceptions import BotoCoreError, NoCredentialsError, PartialCredentialsError
from fsspec.asyn import sync
from s3fs import S3FileSystem

from pipeline.errors import OperatorError
from pipeline.sources.remote_server import Entry, Pace, Sink

_TRIES = 2
_ANSWER_SECONDS = 300.0
"""For one answer with all its tries, however slowly it comes."""
_CHUNK = 1 << 16


class S3:
    """A bucket. Paths are 'bucket/key'."""

    whole = True

    def __init__(
        self,
        user: str,
        password: str | None,
        *,
        endpoint_url: str | None,
        region: str | None,
        anonymous: bool,
        timeout: float,
    ) -> None:
        """`user` and `password` are access key and secret; empty: as boto3 finds them (profile, role, environment)."""
        self._fs: Any = S3FileSystem(
            anon=anonymous,
            key=user or None,
            secret=password or None,
            endpoint_url=endpoint_url,
            client_kwargs={"region_name": region} if region else {},
            config_kwargs={
                "connect_timeout": timeout,
                "read_timeout": timeout,
                "retries": {"total_max_attempts": _TRIES},
                "s3": {"addressing_style": "path"} if endpoint_url else {},
            },
            use_listings_cache=False,
            skip_instance_cache=True,
        )
        self._fs.retries = _TRIES

    def entries(self, folder: str, pace: Pace) -> Iterator[Entry]:
        bucket, _, prefix = folder.partition("/")
        prefix = f"{prefix}/" if prefix else ""
        token: dict[str, str] = {}
        while True:
            page = self._ask("list_objects_v2", Bucket=bucket, Prefix=prefix, Delimiter="/", **token)
            pace.step()
            for found in page.get("CommonPrefixes", ()):
                pace.step()
                yield Entry(f"{bucket}/{found['Prefix'].removesuffix('/')}", "folder")
            for found in page.get("Contents", ()):
                pace.step()
                if not found["Key"].endswith("/"):  # what consoles make to show a folder
                    yield _entry(f"{bucket}/{found['Key']}", found["Size"], found["LastModified"], found["ETag"])
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def look(self, path: str) -> Entry:
        bucket, _, key = path.partition("/")
        found = self._ask("head_object", Bucket=bucket, Key=key)
        return _entry(path, found["ContentLength"], found["LastModified"], found["ETag"])

    def read(self, entry: Entry, sink: Sink) -> None:
        if entry.size:  # a range of an empty object is refused
            with _translated():
                sync(self._fs.loop, self._stream, entry, sink, timeout=sink.seconds)

    async def _stream(self, entry: Entry, sink: Sink) -> None:
        bucket, _, key = entry.path.partition("/")
        given = {"Bucket": bucket, "Key": key, "Range": f"bytes=0-{sink.most}"}
        given |= {"IfMatch": f'"{entry.etag}"'} if entry.etag else {}  # one that is overwritten now is another
        try:
            answer = await self._fs._call_s3("get_object", **given)  # noqa: SLF001
        except OSError as error:
            if _code(error) == "PreconditionFailed":
                raise FileNotFoundError(None, "It has been overwritten", entry.path) from error
            raise
        async with answer["Body"] as body:
            while chunk := await body.read(_CHUNK):
                sink.write(chunk)

    def _ask(self, method: str, **given: Any) -> Any:
        with _translated():
            return sync(self._fs.loop, self._fs._call_s3, method, timeout=_ANSWER_SECONDS, **given)  # noqa: SLF001

    def delete(self, path: str) -> None:
        bucket, _, key = path.partition("/")
        self._ask("delete_object", Bucket=bucket, Key=key)

    def move(self, path: str, folder: str) -> None:
        bucket, _, key = path.partition("/")
        target, _, prefix = folder.partition("/")
        name = path.rpartition("/")[2]
        self._ask(
            "copy_object",
            Bucket=target,
            Key=f"{prefix}/{name}" if prefix else name,
            CopySource={"Bucket": bucket, "Key": key},
        )
        self.delete(path)

    def close(self) -> None:
        if self._fs._s3 is not None:  # noqa: SLF001  # it would else be closed when it is collected, maybe never
            self._fs.close_session(self._fs.loop, self._fs._s3)  # noqa: SLF001


def _entry(path: str, size: int, changed: Any, etag: str) -> Entry:
    return Entry(path, "file", size, changed.timestamp(), etag.strip('"'))


def _code(error: OSError) -> str:
    """S3's own name of an error, which s3fs has made one of Python's."""
    return str(getattr(error.__cause__, "response", {}).get("Error", {}).get("Code", ""))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise OperatorError(f"There are no credentials for the store: {error}") from error
    except (BotoCoreError, ClientError) as error:
        raise ConnectionError(str(error)) from error
    except ValueError as error:  # botocore's for names of buckets
        raise OperatorError(f"The store cannot be asked for that: {error}") from error

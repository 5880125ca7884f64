"""Folders in S3 and in stores that speak its protocol, by s3fs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import ClientError
from botocore.exceptions import BotoCoreError, NoCredentialsError, PartialCredentialsError
from s3fs import S3FileSystem

from pipeline.errors import OperatorError
from pipeline.sources.remote_server import Entry, Sink

_TRIES = 2


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

    def entries(self, folder: str) -> Iterator[Entry]:
        bucket, _, prefix = folder.partition("/")
        prefix = f"{prefix}/" if prefix else ""
        token: dict[str, str] = {}
        while True:
            with _translated():
                page = self._fs.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, Delimiter="/", **token)
            for found in page.get("CommonPrefixes", ()):
                yield Entry(f"{bucket}/{found['Prefix'].removesuffix('/')}", "folder")
            for found in page.get("Contents", ()):
                if not found["Key"].endswith("/"):  # what consoles make to show a folder
                    yield _entry(f"{bucket}/{found['Key']}", found["Size"], found["LastModified"], found["ETag"])
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def look(self, path: str) -> Entry:
        bucket, _, key = path.partition("/")
        with _translated():
            found = self._fs.call_s3("head_object", Bucket=bucket, Key=key)
        return _entry(path, found["ContentLength"], found["LastModified"], found["ETag"])

    def read(self, path: str, sink: Sink) -> None:
        size = self.look(path).size
        if size:  # a range of an empty object is refused
            with _translated():
                sink.write(self._fs.cat_file(path, start=0, end=min(size, sink.most + 1)))

    def delete(self, path: str) -> None:
        bucket, _, key = path.partition("/")
        with _translated():
            self._fs.call_s3("delete_object", Bucket=bucket, Key=key)

    def move(self, path: str, folder: str) -> None:
        bucket, _, key = path.partition("/")
        target, _, prefix = folder.partition("/")
        name = path.rpartition("/")[2]
        with _translated():
            self._fs.call_s3(
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

"""Folders on other machines: FTP, FTPS, SFTP, S3.

A round lists the folder, looks again at what is new until its size and time have stood still for `settle` seconds,
and reads it, oldest first. Which files have been taken is said in remote_taken.py. A file is moved or deleted only when
the broker has acknowledged it and it is still the file that was read. One that fails is passed over until the next
round; the round ends with the sentence why.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from threading import Event

from pipeline.errors import TransientError
from pipeline.sources.base import EXCERPT, Arrival, Batch, Cursor, Kind, Limit, Unreadable
from pipeline.sources.remote_connection import connect, walk
from pipeline.sources.remote_feed import Place, Remote, place
from pipeline.sources.remote_server import Entry, Server, Sink, TooLargeError
from pipeline.sources.remote_taken import Taken, digest, taken

BATCH_FILES = 100
BATCH_BYTES = 8 << 20
FILE_SECONDS = 300.0
"""For one file, however slowly it comes."""
_FAILURES = 3
"""Files in a row that fail before the round is given up."""


@dataclass(slots=True)
class _Round:
    """What a round needs at every step. The connection is made when it is needed, and again after it failed."""

    feed: Remote
    place: Place
    limit: Limit
    stop: Event
    taken: Taken
    failures: list[str] = field(default_factory=list)
    in_a_row: int = 0
    removed: bool = False
    """Whether something was forgotten that the last cursor still holds."""
    _server: Server | None = None

    @property
    def server(self) -> Server:
        if self._server is None:
            self._server = connect(self.feed, self.place)
        return self._server

    def drop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = None

    def forget(self, entry: Entry) -> None:
        """It has not been taken. A file that is put there again may look the same, where times are told in minutes."""
        self.taken.sent.discard(digest(entry))
        self.removed = True

    def failed(self, name: str, error: Exception) -> None:
        self.failures.append(f"{name}: {_reason(error)}")
        self.in_a_row += 1


def poll(feed: Remote, cursor: Cursor, limit: Limit, stop: Event) -> Iterator[Batch]:
    """One round."""
    this = _Round(feed, place(feed.where), limit, stop, taken(cursor))
    try:
        yield from _batches(this)
    except OSError as error:
        if stop.is_set():
            return
        raise TransientError(f"{feed.where} does not answer as it should: {_reason(error)}") from error
    finally:
        this.drop()
    if this.failures and not stop.is_set():
        more = f" So did {len(this.failures) - 1} more." if len(this.failures) > 1 else ""
        raise TransientError(f"Of {feed.where}, this will be tried again: {this.failures[0]}{more}")


def _batches(this: _Round) -> Iterator[Batch]:
    listed = {digest(entry): entry for entry in walk(this.server, this.feed, this.place, this.stop)}
    if this.stop.is_set():
        return  # half a listing says nothing of what is gone
    this.removed = this.taken.prune(listed.keys())
    _finish(this, [(entry, entry) for state, entry in listed.items() if state in this.taken.sent])
    fresh = _settled(this, {state: entry for state, entry in listed.items() if state not in this.taken})
    del listed
    for batch in _read_all(this, sorted(fresh, key=lambda entry: (entry.time, entry.path))):
        this.removed = False
        yield batch
    if this.removed:
        yield Batch(cursor=this.taken.cursor())


def _settled(this: _Round, fresh: dict[bytes, Entry]) -> list[Entry]:
    """Those that are the same in a second look."""
    if not fresh or this.server.whole or not this.feed.settle:
        return list(fresh.values())
    if this.stop.wait(this.feed.settle):
        return []
    again = {digest(entry) for entry in walk(this.server, this.feed, this.place, this.stop)}
    return [entry for state, entry in fresh.items() if state in again]


def _read_all(this: _Round, entries: list[Entry]) -> Iterator[Batch]:
    arrivals: list[Arrival | Unreadable] = []
    sent: list[tuple[Entry, Entry]] = []
    size = 0
    for entry in entries:
        if this.stop.is_set() or this.in_a_row >= _FAILURES:
            break
        found = _read(this, entry)
        if found is None:
            continue
        arrival, seen = found
        arrivals.append(arrival)
        size += len(arrival.data)
        if isinstance(arrival, Arrival):
            this.taken.sent.add(digest(entry))
            sent.append((entry, seen))
        else:
            this.taken.left.add(digest(entry))
        # A cursor of many files is large: fewer, larger batches keep the writing of it in proportion.
        if len(arrivals) >= max(BATCH_FILES, len(this.taken) // 100) or size >= BATCH_BYTES:
            yield Batch(arrivals=tuple(arrivals), cursor=this.taken.cursor(), done=partial(_finish, this, sent))
            arrivals, sent, size = [], [], 0
    if arrivals:
        yield Batch(arrivals=tuple(arrivals), cursor=this.taken.cursor(), done=partial(_finish, this, sent))


def _read(this: _Round, entry: Entry) -> tuple[Arrival | Unreadable, Entry] | None:
    """The file, and how it was when it was read; None when it is gone, has changed since it was listed, or failed and
    will be tried again."""
    name = this.place.shown(entry.path)
    if refusal := _unreadable(entry, this.limit):
        return Unreadable(name, refusal), entry
    sink = Sink(this.limit, FILE_SECONDS, this.stop.is_set)
    try:
        seen = _fetch(this, entry, sink)
    except TooLargeError:
        this.drop()  # what is still under way on this connection is not to be read
        reason = f"It has more than {this.limit:,} bytes, the most that are taken."
        return Unreadable(name, reason, sink.data[:EXCERPT]), entry
    except FileNotFoundError:
        return None
    except PermissionError as error:
        refused = _refused(this, entry, name, error)
        return (refused, entry) if refused else None
    except OSError as error:
        this.drop()
        this.failed(name, error)
        return None
    this.in_a_row = 0
    return None if seen is None else (Arrival(name, sink.data), seen)


def _unreadable(entry: Entry, limit: Limit) -> str:
    if entry.kind == "strange":
        return "This line of the folder's listing is no name that could be asked for."
    return f"It has {entry.size:,} bytes; {limit:,} are the most that are taken." if entry.size > limit else ""


def _fetch(this: _Round, entry: Entry, sink: Sink) -> Entry | None:
    """Have the file's bytes written; how it was before that, or None when that is not as it was listed.

    What is to be removed is looked at first: a server that lists minutes may overwrite a file within one.
    """
    removed = this.feed.after != "keep" and not this.server.whole
    seen = this.server.look(entry.path) if removed else entry
    if not seen.same(entry):
        return None
    this.server.read(entry, sink)
    if entry.size in (-1, len(sink.data)) or this.server.look(entry.path).same(seen):
        return seen
    return None  # it grew meanwhile; a server that tells wrong sizes tells them twice


def _refused(this: _Round, entry: Entry, name: str, error: PermissionError) -> Unreadable | None:
    """FTP has one code for what is gone and for what is forbidden."""
    try:
        this.server.look(entry.path)
    except FileNotFoundError:
        return None
    except PermissionError:
        pass
    except OSError as second:
        this.drop()
        this.failed(name, second)
        return None
    return Unreadable(name, f"The server does not give it: {_reason(error)}")


def _finish(this: _Round, entries: list[tuple[Entry, Entry]]) -> None:
    """Move or delete what has been acknowledged, as listed and as seen when it was read. What fails stays in the
    cursor, and is tried again next round."""
    if this.feed.after == "keep":
        return
    for entry, seen in entries:
        if this.in_a_row >= _FAILURES:
            return
        name = this.place.shown(entry.path)
        try:
            if not this.server.look(entry.path).same(seen):
                this.forget(entry)  # overwritten since: what is there now has not been read
                continue
            if this.feed.after == "move":
                this.server.move(entry.path, this.place.raw(this.feed.move_to or ""))
            else:
                this.server.delete(entry.path)
        except FileNotFoundError:
            continue  # somebody else was quicker; it stays in the cursor until it is not listed any more
        except PermissionError as error:
            if _refused(this, entry, name, error):
                this.failures.append(f"{name} could not be removed: {_reason(error)}")
            continue
        except OSError as error:
            this.drop()
            this.failed(name, error)
            continue
        this.in_a_row = 0
        this.forget(entry)


def _reason(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    return f"{said.strip().rstrip('.')}."


def check(feed: Remote) -> str:
    """List the folder."""
    where = place(feed.where)
    server: Server | None = None
    try:
        server = connect(feed, where)
        found = sum(1 for _ in walk(server, feed, where, Event()))
    except OSError as error:
        raise TransientError(f"{feed.where} does not answer as it should: {_reason(error)}") from error
    finally:
        if server is not None:
            server.close()
    return f"{found:,} {'file' if found == 1 else 'files'} match '{feed.pattern}' in {feed.where}."


REMOTE = Kind(feed=Remote, check=check, poll=poll)

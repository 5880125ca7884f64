"""Drop folders: each file once, whoever watches and however that ends."""

import io
import os
import zipfile
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import pytest

from pipeline.errors import OperatorError, TransientError
from pipeline.sources import folder as folders
from pipeline.sources.base import Arrival, Batch, Unreadable
from pipeline.sources.claims import claim
from pipeline.sources.folder import FOLDER, FolderFeed

LIMIT = 1000


def feed(path: Path, **given: Any) -> FolderFeed:
    table = {"kind": "folder", "id": "drop", "path": str(path), "settle": 0} | given
    return msgspec.convert(table, FolderFeed)


def poll(path: Path, stop: Event | None = None, **given: Any) -> list[Batch]:
    """One round, each batch acknowledged before the next is asked for, as the runner does."""
    batches = []
    for batch in FOLDER.poll(feed(path, **given), None, LIMIT, stop or Event()):
        batch.done()
        batches.append(batch)
    return batches


def names(batches: list[Batch]) -> list[str]:
    return [arrival.name for batch in batches for arrival in batch.arrivals]


def below(path: Path) -> set[str]:
    """The files in it, the date left out of their names."""
    files = (file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file())
    return {"/".join(part for part in name.split("/") if not part.startswith("20")) for name in files}


def test_files_come_oldest_first_and_are_put_away(tmp_path: Path) -> None:
    for number, name in enumerate(("b.txt", "a.txt", "sub/c.txt")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (number, number))
    batches = poll(tmp_path)
    assert [arrival for batch in batches for arrival in batch.arrivals] == [
        Arrival(name, name.encode()) for name in ("b.txt", "a.txt", "sub/c.txt")
    ]
    assert below(tmp_path) == {".wire/done/b.txt", ".wire/done/a.txt", ".wire/done/sub/c.txt"}
    assert poll(tmp_path) == []


def test_what_is_not_acknowledged_is_offered_again(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    rounds = FOLDER.poll(feed(tmp_path), None, LIMIT, Event())
    assert [arrival.name for arrival in next(rounds).arrivals] == ["a.txt"]
    rounds.close()  # type: ignore[attr-defined]  # the runner gave up: the broker is away
    assert names(poll(tmp_path)) == ["a.txt"]
    assert below(tmp_path) == {".wire/done/a.txt"}


def test_what_a_killed_watcher_had_is_taken_up(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    killed = claim(tmp_path)
    assert killed.take("a.txt")
    (tmp_path / "b.txt").write_text("b")
    assert names(poll(tmp_path)) == ["b.txt"]  # while it lives, its file is its own
    os.close(killed.lock)  # what the kernel does when it dies
    assert names(poll(tmp_path)) == ["a.txt"]


def test_two_watchers_share_the_files(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number:02}.txt").write_text("x")
    first = FOLDER.poll(feed(tmp_path), None, LIMIT, Event())
    taken = next(first)
    assert names(poll(tmp_path)) == []
    taken.done()
    assert list(first) == []
    assert len(taken.arrivals) == 50


def test_unfinished_hidden_and_linked_files_are_left_or_named(tmp_path: Path) -> None:
    for name in ("a.tmp", "b.part", ".hidden", "c.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "link.txt").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe.txt")
    found = [arrival for batch in poll(tmp_path) for arrival in batch.arrivals]
    assert sorted(arrival.name for arrival in found) == ["c.txt", "link.txt"]
    (link,) = (arrival for arrival in found if isinstance(arrival, Unreadable))
    assert link.reason == "It is a link, which is not followed."
    assert {"a.tmp", "b.part", ".hidden", ".wire/done/c.txt", ".wire/failed/link.txt.error.txt"} <= below(tmp_path)


def test_a_file_still_being_written_waits(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("half")
    with path.open("a") as writing:

        class Written(Event):
            """The pause between the two looks, in which the file grows."""

            def wait(self, timeout: float | None = None) -> bool:
                assert timeout
                writing.write(" of it")
                writing.flush()
                return False

        assert list(FOLDER.poll(feed(tmp_path, settle=0.5), None, LIMIT, Written())) == []
    assert names(poll(tmp_path)) == ["a.txt"]


def test_what_cannot_be_read_is_quarantined_with_its_sentence(tmp_path: Path) -> None:
    (tmp_path / "large.txt").write_bytes(b"x" * (LIMIT + 1))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../good.txt", "good")
        archive.writestr("large.txt", "x" * (LIMIT + 1))
    (tmp_path / "some.zip").write_bytes(packed.getvalue())
    found = sorted(names(poll(tmp_path)))
    assert found == ["large.txt", "some.zip!good.txt", "some.zip!large.txt"]
    sentences = {file.name: file.read_text() for file in tmp_path.rglob("*.error.txt")}
    assert set(sentences) == {"large.txt.error.txt", "some.zip.error.txt"}
    assert "more than 1,000 bytes" in sentences["some.zip.error.txt"]


def test_names_that_meet_in_done_keep_apart(tmp_path: Path) -> None:
    for text in ("one", "two"):
        (tmp_path / "a.txt").write_text(text)
        poll(tmp_path)
    assert sorted(file.read_text() for file in (tmp_path / ".wire" / "done").rglob("*") if file.is_file()) == [
        "one",
        "two",
    ]


def test_removed_where_that_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    poll(tmp_path, after="remove")
    assert below(tmp_path) == set()


def test_an_end_that_was_asked_for_comes_soon(tmp_path: Path) -> None:
    for number in range(500):
        (tmp_path / f"{number:03}.txt").write_text("x")
    stop = Event()
    stop.set()
    assert len(names(poll(tmp_path, stop))) <= 1
    assert len(names(poll(tmp_path))) >= 499


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    for call in (lambda: FOLDER.check(feed(tmp_path / "no")), lambda: poll(tmp_path / "no")):
        with pytest.raises(OperatorError, match="There is no folder"):
            call()
    (tmp_path / "a.txt").write_text("x")
    assert FOLDER.check(feed(tmp_path)) == f"1 file waits in {tmp_path}."


def test_more_files_than_are_held_in_memory_come_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "WINDOW", 7)
    monkeypatch.setattr(folders, "BATCH_ITEMS", 3)
    for number in range(50):
        path = tmp_path / f"{number * 37 % 50:02}.txt"
        path.write_bytes(b"%d" % number)
        os.utime(path, (number, number))
    batches = poll(tmp_path)
    assert max(len(batch.arrivals) for batch in batches) == 3
    items = [arrival for batch in batches for arrival in batch.arrivals if isinstance(arrival, Arrival)]
    assert [item.data for item in items] == [b"%d" % number for number in range(50)]


def test_a_batch_is_bounded_in_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "BATCH_BYTES", 1_000)
    for number in range(5):
        (tmp_path / f"{number}.txt").write_bytes(b"x" * 600)
    assert [len(batch.arrivals) for batch in poll(tmp_path)] == [2, 2, 1]


def test_names_at_the_edge_of_what_a_file_system_takes(tmp_path: Path) -> None:
    labels = {b"n" * 255: "n" * 255, b"caf\xe9.txt": "caf\\xe9.txt", b"line\nbreak": "line\nbreak"}
    for _ in range(2):
        for name in labels:
            Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"x" * (LIMIT + 1))
        assert set(names(poll(tmp_path))) == set(labels.values())
    assert len(below(tmp_path)) == 12  # each twice, each with its sentence


def test_what_somebody_else_has_put_away_meanwhile_leaves_nothing_of_it_here(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("x")
    (tmp_path / "large.txt").write_bytes(b"x" * (LIMIT + 1))
    (given_up,) = FOLDER.poll(feed(tmp_path), None, LIMIT, Event())  # its claim ends with the round
    assert len(names(poll(tmp_path))) == 2
    before = below(tmp_path)
    given_up.done()
    assert below(tmp_path) == before


def test_what_cannot_be_put_away_is_sent_again(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / ".wire").mkdir()
    (tmp_path / ".wire" / "done").write_text("in the way")
    (batch,) = FOLDER.poll(feed(tmp_path), None, LIMIT, Event())
    with pytest.raises(TransientError, match=r"a\.txt was sent and cannot be put away"):
        batch.done()
    (tmp_path / ".wire" / "done").unlink()
    assert names(poll(tmp_path)) == ["a.txt"]


def test_a_claim_holds_a_name_once(tmp_path: Path) -> None:
    ours = claim(tmp_path)
    (tmp_path / "a.txt").write_text("first")
    assert ours.take("a.txt")
    (tmp_path / "a.txt").write_text("second")
    assert not ours.take("a.txt")  # it would have replaced the first
    ours.finish("a.txt", [], keep=False)
    ours.close()
    assert (tmp_path / "a.txt").read_text() == "second"


def test_patterns_and_subfolders(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.xml", "b.txt", "sub/c.xml"):
        (tmp_path / name).write_text("x")
    assert names(poll(tmp_path, names="*.xml", subfolders=False)) == ["a.xml"]

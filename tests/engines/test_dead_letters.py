"""`wire dead-letter`: listed, looked at, sent again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.formats.base import Item, content_uri
from pipeline.settings import Settings
from pipeline.topics import MEGABYTE, PARSED, RAW, STORIES
from tests.engines.support import audit, caught_up, indexed, wire, write

pytestmark = pytest.mark.engines


def listed(settings: Settings, *arguments: str) -> dict[str, dict[str, Any]]:
    """`wire dead-letter list --json`, by id."""
    said = wire(settings, "dead-letter", "list", "--json", *arguments)
    assert said.code == 0, said.err
    letters: list[dict[str, Any]] = [orjson.loads(line) for line in said.out.splitlines()]
    return {letter["id"]: letter for letter in letters}


def dead(settings: Settings, topic: str, value: bytes, **given: Any) -> str:
    """Put `value` into `topic` and give the id of the dead letter it becomes."""
    (place,) = write(settings, topic, value, **given)
    caught_up(settings)
    found = [x["id"] for x in listed(settings).values() if x["read_from"] == f"{topic}/0/{place.offset}"]
    assert len(found) == 1
    return str(found[0])


def test_a_text_is_shown_as_text_and_its_bytes_as_they_came(running: Settings) -> None:
    data = b'{"uri": "urn:x", "headline": "Cut [red]off\x1b[2J\xe2\x80\xae'
    headers = [("name", b"[bold]x.json[/]"), ("feed", b"desk"), ("feed-odd", b"\xff")]
    letter = dead(running, RAW, data, key=None, headers=headers)
    shown = wire(running, "dead-letter", "show", letter)
    assert shown.code == 0
    text = shown.out.decode()
    assert "Cut [red]off" in text
    assert "[bold]x.json[/]" in text
    assert not {"\x1b", "\u202e"} & set(text)
    assert "This is not valid JSON" in " ".join(text.split())
    assert wire(running, "dead-letter", "show", "--raw", letter).out == data
    entry = listed(running, "--stage", "parse")[letter]
    assert (entry["stage"], entry["name"], entry["feed"], entry["size"]) == (
        "parse",
        "[bold]x.json[/]",
        "desk",
        len(data),
    )
    assert letter not in listed(running, "--stage", "index")
    table = wire(running, "dead-letter", "list", "--stage", "parse").out.decode()
    assert letter in table
    assert "\x1b" not in table


def test_bytes_that_are_no_text_are_shown_in_hexadecimal(running: Settings) -> None:
    data = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
    letter = dead(running, RAW, data)
    shown = wire(running, "dead-letter", "show", letter).out.decode()
    assert "00000000  89 50 4e 47 0d 0a 1a 0a 00 01" in shown
    assert wire(running, "dead-letter", "show", letter, "--raw").out == data


@pytest.mark.parametrize(
    ("letter", "code", "sentence"),
    [
        ("0/999999", 1, "There is no dead letter 0/999999."),
        ("77/0", 1, "There is no dead letter 77/0."),
        (f"0/{2**63}", 1, "There is no dead letter"),
        (f"{2**31}/0", 1, "There is no dead letter"),
        ("0", 2, "is no id"),
        ("0/-1", 2, "is no id"),
        ("a/b", 2, "is no id"),
        ("٣/٤", 2, "is no id"),
        ("²/0", 2, "is no id"),
        ("", 2, "is no id"),
    ],
)
def test_ids_that_are_none(running: Settings, letter: str, code: int, sentence: str) -> None:
    for action in ("show", "requeue"):
        said = wire(running, "dead-letter", action, letter)
        assert (said.code, said.out) == (code, b"")
        assert sentence in said.err
        assert "Traceback" not in said.err


def test_one_that_still_fails_comes_back(running: Settings) -> None:
    data = b"garbage in wire.stories"
    first = dead(running, STORIES, data, key=b"k")
    said = wire(running, "dead-letter", "requeue", first)
    assert (said.code, said.err) == (0, "1 requeued.\n")
    caught_up(running)
    letters = listed(running)
    assert first not in letters
    again = [x for x in letters.values() if x["stage"] == "index" and x["size"] == len(data)]
    assert len(again) == 1
    assert again[0]["id"] != first
    everything = listed(running, "--all")
    assert everything[first]["requeued"]
    assert wire(running, "dead-letter", "show", first).code == 0


def test_requeued_once_the_cause_is_gone_it_is_a_story(running: Settings, tmp_path: Path) -> None:
    text = ("LIMA (Agencia) - Los mineros se reunieron con el gobierno el martes. " * 30_000).encode()
    assert len(text) > MEGABYTE
    (tmp_path / "large.txt").write_bytes(text)
    fed = wire(replace(running, max_item_mb=1), "feed", "--bulk", "--feed", "desk", str(tmp_path))
    assert (fed.code, fed.err) == (0, "0 items sent to wire.raw.bulk, 1 too large, kept as dead letters.\n")
    (letter,) = (x for x in listed(running, "--stage", "feed").values() if x["feed"] == "desk")
    assert letter["cause"] == "The item is 2.0 MiB; the largest that is parsed is 1 MiB."
    uri = content_uri(Item(data=text, feed="desk"))
    assert indexed(running, uri) is None
    assert wire(running, "dead-letter", "requeue", letter["id"], letter["id"]).err == "1 requeued.\n"
    caught_up(running)
    assert letter["id"] not in listed(running)
    found = indexed(running, uri)
    assert found
    assert found["story"]["provenance"]["lane"] == "bulk"
    audit(running)


def test_all_of_a_stage_are_requeued_at_once(running: Settings) -> None:
    before = listed(running, "--stage", "enrich").keys()
    write(running, PARSED, *(b"garbage %d" % number for number in range(300)), key=b"k")
    caught_up(running)
    letters = listed(running, "--stage", "enrich").keys() - before
    assert len(letters) == 300
    said = wire(running, "dead-letter", "requeue", "--all", "--stage", "enrich")
    assert (said.code, said.err) == (0, f"{300 + len(before)} requeued.\n")
    caught_up(running)
    assert not listed(running).keys() & letters
    assert len(listed(running, "--stage", "enrich")) == 300 + len(before)


def test_requeue_needs_to_know_what(running: Settings) -> None:
    for arguments in ((), ("0/0", "--all")):
        said = wire(running, "dead-letter", "requeue", *arguments)
        assert (said.code, "Name ids" in said.err) == (2, True)
    assert wire(running, "dead-letter", "requeue", "--all", "--stage", "nobody").err == "0 requeued.\n"

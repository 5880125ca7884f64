"""Items at and above the limit: kept whole as dead letters, or through every stage."""

import hashlib
import random
from pathlib import Path

import orjson
import pytest

from pipeline.formats.base import Item, content_uri
from pipeline.search.client import connect
from pipeline.search.lookup import get
from pipeline.settings import Settings
from pipeline.story import Story
from pipeline.topics import MEGABYTE, RAW
from tests.engines.support import caught_up, indexed, letters, wire, write

pytestmark = pytest.mark.engines


def test_items_over_the_limit_are_kept_whole(running: Settings, tmp_path: Path) -> None:
    large = {
        "b-50.bin": random.Random(2).randbytes(10_000) * (50 * MEGABYTE // 10_000),
        "c-11.bin": random.Random(3).randbytes(11 * MEGABYTE),
    }
    for name, data in large.items():
        (tmp_path / name).write_bytes(data)
    for name in ("a", "d"):
        (tmp_path / f"{name}.txt").write_text(f"LIMA (Agency) - The neighbour {name} of a large item passes.")
    said = wire(running, "feed", "--json", str(tmp_path))
    assert (said.code, said.err) == (0, "")
    assert orjson.loads(said.out) == {"topic": "wire.raw", "sent": 2, "dead_letters": 2, "unreadable": []}
    found = {letter.headers["original.name"]: letter for letter in letters(running, stage="feed")}
    for name, data in large.items():
        letter = found[str(tmp_path / name)]
        assert hashlib.sha256(letter.value).digest() == hashlib.sha256(data).digest()
        assert "the largest that is parsed is 10 MiB" in letter.headers["cause"]
    caught_up(running)
    for name in ("a", "d"):
        assert indexed(running, content_uri(Item(data=(tmp_path / f"{name}.txt").read_bytes())))


def test_a_message_over_the_limit_in_wire_raw(running: Settings) -> None:
    (place,) = write(running, RAW, b"LIMA (Agency) - " + b"Long. " * 2 * MEGABYTE)
    caught_up(running)
    (letter,) = letters(running, read_from=f"{RAW}/0/{place.offset}")
    assert letter.headers["stage"] == "parse"
    assert "largest that is parsed is 10 MiB" in letter.headers["cause"]


def test_a_text_just_below_the_limit_passes_every_stage(running: Settings, tmp_path: Path) -> None:
    rng = random.Random(4)
    spanish = "los mineros se reunieron con el gobierno en la capital para hablar de una huelga que dura ya un mes"
    words = spanish.split() + [rng.randbytes(4).hex() for _ in range(20)]  # not English: no language model reads it
    sentences = (" ".join(rng.choices(words, k=20)).capitalize() + "." for _ in range(90_000))
    text = ("LIMA (Agencia) - " + spanish + ".\n\n" + "\n\n".join(sentences))[: 9 * MEGABYTE]
    assert len(text) == 9 * MEGABYTE
    (tmp_path / "long.txt").write_text(text)
    assert wire(running, "feed", "--feed", "long", str(tmp_path)).code == 0
    caught_up(running)
    uri = content_uri(Item(data=text.encode(), feed="long"))
    with connect(running) as client:
        found = get(client, running, uri)
    assert isinstance(found, Story)
    assert found.body_text.split() == text.partition(" - ")[2].split()
    assert found.provenance.enriched_to is not None

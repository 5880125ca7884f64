"""The sample stories and the hostile items, through everything, as people would send them."""

import tomllib
from collections import Counter
from typing import Any

import orjson
import pytest

from pipeline.bus.reader import read
from pipeline.cli.samples import FEED, lost, samples
from pipeline.search.client import connect
from pipeline.search.history import held, history
from pipeline.search.setup import live_alias
from pipeline.settings import Settings
from pipeline.story import Story, decode
from pipeline.topics import PUBLIC, STORIES
from tests.engines.support import SEEDS, Said, audit, documents, eventually, letters, wire

pytestmark = pytest.mark.engines

MANIFEST: dict[str, list[dict[str, Any]]] = tomllib.loads((SEEDS / "expected.toml").read_text(encoding="utf-8"))
KILLED = "19-oslo-minister-kill.json"
FORMATS: list[dict[str, Any]] = tomllib.loads((SEEDS / "formats/expected.toml").read_text(encoding="utf-8"))["item"]
FILES = [str(SEEDS / story["file"]) for story in MANIFEST["story"]]
FILES += [str(SEEDS / "formats" / item["file"]) for item in FORMATS]
GOOD_HOSTILE = sum(item["stories"] for item in MANIFEST["hostile"])
BAD_HOSTILE = sum(item["stories"] == 0 for item in MANIFEST["hostile"])


def feed_all(settings: Settings) -> Said:
    return wire(settings, "feed", "--feed", FEED, "--json", *FILES, str(SEEDS / "hostile"))


@pytest.fixture(scope="module")
def fed(running: Settings) -> tuple[Settings, dict[str, int]]:
    """The pipeline after all samples went in, and by how much the audit's numbers grew."""
    before = audit(running)
    said = feed_all(running)
    assert (said.code, said.err) == (0, "")
    items = len(FILES) + len(MANIFEST["hostile"])
    assert orjson.loads(said.out) == {"topic": "wire.raw", "sent": items, "dead_letters": 0, "unreadable": []}
    after = audit(running)
    assert after["messages"] - before["messages"] == items
    return running, {name: after["outcomes"][name] - before["outcomes"][name] for name in after["outcomes"]}


def uri(file: str) -> str:
    """The uri of the story in a file of the samples."""
    (story,) = next(sample.stories for sample in samples(SEEDS) if sample.path.name == file)
    return story.uri


def newest(settings: Settings, topic: str) -> dict[str, Story]:
    """What a subscriber keeps of a topic: the newest revision of each story."""
    found = [decode(message.value) for message in read(settings, topic) if message.value.startswith(b'{"uri":')]
    return {story.uri: story for story in sorted(found, key=lambda story: story.revision)}


def test_every_item_ends_as_the_manifest_says(fed: tuple[Settings, dict[str, int]]) -> None:
    _, outcomes = fed
    wanted = Counter(story["end"] for story in MANIFEST["story"])
    wanted += Counter(story.get("end", "indexed") for item in FORMATS for story in item["story"])
    wanted["indexed"] += GOOD_HOSTILE
    wanted["dead-lettered"] = BAD_HOSTILE
    assert {name: count for name, count in outcomes.items() if count} == wanted


def test_search_finds_what_may_be_seen_and_nothing_else(fed: tuple[Settings, dict[str, int]]) -> None:
    settings, _ = fed
    wanted = {uri(story["file"]) for story in MANIFEST["story"] if story["found"]}
    known = {uri(story["file"]) for story in MANIFEST["story"]}
    assert documents(settings, live_alias(settings)).keys() & known == wanted
    with connect(settings) as client:
        assert eventually(lambda: not lost(client, settings, samples(SEEDS)), 5)
    copies = {uri("21-baghdad-attacks.json"), uri("22-baghdad-attacks-northgate.txt")}

    def found() -> set[str]:
        said = wire(settings, "search", "baghdad", "attacks", "--json")
        return copies & {hit["uri"] for hit in orjson.loads(said.out)["hits"]}

    # Two agencies' copies of one story are related after they are published; from then on search shows one of them.
    assert eventually(lambda: len(found()) == 1)


@pytest.mark.parametrize("file", [KILLED, "23-bergen-time-capsule.json", "25-poet-obituary-withheld.json"])
def test_what_may_not_be_seen_is_not_shown(fed: tuple[Settings, dict[str, int]], file: str) -> None:
    settings, _ = fed
    said = wire(settings, "show", uri(file))
    assert (said.code, said.out) == (1, b"")
    # Of what nobody has seen yet it is not even told that it exists.
    assert ("killed" if file == KILLED else "There is no story") in said.err


def test_a_kill_leaves_no_text(fed: tuple[Settings, dict[str, int]]) -> None:
    settings, _ = fed
    source = documents(settings)[uri(KILLED)].source
    assert source["pubstatus"] == "canceled"
    story = newest(settings, STORIES)[uri(KILLED)]
    assert (story.pubstatus, story.headline, story.body_text, story.entities) == ("canceled", None, "", ())
    words = (SEEDS / "17-oslo-minister-resigns.json").read_bytes()
    sentence = orjson.loads(words)["body_text"].split("\n\n")[1][:60]
    assert sentence not in orjson.dumps(source).decode()


def test_what_is_held_is_in_the_private_books_alone(fed: tuple[Settings, dict[str, int]]) -> None:
    settings, _ = fed
    hidden = [uri("23-bergen-time-capsule.json"), uri("25-poet-obituary-withheld.json")]
    assert not set(hidden) & documents(settings).keys()
    assert not {each.encode() for each in hidden} & {message.key for message in read(settings, *PUBLIC)}
    with connect(settings) as client:
        kept = [story for life, story in held(client, settings) if life.uri in hidden]
        assert [story.uri for story in kept if story and story.body_text] == hidden
        assert [history(client, settings, each) for each in hidden] == [[], []]


def test_hostile_items_are_dead_letters_with_a_sentence_and_their_bytes(fed: tuple[Settings, dict[str, int]]) -> None:
    settings, _ = fed
    found = {message.headers.get("original.name"): message for message in letters(settings, stage="parse")}
    for item in MANIFEST["hostile"]:
        path = SEEDS / item["file"]
        if item["stories"]:
            assert str(path) not in found
        else:
            letter = found[str(path)]
            assert letter.value == path.read_bytes()
            assert letter.headers["cause"].endswith(".")
            assert letter.headers["read-from"].startswith("wire.raw/")


def test_feeding_everything_again_changes_nothing(fed: tuple[Settings, dict[str, int]]) -> None:
    settings, _ = fed
    before = documents(settings)
    said = feed_all(settings)
    assert said.code == 0
    audit(settings)
    assert documents(settings) == before

"""What benchmarks/lives.py feeds: random lives of stories, as bytes for wire.raw, with what each says noted.

Each version says a word of its own in its headline, its text and the evidence of its event, so that wherever the word
stands it is known whose text that is.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import orjson

from benchmarks.corpus import items
from benchmarks.life_reference import Reference
from pipeline.lifecycle.revision import revision
from pipeline.messages import Send
from pipeline.story import Advisory, Provenance, PubStatus, Story, Target, encode, tombstone
from pipeline.topics import RAW, RAW_BULK

FEED = "lives"
TIMED, NUMBERED, UNORDERED = ("first", "second", "copied"), "numbered", "unordered"
"""Stories of a round: with version times, with numbers alone, with neither. `copied` says what `first` says."""
STATUSES: tuple[PubStatus, ...] = ("usable", "usable", "usable", "usable", "canceled", "withheld")
_WORD = re.compile(rb"zq\d{7}q")


@dataclass
class Script:
    """Everything that was fed and is to be fed, the same for the same seed but for the clock."""

    chance: random.Random
    began: datetime
    longest: int = 15
    """Seconds from the beginning of its round until a story's embargo ends, at most."""
    reference: Reference = field(default_factory=Reference)
    versions: dict[str, Story] = field(default_factory=dict)
    """By their word."""
    fed: dict[str, list[Send]] = field(default_factory=dict)
    """By uri: each version that was fed, in every form."""
    free: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    """When the last embargo is over."""
    _known: dict[tuple[str, int, PubStatus], Story] = field(default_factory=dict)

    def round(self, number: int, steps: int, now: datetime) -> list[Send]:
        """What a round feeds, in order: versions of fresh stories, copies, advisories, and a replay of an old story."""
        told = Told(self.chance, number)
        sends: list[Send] = []
        before = sorted(self.fed)
        for _ in range(steps):
            uri = told.uri(self.chance.choice([*TIMED, NUMBERED, UNORDERED]))
            draws: list[Callable[[], list[Send]]] = [partial(self._version, told, uri, now)] * 12
            draws += [partial(self._again, uri)] * 2
            draws += [partial(self._advice, told, told.uri(self.chance.choice(TIMED)))]
            sends += self.chance.choice(draws)()
        if before:
            replayed = list(self.fed[self.chance.choice(before)])
            place = self.chance.randint(0, len(sends))
            sends[place:place] = replayed
        return sends

    def _version(self, told: "Told", uri: str, now: datetime) -> list[Send]:
        """A version, perhaps one that was fed before; perhaps under embargo."""
        number, status = self.chance.randint(1, 12), self.chance.choice(STATUSES)
        story = self._known.get((uri, number, status))
        if story is None:
            word = f"zq{len(self._known):07d}q"
            story = told.version(uri, number, status, word, self.began)
            if status == "usable" and self.chance.random() < 0.3:
                until = (now + timedelta(seconds=self.chance.randint(2, self.longest))).replace(microsecond=0)
                story, self.free = replace(story, embargoed=until), max(self.free, until)
            self._known[uri, number, status] = self.versions[word] = story
            self.reference.versions[uri].append(story)
        return [self._note(uri, story)]

    def _again(self, uri: str) -> list[Send]:
        return [self.chance.choice(self.fed[uri])] if uri in self.fed else []

    def _advice(self, told: "Told", uri: str) -> list[Send]:
        """An advisory that names the story by its slug."""
        number = self.chance.randint(1, 12)
        advisory = told.advisory(uri, number, self.began)
        self.reference.advise(advisory, uri)
        return [self._note(uri, advisory)]

    def _note(self, uri: str, story: Story) -> Send:
        lane = self.chance.choice([RAW, RAW, RAW_BULK])
        as_ninjs = story.uri.endswith(UNORDERED) or self.chance.random() < 0.5
        assert story.provenance.received
        headers = {"feed": FEED, "received": story.provenance.received.isoformat(), "name": f"{story.revision}"}
        value = ninjs(story) if as_ninjs else encode(replace(story, provenance=Provenance()))
        send = Send(topic=lane, key=self.chance.randbytes(4), value=value, headers=headers)
        self.fed.setdefault(uri, []).append(send)
        return send


class Told:
    """What the stories of one round are about."""

    def __init__(self, chance: random.Random, number: int) -> None:
        """`number` is the round's."""
        self._number = number
        found = (orjson.loads(each.data) for each in items(20, chance.randint(0, 1 << 30), short=True) if _ninjs(each))
        bases = [next(found) for _ in range(4)]
        kinds = (TIMED[0], TIMED[1], NUMBERED, UNORDERED)
        self._base: dict[str, Any] = dict(zip(kinds, bases, strict=True)) | {TIMED[2]: bases[0]}

    def uri(self, kind: str) -> str:
        """The story of that kind."""
        return f"urn:lives:{self._number}:{kind}"

    def version(self, uri: str, number: int, status: PubStatus, word: str, began: datetime) -> Story:
        """Version `number` of the story, which says `word`."""
        kind = uri.rpartition(":")[2]
        base, time = self._base[kind], began + timedelta(minutes=number)
        lead, *others = base["body_text"].split("\n\n")[:-1]
        event = f"Police killed {number + 2} people in {base['located'].partition(',')[0]} on Monday, {word} said."
        story = Story(
            uri=uri,
            version=None if kind == UNORDERED else str(number),
            versioncreated=time if kind in TIMED else None,
            pubstatus=status,
            headline=f"{base['headline']}, {word}",
            body_text="\n\n".join((lead, event, *others)),
            slugline=self._slug(uri),
            language="en",
            provenance=Provenance(feed=FEED, received=time),
        )
        story = replace(story, revision=revision(story, time))
        return tombstone(story) if status == "canceled" else story

    def advisory(self, uri: str, number: int, began: datetime) -> Story:
        """A message that kills what was sent of the story before it."""
        time = began + timedelta(minutes=number, seconds=30)
        story = Story(
            uri=f"{uri}:advisory-{number}",
            versioncreated=time,
            pubstatus="canceled",
            advisory=Advisory(kind="kill", targets=(Target(slugline=self._slug(uri)),)),
            provenance=Provenance(feed=FEED, received=time),
        )
        return replace(story, revision=revision(story, time))

    def _slug(self, uri: str) -> str:
        return f"LIVES-{self._number}-{uri.rpartition(':')[2].upper()}"


def _ninjs(item: Any) -> bool:
    return bool(item.name.endswith(".json"))


def ninjs(story: Story) -> bytes:
    """The story as ninjs; an advisory as one in words."""
    if story.advisory:
        (target,) = story.advisory.targets
        said: dict[str, str | None] = {
            "headline": "MANDATORY KILL",
            "body_text": f"Please kill the story slugged {target.slugline}.",
        }
    else:
        said = {"headline": story.headline, "body_text": story.body_text, "pubstatus": story.pubstatus}
    item = said | {
        "uri": story.uri,
        "version": story.version,
        "slugline": story.slugline,
        "language": story.language,
        "versioncreated": story.versioncreated,
        "embargoed": story.embargoed,
    }
    return orjson.dumps({name: value for name, value in item.items() if value})


def words(data: bytes) -> Iterator[str]:
    """The words of versions that stand in `data`, each once."""
    return iter({found.decode() for found in _WORD.findall(data)})

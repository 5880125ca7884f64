"""Synthetic wire copy for the fault test and the speed benchmarks: any number of items, each with its outcome known.

Everything is recombined from benchmarks/corpus.toml, which is our own and invented. The same arguments always give the
same bytes. Speed and memory: thousands of items a second, one small tuple an item kept.
"""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Literal

from pipeline.formats.base import Item as WireItem
from pipeline.formats.base import content_uri

STUFF: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
COUNTRIES = sorted({place.split(", ")[1] for region in STUFF["region"] for place in region["places"]})
START = datetime(2026, 11, 16, tzinfo=UTC)
NOTE = "SAMPLE STORY: invented, not news."
TEXT_SHARE = 0.4
"""Of the stories that are never updated: plain text has no id that an update could carry."""
WORDS = range(450, 640)
"""Where a body stops growing; its last paragraph may take it some words past that."""
DASHES = (" - ", " -- ", " — ", " – ", " -", " --")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
HOSTILE = ("empty", "truncated", "picture", "nul", "error page", "deep")

Status = Literal["usable", "canceled", "dead-letter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How much of a corpus is out of the ordinary: each a share, 0 to 1, of the stories that begin."""

    updates: float = 0.0
    """Sent again in one or two newer versions, some items later."""
    late: float = 0.0
    """Of the updated or killed: its versions arrive in another order than they were made in."""
    kills: float = 0.0
    """Ends in a kill, which may arrive before what it kills where `late` says so."""
    hostile: float = 0.0
    """Is no story: goes to the dead letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What stands in the end for an item, once the whole corpus went in, in whatever order."""

    status: Status
    uri: str | None = None
    """None for a dead letter."""
    version: str | None = None
    """The newest version of the uri; None for plain text and dead letters, which have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusItem:
    """One item to be fed."""

    name: str
    """A file name, unique in the corpus; names sort in the order of arrival."""
    data: bytes
    version: str | None
    """This item's own version: less than `expected.version` where it is superseded."""
    expected: Expected


@dataclass(frozen=True, slots=True, order=True)
class _Slot:
    """A place in the order of arrival: version `version` of story `number`, which has `versions` of them."""

    due: int
    number: int
    version: int
    versions: int
    killed: bool
    hostile: bool


def stories(n: int, seed: int, *, short: bool = False) -> Iterator[tuple[str, bytes]]:
    """n different stories as (file name, bytes), nothing out of the ordinary among them."""
    return ((item.name, item.data) for item in items(n, seed, short=short))


def items(
    n: int, seed: int, shares: Shares | None = None, *, short: bool = False, feed: str = "files"
) -> Iterator[CorpusItem]:
    """n items, each of about 450 to 700 words, or about 60 where `short`.

    `feed` is what they will be fed as: it is part of the id of plain text.
    """
    for position, slot in enumerate(islice(_slots(n, seed, shares or Shares()), n)):
        yield _item(position, slot, seed, short=short, feed=feed)


def _slots(n: int, seed: int, shares: Shares) -> Iterator[_Slot]:
    """The order of arrival: updates wait in a heap for their turn, and none is begun that would not end within n."""
    rng = Random(seed)
    waiting: list[_Slot] = []
    number = place = 0
    while place < n:
        if waiting and (waiting[0].due <= place or place + len(waiting) >= n):
            yield heappop(waiting)
            place += 1
            continue
        hostile = rng.random() < shares.hostile
        killed = not hostile and rng.random() < shares.kills
        updates = rng.randint(1, 2) if not hostile and rng.random() < shares.updates else 0
        versions = min(1 + updates + killed, n - place - len(waiting))
        killed = killed and versions > 1
        order = list(range(1, versions + 1))
        if rng.random() < shares.late:
            rng.shuffle(order)
        due = place
        for version in order:
            heappush(waiting, _Slot(due, number, version, versions, killed, hostile))
            due += rng.randint(1, 150)
        number += 1


def _item(position: int, slot: _Slot, seed: int, *, short: bool, feed: str) -> CorpusItem:
    shape = Random(f"{seed}/{slot.number}")  # the same for all versions of a story: cast, topic, order of paragraphs
    as_text = slot.versions == 1 and not slot.hostile and shape.random() < TEXT_SHARE
    figures = Random(f"{seed}/{slot.number}/{slot.version}")
    if slot.hostile:
        name, data = _hostile(slot, shape, figures)
        return CorpusItem(
            name=f"{position:07d}{name}", data=data, version=None, expected=Expected(status="dead-letter")
        )
    copy = _write(shape, figures, slot.number, short=short)
    if as_text:
        data = _plain_text(copy, shape)
        uri = content_uri(WireItem(data=data, feed=feed))
        expected = Expected(status="usable", uri=uri)
        return CorpusItem(name=f"{position:07d}.txt", data=data, version=None, expected=expected)
    uri = _uri(seed, slot.number)
    expected = Expected(status="canceled" if slot.killed else "usable", uri=uri, version=str(slot.versions))
    data = _ninjs(copy, slot, uri)
    return CorpusItem(name=f"{position:07d}.json", data=data, version=str(slot.version), expected=expected)


def _uri(seed: int, number: int) -> str:
    return f"urn:newsml:corpus.example:{seed}:{number:07d}"


# ---- What a story says


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copy:
    headline: str
    slug: str
    byline: tuple[str, ...]
    editor: str
    dateline: str
    agency: str
    located: str
    codes: tuple[str, ...]
    paragraphs: tuple[str, ...]


def _write(shape: Random, figures: Random, number: int, *, short: bool) -> _Copy:
    topic = shape.choice(STUFF["topic"])
    region = shape.choice(STUFF["region"])
    cast = _cast(shape, region)
    lead = _fill(shape.choice(topic["leads"]), cast, figures)
    own, general = _shuffled(topic["body"], shape), _shuffled(STUFF["general"]["body"], shape)
    order = [general.pop() if (general and shape.random() < 0.4) or not own else own.pop() for _ in (*own, *general)]
    enough = shape.choice((45, 50, 55)) if short else shape.choice(WORDS)
    paragraphs, words = [lead], len(lead.split())
    for template in order:
        if words >= enough:
            break
        paragraphs.append(_fill(template, cast, figures))
        words += len(paragraphs[-1].split())
    cities = (cast["city"],) if shape.random() < 0.7 else (cast["city"], cast["city2"])
    return _Copy(
        headline=_fill(shape.choice(topic["headlines"]), cast, figures),
        slug=f"{cast['country'].upper().replace(' ', '')}-{topic['name'].upper()}/",
        byline=_people(shape, region, shape.choice((1, 1, 2, 3))),
        editor=_people(shape, shape.choice(STUFF["region"]), 1)[0],
        dateline="/".join(cities).upper() + _date(shape, number),
        agency=shape.choice(STUFF["agencies"]),
        located=f"{cast['city']}, {cast['country']}",
        codes=tuple(topic["codes"]),
        paragraphs=tuple(paragraphs),
    )


def _date(shape: Random, number: int) -> str:
    """', Nov 17' or nothing."""
    day = START + timedelta(seconds=20 * number)
    return shape.choice(("", "", f", {day:%b} {day.day}", f", {day:%b}. {day.day}", f", {day.day} {day:%b}"))


def _cast(shape: Random, region: dict[str, Any]) -> dict[str, str]:
    """Who and what one story is about: the placeholders that stay the same in all its sentences."""
    cities = [place.split(", ") for place in shape.sample(region["places"], 3)]
    made = STUFF["organisations"]
    trade, cause, emblem = (shape.choice(made[kind]) for kind in ("trades", "causes", "emblems"))
    country = cities[0][1]
    cast = {
        "city": cities[0][0],
        "city2": cities[1][0],
        "city3": cities[2][0],
        "country": country,
        "country2": shape.choice([name for name in COUNTRIES if name != country]),
        "company": f"{shape.choice(made['roots'])} {shape.choice(made['lines'])}",
        "role": shape.choice(STUFF["roles"]),
        "role2": shape.choice(STUFF["roles"]),
        "day": shape.choice(DAYS),
        "day2": shape.choice(DAYS),
    }
    organisations = {
        "union": f"National Federation of {trade} Workers",
        "party": f"{shape.choice(('National', 'Democratic', 'People’s', 'Liberal'))} {cause} Alliance",
        "group": f"Army of the {emblem}" if shape.random() < 0.5 else f"{emblem} Brigades",
        "rights": f"{country} Committee for Human Rights",
        "org": f"Institute for {shape.choice(('Social', 'Economic', 'Rural', 'Regional'))} Studies of {cities[0][0]}",
    }
    for key, name in organisations.items():
        cast |= {key: name, f"{key}_short": "".join(word[0] for word in name.split() if word[0].isupper())}
    for key, person in zip("abcd", _people(shape, region, 4), strict=True):
        cast |= {key: person, f"{key}_last": person.split(" ")[-1]}
    return cast


def _fill(template: str, cast: dict[str, str], figures: Random) -> str:
    """The sentence with its cast, and figures of its own."""
    draw = figures.randrange
    fresh = {
        "n": draw(2, 10),
        "nth": ORDINALS[draw(len(ORDINALS))],
        "nn": draw(11, 99),
        "nnn": draw(120, 981),
        "k": f"{draw(1100, 9901):,}",
        "m": f"{draw(11, 100) / 10}",
        "p": draw(2, 49),
        "year": draw(2003, 2026),
        "speaker": STUFF["speakers"][draw(len(STUFF["speakers"]))],
    }
    return template.format_map(cast | fresh)


def _people(shape: Random, region: dict[str, Any], count: int) -> tuple[str, ...]:
    """That many, no two with the same first or last name."""
    names = zip(shape.sample(region["first"], count), shape.sample(region["last"], count), strict=True)
    return tuple(f"{first} {last}" for first, last in names)


def _shuffled(templates: list[str], shape: Random) -> list[str]:
    return shape.sample(templates, len(templates))


# ---- How it is sent


def _credit(copy: _Copy) -> str:
    return f"(Reporting by {_listed(copy.byline)}; Editing by {copy.editor})"


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _plain_text(copy: _Copy, shape: Random) -> bytes:
    """Slug line, note, headline, byline, body: paragraphs by line or by blank line."""
    between = shape.choice(("\n", "\n\n"))
    body = between.join((_opening(copy, shape.choice(DASHES)), *copy.paragraphs[1:], _credit(copy)))
    note = "((SAMPLE - invented story, not news))"
    parts = (copy.slug, note, copy.headline, f"By {_listed(copy.byline)}", body)
    return ("\n\n".join(parts) + "\n").encode()


def _opening(copy: _Copy, dash: str) -> str:
    return f"{copy.dateline} ({copy.agency}){dash}{copy.paragraphs[0]}"


def _ninjs(copy: _Copy, slot: _Slot, uri: str) -> bytes:
    first = START + timedelta(seconds=20 * slot.number)
    kill = slot.killed and slot.version == slot.versions
    update = f"UPDATE {slot.version - 1}-" if slot.version > 1 else ""
    item = {
        "uri": uri,
        "type": "text",
        "profile": "text-only",
        "version": str(slot.version),
        "firstcreated": first.isoformat(),
        "versioncreated": (first + timedelta(minutes=10 * (slot.version - 1))).isoformat(),
        "pubstatus": "canceled" if kill else "usable",
        "urgency": 1 if kill else 4,
        "language": "en",
        "copyrightholder": copy.agency,
        "usageterms": NOTE,
        "ednote": f"{NOTE} KILL: do not use." if kill else NOTE,
        "byline": f"By {_listed(copy.byline)}",
        "headline": ("KILL-" if kill else update) + copy.headline,
        "slugline": copy.slug,
        "located": copy.located,
        "subject": [{"code": code, "scheme": "http://cv.iptc.org/newscodes/mediatopic/"} for code in copy.codes],
        "body_text": "\n\n".join((_opening(copy, " - "), *copy.paragraphs[1:], _credit(copy))),
    }
    return json.dumps(item, ensure_ascii=False).encode()


def _hostile(slot: _Slot, shape: Random, figures: Random) -> tuple[str, bytes]:
    """The end of a file name, and bytes that no format can read: no two alike, but for the empty ones."""
    kind = shape.choice(HOSTILE)
    if kind == "empty":
        return ".txt", b""
    if kind == "truncated":
        whole = _ninjs(_write(shape, figures, slot.number, short=True), slot, f"urn:cut:{slot.number}")
        return ".json", whole[: len(whole) // 2]
    if kind == "picture":
        return ".txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + shape.randbytes(400)
    if kind == "nul":
        return ".txt", b"\x00" * (16 + slot.number)
    if kind == "error page":
        return ".json", json.dumps({"error": {"code": 503, "request": slot.number}}).encode()
    return ".json", b"[" * (1000 + slot.number)

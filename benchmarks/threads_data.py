"""The labelled stories: our own events and daily reports, and a public set of news texts by event.

Our own: benchmarks/threads_events_*.toml (the events) and threads_reports.toml (what comes anew every day).
ECB+ (Cybulska and Vossen 2014, CC BY 3.0, https://github.com/cltl/ecbPlus): 982 news texts of 43 topics, each with two
events of a kind, such as two quakes in one country or two arrests of one person. It states no usable times, so all are
put into the same two days, where time tells nothing apart. It is not part of this repository.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from lxml import etree

from benchmarks.threads_stream import Labelled
from pipeline.enrichers.registry import enrich_batch
from pipeline.lifecycle.threads_traits import reference
from pipeline.story import Link, Story

FOLDER = Path(__file__).parent
AGENCIES = {"m": "Meridian News", "c": "Coastal Press", "n": "Nordwire", "a": "Alto Agency"}
FIRST_DAY = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 12
BATCH = 64
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NUMBERS = {"n": (120, 980), "n2": (120, 980), "m": (2, 9), "d": (1, 9)}
_DATELINE = re.compile(r"^(?P<place>[^()\n]{2,60}?) ?\((?:Meridian News|Coastal Press|Nordwire)\) - ")
_DATE_ONLY = re.compile(r"^(?:\w+day ?, )?[\w ]{3,12},? ?\d{0,4}.{0,20}$")


def own() -> list[Labelled]:
    """Our own stories, enriched, in the order of time."""
    return sorted([*own_events(), *_enriched(list(_reports()))], key=lambda each: (each.time, each.story.uri))


def own_events() -> list[Labelled]:
    """Those of them that are of events."""
    return _enriched([*_events("tune"), *_events("report")])


def _enriched(labelled: Sequence[Labelled]) -> list[Labelled]:
    stories = [each.story for each in labelled]
    found = [story for at in range(0, len(stories), BATCH) for story in enrich_batch(stories[at : at + BATCH])]
    made = [replace(each, story=story) for story, each in zip(found, labelled, strict=True)]
    return sorted(made, key=lambda each: (each.time, each.story.uri))


def _events(half: str) -> Iterator[Labelled]:
    text = (FOLDER / f"threads_events_{half}.toml").read_text(encoding="utf-8")
    for event in tomllib.loads(text)["event"]:
        for number, row in enumerate(event["stories"]):
            time = event["start"] + timedelta(hours=row[2])
            yield Labelled(story=_story(event, number, row, time), event=event["name"], half=half, time=time)


def _story(event: Mapping[str, Any], number: int, row: Sequence[Any], time: datetime) -> Story:
    agency, what, _, headline, text, *former = row
    mark, _, other = what.partition("=")
    slugs = event["slug"] | {agency: other} if other else event["slug"]
    body = _DATELINE.sub("", text)
    located = text[: len(text) - len(body)].partition(",")[0].partition(" (")[0].title() or None
    return Story(
        uri=_uri(event["name"], number),
        versioncreated=time,
        headline=headline,
        slugline=_slugline(agency, mark, slugs),
        source=AGENCIES[agency],
        located=located,
        signals=(mark,),
        links=tuple(Link(rel="previousVersion", uri=_uri(event["name"], one)) for one in former),
        body_text=body or headline,
    )


def _uri(name: str, number: int) -> str:
    return f"urn:benchmark:{reference(name)}:{number}"


def _slugline(agency: str, mark: str, slugs: Mapping[str, str]) -> str | None:
    if agency not in slugs or mark.endswith("-"):
        return None
    if agency == "m":
        root, _, aspect = slugs["m"].partition("/")
        return f"{root}/{aspect or (mark.upper() if mark in ('factbox', 'timeline') else '')} ({mark.upper()})"
    if agency == "c":
        return f"BC-{slugs['c']}" + (f", {mark}" if "Ld" in mark else ", 1st Ld" if mark == "lead" else "")
    return f"{slugs['n']}/"


def _reports() -> Iterator[Labelled]:
    stuff = tomllib.loads((FOLDER / "threads_reports.toml").read_text(encoding="utf-8"))
    random = Random(7)
    for report, day in product(stuff["report"], range(DAYS)):
        alone = report.get("alone", False)
        words = _drawn(stuff, random, day)
        for number, (hour, headline) in enumerate(zip(report["times"], report["headlines"], strict=True)):
            if alone:
                words = _drawn(stuff, random, day)
            time = FIRST_DAY + timedelta(days=day, hours=hour)
            story = Story(
                uri=f"urn:benchmark:{reference(report['name'])}:{day}:{number}",
                versioncreated=time,
                headline=headline.format(**words),
                slugline=report["slug"] or None,
                source="Meridian News",
                body_text=_DATELINE.sub("", report["text"].format(**words)),
            )
            event = f"{report['name']} {day}" + (f" {number}" if alone else "")
            yield Labelled(story=story, event=event, half=report["half"], time=time, report=True)


def _drawn(stuff: Mapping[str, Any], random: Random, day: int) -> dict[str, str]:
    clubs = random.sample(stuff["clubs"], 4)
    return {
        "day": str(day + 1),
        "weekday": WEEKDAYS[(FIRST_DAY + timedelta(days=day)).weekday()],
        "firm": _firm(stuff, random),
        "firm2": _firm(stuff, random),
        "person": random.choice(stuff["people"]),
        "mood": random.choice(stuff["moods"]),
        "reason": random.choice(stuff["reasons"]),
        **dict(zip(("club", "club2", "club3", "club4"), clubs, strict=True)),
        **{name: str(random.randint(*span)) for name, span in _NUMBERS.items()},
    }


def _firm(stuff: Mapping[str, Any], random: Random) -> str:
    """A company that hardly comes twice."""
    return f"{''.join(random.sample(stuff['syllables'], 3)).title()} {random.choice(stuff['trades'])}"


def ecb_plus(folder: Path) -> list[Labelled]:
    """The texts of ECB+ below `folder` ('1/1_1ecb.xml', ...), enriched; topics of odd numbers are for tuning."""
    files = sorted(folder.glob("*/*.xml"), key=lambda path: path.name)
    return _enriched([_ecb_text(path) for path in files])


def _ecb_text(path: Path) -> Labelled:
    lines = _sentences(path)
    topic = path.parent.name
    second = path.stem.endswith("plus")
    if second or len(lines[0].split()) <= 14:
        headline, lines = lines[0], lines[1:]
    else:
        headline = None
    time = FIRST_DAY + timedelta(minutes=int(reference(path.name), 16) % (48 * 60))
    text = "\n\n".join(line for line in lines if not _DATE_ONLY.match(line))
    return Labelled(
        story=Story(uri=f"urn:ecb:{path.name}", versioncreated=time, headline=headline, body_text=text),
        event=f"{topic} {'second' if second else 'first'}",
        half="tune" if int(topic) % 2 else "report",
        time=time,
    )


def _sentences(path: Path) -> list[str]:
    """The sentences of a text, without the address that the second event's texts begin with."""
    tokens: dict[str, list[str]] = {}
    for token in etree.parse(path).iter("token"):
        tokens.setdefault(token.get("sentence", ""), []).append(token.text or "")
    lines = [re.sub(r" ([,.;:!?%)\]]|'s\b|n't\b|'(?=\s|$))", r"\1", " ".join(line)) for line in tokens.values()]
    lines = [line.replace("`` ", '"').replace(" ''", '"') for line in lines]
    return lines[1:] if lines[0].startswith("http") and len(lines) > 1 else lines

"""Stories that are duplicates and stories that only look it: edited copies, and templates filled in anew.

Everything is made from benchmarks/corpus.py, seeds/ and benchmarks/duplicates_templates.toml, which are our own and
invented. The same arguments always give the same stories.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Literal

from benchmarks.corpus import START, STUFF, stories
from pipeline.formats.base import Item
from pipeline.formats.registry import read
from pipeline.story import Story

TEMPLATES: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("duplicates_templates.toml").read_text(encoding="utf-8")
)
Half = Literal["tune", "report"]
HALVES: tuple[Half, ...] = ("tune", "report")
SEEDS = Path(__file__).parents[1] / "seeds"
TAGE = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
DIAS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
ORIGINALS, SEED = 40, 177
INSTANCES = 30
"""Of each family; and as many again in which a third of the slots change against the instance before."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A story, what it is an example of, and which group it truly belongs to."""

    kind: str
    story: Story
    group: str
    time: datetime = START


def samples(half: Half) -> Iterator[Sample]:
    """All samples of one half: no original and no family is in both."""
    number = HALVES.index(half)
    originals = [*_corpus(number), *_seeds(number)]
    yield from (Sample("original", story, story.uri) for story in originals)
    for position, story in enumerate(originals):
        yield from _copies(story, Random(f"{half}/{position}"))
    for story, other in zip(originals, _corpus(number + len(HALVES)), strict=False):
        yield from _follow_ups(story, other)
    yield from _versions(number)
    for family in TEMPLATES["family"]:
        if family.get("report", False) == (half == "report"):
            yield from _family(family, Random(f"{half}/{family['name']}"))


# ---- Originals


def _corpus(number: int) -> list[Story]:
    items = (Item(data=data, name=name) for name, data in stories(ORIGINALS, seed=SEED + number))
    return [story for item in items for story in read(item).stories]


def _seeds(number: int) -> list[Story]:
    """The sample stories, the newest version of each uri; those on one event by several hands are among them."""
    paths = [path for path in sorted(SEEDS.iterdir()) if path.suffix in {".txt", ".json"} and path.name[0].isdigit()]
    newest: dict[str, Story] = {}
    for path in paths:
        for story in read(Item(data=path.read_bytes(), name=path.name)).stories:
            if story.pubstatus == "usable" and story.body_text:
                newest[story.uri] = story
    return list(newest.values())[number::2]


# ---- Copies

Edit = Callable[[str, Random], str]


def _copies(story: Story, rng: Random) -> Iterator[Sample]:
    for name, edit in EDITS.items():
        text = edit(story.body_text, rng)
        if text != story.body_text or name in {"re-sent", "headline"}:
            headline = f"Rewritten: {rng.random()}" if name in {"headline", "all at once"} else story.headline
            copy = replace(story, uri=f"{story.uri}/{name}", body_text=text, headline=headline)
            yield Sample(name, copy, story.uri)


def _same(text: str, rng: Random) -> str:  # noqa: ARG001 - an Edit
    return text


def _cut(text: str, rng: Random, *, share: float) -> str:  # noqa: ARG001 - an Edit
    """Whole paragraphs from the beginning, up to that share of the words."""
    paragraphs, kept, words = text.split("\n\n"), [], 0
    enough = len(text.split()) * share
    for paragraph in paragraphs:
        if words >= enough:
            break
        kept.append(paragraph)
        words += len(paragraph.split())
    return "\n\n".join(kept)


def _replaced(text: str, rng: Random, *, table: str) -> str:
    for before, after in TEMPLATES["edits"][table]:
        pattern = re.escape(before) if table == "spelling" else rf"\b{re.escape(before)}(?!\w)"
        text = re.sub(pattern, lambda found, to=after: to if rng.random() < 2 / 3 else found[0], text)
    return text


def _credits(text: str, rng: Random) -> str:
    people = [f"{rng.choice(region['first'])} {rng.choice(region['last'])}" for region in STUFF["region"][:3]]
    return f"By {people[0]}\n\n{text}\n\n(Reporting by {people[0]} and {people[1]}; Editing by {people[2]})"


def _dateline(text: str, rng: Random) -> str:
    place = rng.choice(rng.choice(STUFF["region"])["places"]).split(", ")[0]
    return f"{place.upper()}, Nov. {rng.randint(1, 30)} ({rng.choice(STUFF['agencies'])}) -- {text}"


def _typography(text: str, rng: Random) -> str:  # noqa: ARG001 - an Edit
    text = re.sub(r'"([^"\n]*)"', "“\\1”", text.replace("'", "’"))
    text = re.sub(r"(?<=\d),(?=\d{3})", "\u202f", text).replace(" - ", " — ").replace("fi", "ﬁ")
    return text.replace("\n\n", "\n\n   ").replace("...", "…")


def _trimmed(text: str, rng: Random) -> str:
    """Without one or two paragraphs out of the middle."""
    paragraphs = text.split("\n\n")
    for _ in range(min(2, len(paragraphs) // 4)):
        del paragraphs[rng.randrange(2, len(paragraphs))]
    return "\n\n".join(paragraphs)


def _note(text: str, rng: Random) -> str:  # noqa: ARG001 - an Edit
    return f"Eds: Adds link to photos. Will be updated after the evening news conference.\n\n{text}"


def _other_lead(text: str, rng: Random) -> str:
    """Another first paragraph, of words that several copies share, where there are more."""
    if text.count("\n\n") < 3:
        return text
    return "\n\n".join((rng.choice(TEMPLATES["edits"]["leads"]), *text.split("\n\n")[1:]))


def _capitals(text: str, rng: Random) -> str:  # noqa: ARG001 - an Edit
    return text.upper()


def _all_at_once(text: str, rng: Random) -> str:
    for edit in (partial(_cut, share=0.6), partial(_replaced, table="light"), _typography, _dateline):
        text = edit(text, rng)
    return text


EDITS: dict[str, Edit] = {
    "re-sent": _same,
    "headline": _same,
    "credits": _credits,
    "dateline": _dateline,
    "typography": _typography,
    "spelling": partial(_replaced, table="spelling"),
    "style": partial(_replaced, table="style"),
    "light edit": partial(_replaced, table="light"),
    "cut to half": partial(_cut, share=1 / 2),
    "cut to third": partial(_cut, share=1 / 3),
    "trimmed": _trimmed,
    "note on top": _note,
    "other lead": _other_lead,
    "capitals": _capitals,
    "all at once": _all_at_once,
}


# ---- No copies


def _follow_ups(story: Story, other: Story) -> Iterator[Sample]:
    """A new top over half of the old text; and the old lead over new text."""
    uri = f"{story.uri}/follow-up"
    old, new = story.body_text.split("\n\n"), other.body_text.split("\n\n")
    texts = {"new top": (*new[: len(new) // 2], *old[: len(old) // 2]), "old lead": (*old[:2], *new[2:])}
    for name, paragraphs in texts.items():
        copy = replace(story, uri=f"{uri}/{name}", body_text="\n\n".join(paragraphs))
        yield Sample(f"follow-up: {name}", copy, copy.uri)


def _versions(number: int) -> Iterator[Sample]:
    """The same stories a day later, with other figures in the same sentences."""
    rng = Random(number)
    for story in _corpus(number):
        text = re.sub(r"\d+", lambda found: str(int(found[0]) + rng.randint(1, 9)), story.body_text)
        if text != story.body_text:
            later = replace(story, uri=f"{story.uri}/tomorrow", body_text=text)
            yield Sample("other figures", later, later.uri, START + timedelta(days=1))


def _family(family: dict[str, str], rng: Random) -> Iterator[Sample]:
    slots = sorted(set(re.findall(r"\{(\w+)\}", family["headline"] + family["text"])))
    for number in range(INSTANCES):
        fresh = {slot: _draw(slot, rng) for slot in slots}
        changed = rng.sample(slots, max(2, len(slots) // 3))
        for name, values in (("", fresh), (" next", fresh | {slot: _draw(slot, rng) for slot in changed})):
            values |= {f"last{n}": str(values.get(f"person{n}")).split(" ")[-1] for n in range(1, 5)}
            uri = f"urn:template:{family['name']}:{number}{name}"
            body = family["text"].strip().format_map(values)
            story = Story(uri=uri, headline=family["headline"].format_map(values), body_text=body)
            yield Sample(family["name"], story, uri, START + timedelta(hours=rng.randrange(144)))


def _draw(slot: str, rng: Random) -> str:
    region = rng.choice(STUFF["region"])
    made = STUFF["organisations"]
    kinds: dict[str, Callable[[], object]] = {
        "day": lambda: rng.choice(TEMPLATES["days"]),
        "dia": lambda: rng.choice(DIAS),
        "tag": lambda: rng.choice(TAGE),
        "date": lambda: f"{START + timedelta(days=rng.randrange(90)):%B %d}",
        "city": lambda: rng.choice(region["places"]).split(", ")[0],
        "person": lambda: f"{rng.choice(region['first'])} {rng.choice(region['last'])}",
        "last": lambda: "",
        "company": lambda: f"{rng.choice(made['roots'])} {rng.choice(made['lines'])}",
        "team": lambda: rng.choice(TEMPLATES["teams"]),
        "move": lambda: rng.choice(TEMPLATES["moves"]),
        "trend": lambda: rng.choice(TEMPLATES["trends"]),
        "sky": lambda: rng.choice(TEMPLATES["skies"]),
        "p": lambda: f"{rng.randrange(1, 40) / 10}",
        "rate": lambda: f"{rng.randrange(5000, 99999) / 10000:.4f}",
        "n": lambda: rng.randrange(2, 13),
        "nn": lambda: rng.randrange(13, 100),
        "nnn": lambda: rng.randrange(100, 1000),
        "k": lambda: f"{rng.randrange(1100, 100_000):,}",
        "m": lambda: rng.randrange(11, 100) / 10,
        "year": lambda: rng.randrange(1920, 2020),
    }
    return str(kinds[slot.rstrip("0123456789")]())

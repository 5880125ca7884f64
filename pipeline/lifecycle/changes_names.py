"""Which names two versions of a story do not share.

A short form ('Dumbuya' for 'Alieu Dumbuya') and an alias are the same name, and a name that the other text holds has
not come or gone, whatever an enricher made of it. Places are compared by their whole name: South Sudan is not Sudan.
Nationalities and groups ('Italian') are no names, and the agency's own name tells nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.lifecycle.changes_text import words
from pipeline.story import Entity, Story

MOST = 300
"""Entities of a story that are compared."""
LONGEST_TEXT = 100_000
"""Code points of a body in which names are looked for in any spelling; beyond, only as they are written."""
_LONGEST_NAME = 20
_MOST_ALIASES = 20

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """An entity as it is compared: its names folded, in words."""

    entity: Entity
    canonical: Words
    forms: frozenset[Words]
    """The canonical name and the aliases."""

    def same(self, other: "Name") -> bool:
        """Whether one's canonical name is a form of the other, or a part of the other's canonical name."""
        if self.canonical in other.forms or other.canonical in self.forms:
            return True
        if {self.entity.type, other.entity.type} & {"gpe", "location"}:
            return False
        mine, theirs = set(self.canonical), set(other.canonical)
        return mine <= theirs or theirs <= mine

    def in_text(self, text: str) -> bool:
        """Whether `text`, of `words_of`, holds the name under any form."""
        return any(_holds(text, form) for form in self.forms)

    def in_other(self, text: str) -> bool:
        """The same for another version: there 'Ruiz' alone may be another Ruiz."""
        whole = set(self.canonical)
        return any(_holds(text, form) for form in self.forms if form == self.canonical or not whole.issuperset(form))


def missing(story: Story, other: Story) -> list[Name]:
    """The names of `story` that `other` lacks, in their order."""
    there = _names(other)
    left = [name for name in _names(story) if not any(name.same(each) for each in there)]
    if not left:
        return []
    where = (other.located or "", other.dateline.text if other.dateline else "")
    text = words_of(*(each[:LONGEST_TEXT] for each in (other.headline or "", *where, other.body_text)))
    rest = other.body_text[LONGEST_TEXT:]
    return [name for name in left if not name.in_other(text) and name.entity.name not in rest]


def words_of(*texts: str) -> str:
    """The words of the texts as names are looked for in them."""
    return f" {' '.join(' '.join(_words(text)) for text in texts)} "


def _names(story: Story) -> list[Name]:
    named = (_name(entity) for entity in story.entities[:MOST] if entity.type != "norp")
    itself = _words(story.source or "", _LONGEST_NAME)
    return [name for name in named if name.canonical not in {(), itself}]


def _name(entity: Entity) -> Name:
    canonical = _words(entity.name, _LONGEST_NAME)
    aliases: Iterable[Words] = (_words(alias, _LONGEST_NAME) for alias in entity.aliases[:_MOST_ALIASES])
    return Name(entity, canonical, frozenset({canonical, *aliases} - {()}))


def _words(text: str, most: int | None = None) -> Words:
    """Without initials and what an apostrophe leaves: 'John F. Kennedy's' is john kennedy."""
    found = words(text, most)
    return tuple(word for word in found if len(word) > 1 or not word.isascii()) or tuple(found)


def _holds(text: str, form: Words) -> bool:
    return f" {' '.join(form)} " in text

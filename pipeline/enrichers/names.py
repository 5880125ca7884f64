"""Names that copy uses everywhere, from our tables, and how names are found in a text without a model."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

import msgspec

from pipeline.enrichers.tables import members, rows
from pipeline.story import EntityType

_CAPITALISED = re.compile(r"(?<![\w&])(?:[^\W\d_a-zß-öø-ÿ][\w.&]*|al(?=[ -][A-Z]))")
"""The first word of a possible name; 'al' begins 'al Qaeda'."""


class Name(NamedTuple):
    """A form under which something is named."""

    form: str
    canonical: str
    type: EntityType


Names = Mapping[str, tuple[Name, ...]]
"""Names by their first word, long forms first."""


def by_first_word(names: Iterable[Name]) -> Names:
    """The names as `scan` wants them."""
    table: dict[str, list[Name]] = defaultdict(list)
    for name in names:
        if first := _CAPITALISED.match(name.form):
            table[first[0].rstrip(".")].append(name)
    return {first: tuple(sorted(set(found), key=lambda n: (-len(n.form), n))) for first, found in table.items()}


def scan(text: str, *tables: Names) -> Iterator[tuple[int, Name]]:
    """Where a name of the tables stands in `text`, longest first, none inside another. Earlier tables win."""
    after = 0
    for word in _CAPITALISED.finditer(text):
        start, first = word.start(), word[0].rstrip(".")
        if start < after:
            continue
        for table in tables:
            name = next((n for n in table.get(first, ()) if _stands_at(text, start, n.form)), None)
            if name:
                yield start, name
                after = start + len(name.form)
                break


def _stands_at(text: str, start: int, form: str) -> bool:
    end = start + len(form)
    return text.startswith(form, start) and not (end < len(text) and (text[end].isalnum() or text[end] == "&"))


@cache
def known() -> Names:
    """Countries, their people, other peoples and groups, and organisations of the whole world."""
    return by_first_word(_known())


@cache
def _forms_of() -> Mapping[str, tuple[str, ...]]:
    canonical: dict[str, list[str]] = defaultdict(list)
    for name in _known():
        canonical[name.canonical].append(name.form)
    return {form: tuple(forms) for forms in canonical.values() for form in forms}


def known_forms(form: str) -> tuple[str, ...]:
    """The forms of the country or organisation that goes by `form`: 'ECOWAS' for its full name; none where unknown."""
    return _forms_of().get(form, ())


def _known() -> Iterator[Name]:
    for _, name, others, people in rows("countries.tsv"):
        yield from (Name(form, name, "gpe") for form in (name, *members(others)))
        yield from (Name(form, form, "norp") for form in members(people))
    for name, others, kind in rows("locations.tsv"):
        yield from (Name(form, form, msgspec.convert(kind, EntityType)) for form in (name, *members(others)))
    for name, others in rows("organisations.tsv"):
        yield from (Name(form, name, "organisation") for form in (name, *members(others)))
    for (forms,) in rows("groups.tsv"):
        yield from (Name(form, form, "norp") for form in members(forms))

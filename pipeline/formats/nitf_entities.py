"""What the agency tagged, merged into entities, with the offsets it has in the text as it came out in the end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.formats.nitf_line import Tagged
from pipeline.story import Entity, EntityType, Span

_LOOK_AHEAD = 3
"""Paragraphs of the final text in which a paragraph is looked for, where the next one is not it."""


@dataclass(slots=True)
class _Group:
    type: EntityType
    code: str | None = None
    role: str | None = None
    names: dict[str, None] = field(default_factory=dict)
    mentions: list[Span] = field(default_factory=list)


def entities(
    tagged: Iterable[Tagged], paragraphs: Sequence[str], body_text: str, headline: str | None = None
) -> tuple[Entity, ...]:
    """What is tagged in `paragraphs`, mentions of one code or name merged, with offsets into `body_text`: the same
    paragraphs in the same order, from which lines may have been taken out, and beginnings and ends cut off. What
    stands in those has no mention."""
    tagged = list(tagged)
    places = _places(paragraphs, body_text) if tagged else {}
    groups: dict[tuple[str, str], _Group] = {}
    for one in tagged:
        group = _group(groups, one)
        group.code = group.code or one.code
        group.role = group.role or one.role
        group.names[one.text] = None
        if span := _span(one, places, body_text):
            group.mentions.append(span)
    unique = dict.fromkeys(map(id, groups.values()))
    by_id = {id(group): group for group in groups.values()}
    return tuple(_entity(by_id[key], headline or "") for key in unique)


def _group(groups: dict[tuple[str, str], _Group], one: Tagged) -> _Group:
    by_name = (one.type, f"name {one.text.casefold()}")
    by_code = (one.type, f"code {one.code}") if one.code else by_name
    group = groups.get(by_code)
    if group is None:
        named = groups.get(by_name)
        group = named if named and None in (named.code, one.code) else _Group(one.type)
    groups[by_code] = group
    groups.setdefault(by_name, group)
    return group


def _entity(group: _Group, headline: str) -> Entity:
    name = max(group.names, key=lambda form: (len(form), not form.isupper()))
    return Entity(
        name=name,
        type=group.type,
        aliases=tuple(other for other in group.names if other != name),
        mentions=tuple(sorted(group.mentions, key=lambda span: span.start)),
        in_headline=any(other in headline for other in group.names),
        role=group.role,
        code=group.code,
    )


def _places(paragraphs: Sequence[str], body_text: str) -> dict[int, tuple[int, int, int]]:
    """Of each paragraph that is still there: where it begins in `body_text`, how much of its beginning was cut off,
    and where it ends in `body_text`."""
    final = body_text.split("\n\n")
    places: dict[int, tuple[int, int, int]] = {}
    at = next_ = 0
    for number, paragraph in enumerate(paragraphs):
        for ahead, candidate in enumerate(final[next_ : next_ + _LOOK_AHEAD]):
            cut = paragraph.find(candidate) if candidate else -1
            if cut < 0:
                continue
            at += sum(len(passed) + 2 for passed in final[next_ : next_ + ahead])
            places[number] = (at, cut, at + len(candidate))
            at += len(candidate) + 2
            next_ += ahead + 1
            break
    return places


def _span(one: Tagged, places: dict[int, tuple[int, int, int]], body_text: str) -> Span | None:
    if one.paragraph is None or one.paragraph not in places:
        return None
    begins, cut, ends = places[one.paragraph]
    start = begins + one.start - cut
    end = start + len(one.text)
    if start < begins or end > ends or body_text[start:end] != one.text:
        return None
    return Span(text=one.text, start=start, end=end)

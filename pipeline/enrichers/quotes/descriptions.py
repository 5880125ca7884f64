"""What else the story calls somebody: 'the mayor' where it names Mayor Luis Prado, 'the chamber' for CAMINPE where it
says 'the chamber of mining, CAMINPE'."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.enrichers.quotes.lexicon import words
from pipeline.story import Entity

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_REACH = 90
_BEFORE = re.compile(
    r"\b([Tt]he|[Aa]n?|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir) ((?:[\w'’-]+ ){0,5}?[\w'’-]+)"
    r"(?: (?:of|for|at|in) [^,.;]{2,60})?, $"
)
_DIRECT = re.compile(r"((?:[\w'’-]+ ){1,4})$")
_AFTER = re.compile(
    r"(?: \([^()]{1,20}\))?, (?:\d\d?, )?(?:who (?:is|was) )?(?:(?:the|an?|its|his|her|their) )?"
    r"((?:[\w'’-]+ ){0,5}?[\w'’-]+)(?=[,.;]| (?:of|for|at|in|with|to|who|which|that|based)\b|$)"
)
_MENTIONS = 2

Descriptions = Mapping[str, tuple[tuple[Entity, frozenset[str]], ...]]
"""Head of a description -> the entities it may stand for, each with all the words it is described by."""


def descriptions(entities: Sequence[Entity], text: str) -> Descriptions:
    """What may stand for the persons and organisations of a story, from their roles, names and appositions."""
    found: dict[str, dict[str, tuple[Entity, frozenset[str]]]] = defaultdict(dict)
    for entity in entities:
        if entity.type not in {"person", "organisation"} or not entity.mentions:
            continue
        phrases = [phrase.lower() for phrase in _phrases(entity, text)]
        described = {word for phrase in phrases for word in _WORD.findall(phrase)}
        heads = {phrase.split()[-1] for phrase in phrases if phrase}
        for head in heads & (words().people if entity.type == "person" else words().bodies):
            found[head][entity.name] = (entity, frozenset(described))
    return {head: tuple(each.values()) for head, each in found.items()}


def _phrases(entity: Entity, text: str) -> Iterator[str]:
    if entity.role:
        yield from (entity.role, *entity.role.split())
    if entity.type == "organisation":
        yield from (word for form in (entity.name, *entity.aliases) for word in _class_words(form))
    for mention in entity.mentions[:_MENTIONS]:
        before, after = text[max(mention.start - _REACH, 0) : mention.start], text[mention.end : mention.end + _REACH]
        if found := _BEFORE.search(before.rpartition("\n")[2]):
            yield found[2]
        elif (found := _DIRECT.search(before.rpartition("\n")[2])) and entity.type == "organisation":
            yield found[1].strip()
        if found := _AFTER.match(after.partition("\n")[0]):
            yield found[1]


def _class_words(form: str) -> Iterator[str]:
    """The words of an organisation's name that say what it is; a legal form says that it is a company."""
    for word in form.lower().split():
        if word.strip(",") in words().firm_names:
            yield from ("company", "firm", "group")
        yield word


def fitting(described: Descriptions, head: str, modifiers: Iterable[str], position: int) -> list[Entity]:
    """The entities, named before this offset, that a definite description can mean."""
    wanted = set(modifiers)
    return [
        entity
        for entity, known in described.get(head, ())
        if wanted <= known and any(mention.start < position for mention in entity.mentions)
    ]

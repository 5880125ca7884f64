"""What ninjs 2 and 3 name otherwise than ninjs 1 (https://iptc.org/std/ninjs/).

ninjs 2 names lists in the plural, calls the byline `by` and a concept's code its `uri` or `literal`; ninjs 3 writes
its names in camel case and the embargo `embargoedUntil`. Agencies mix the versions, so each field is read by the name
it has, whatever version the object says it is. Headlines, bodies and descriptions: see ninjs_texts.
"""

import re
from typing import Any

_READ = (
    "uri", "type", "profile", "version", "versioncreated", "firstcreated", "embargoed", "pubstatus", "urgency",
    "title", "headline", "headlines", "bodies", "descriptions", "slugline", "byline", "located", "language", "ednote",
    "usageterms", "copyrightholder", "copyrightnotice", "infosource", "genre", "subject", "person", "organisation",
    "place", "event", "object", "associations", "renditions",
)  # fmt: skip
_NEWER = {
    "guid": "uri",  # in the ninjs of Superdesk, which is between newsrooms
    "by": "byline",
    "embargoeduntil": "embargoed",
    "infosources": "infosource",
    "genres": "genre",
    "subjects": "subject",
    "people": "person",
    "organisations": "organisation",
    "organizations": "organisation",
    "places": "place",
    "events": "event",
    "objects": "object",
}
_NAMES = {**{name: name for name in _READ}, **_NEWER}
_HOLDING = ("pubstatus", "embargoed")
"""Fields that keep a story back."""
_DECLARED = re.compile(rb'"\$?standard"\s*:\s*\{[^{}]{0,400}?"version"\s*:\s*"(\d[\d.]{0,7})"')
_ONLY_3 = re.compile(
    rb'"(?:(?:version|first|content)Created|pubStatus|embargoedUntil|edNote|infoSources|usageTerms|copyrightHolder'
    rb'|representationType|contentType|altIds|eventDetails|plannedCoverage)"\s*:'
)
_ONLY_2 = re.compile(rb'"(?:headlines|bodies|descriptions|infosources|contenttype|literal)"\s*:')


def version(head: bytes) -> str | None:
    """The version of ninjs that the beginning of an item says it is, or shows by its names: '2.1', '3'."""
    if declared := _DECLARED.search(head):
        return declared[1].decode()
    return "3" if _ONLY_3.search(head) else "2" if _ONLY_2.search(head) else None


def as_ninjs_1(value: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The object with the fields that are read under their names in ninjs 1, and the names they came under.

    Of two fields that mean the same, the one named as in ninjs 1 is read and the other stays as it is. Where they
    disagree on whether the story may be used, both are one value that nobody understands: that withholds the story.
    """
    read = {name: content for name, content in value.items() if content is not None}
    given: dict[str, str] = {}
    for name in tuple(read):
        known = _NAMES.get(name.lower(), name)
        if known == name:
            continue
        if known not in read:
            read[known] = read.pop(name)
            given[known] = name
        elif known in _HOLDING and read[known] != read[name]:
            read[known] = [read[known], read.pop(name)]
    return read, given

"""What groups and threads are made of: the record that a published story sends, and what is kept of each story.

The record is the value of wire.fingerprints, keyed by the story's uri. The node is the document of the index
`<index>-relations` (search/relations.py), one a story. Neither holds text beyond what its traits need.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import orjson

from pipeline.errors import TerminalError
from pipeline.lifecycle.duplicates import duplicates, window
from pipeline.lifecycle.fingerprints import Fingerprint, fingerprint
from pipeline.lifecycle.threads import Traits, traits
from pipeline.story import Story

MOST_VERSIONS = 8
"""Fingerprints kept of a story, those of its newest versions. Beyond it, groups may depend on the order of arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One published version of one story, and which group and thread its readers believe it to be in."""

    uri: str
    revision: int
    time: int
    """Of this version, seconds since 1970."""
    fingerprint: Fingerprint | None = None
    traits: Traits | None = None
    group: str | None = None
    thread: str | None = None
    relations: int = 0
    """How often this version was sent again because of its group or thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What is kept of one version of a story."""

    revision: int
    time: int
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One story among those that it may be related to, over all of its versions."""

    uri: str
    first: int
    """Time of the earliest version seen, seconds since 1970."""
    last: int
    """Time of the latest version seen."""
    newest: int = -1
    """The largest revision seen: that of `traits`."""
    bands: tuple[str, ...] = ()
    """Those of all `versions`."""
    keys: tuple[str, ...] = ()
    group: str | None = None
    """`node_id` of the story that founded its group; None while it is alone."""
    thread: str | None = None
    """`node_id` of the story that its thread is named after; None while it is alone."""
    changed: int = -1
    """Offset of the message that last changed group or thread: when it comes again, the order goes out again."""
    versions: tuple[Version, ...] = ()
    """Ascending by revision, at most MOST_VERSIONS."""
    traits: Traits | None = None


def record(story: Story) -> bytes:
    """The record of a story that has become visible, as JSON."""
    time = story.versioncreated or story.provenance.received
    return orjson.dumps(
        Record(
            uri=story.uri,
            revision=story.revision,
            time=int(time.timestamp()) if time else 0,
            fingerprint=fingerprint(story),
            traits=traits(story),
            group=story.group,
            thread=story.thread,
            relations=story.provenance.relations_revision,
        )
    )


def decode_record(data: bytes) -> Record:
    """The record in `data`; TerminalError with a sentence when it is none."""
    try:
        return msgspec.convert(orjson.loads(data), Record)
    except (orjson.JSONDecodeError, msgspec.ValidationError) as error:
        raise TerminalError(f"Not a record of a published story: {error}.") from error


def opened(source: Mapping[str, Any]) -> Node:
    """The node in a document; without fingerprints and traits where these are of a form that is none any more."""
    try:
        return msgspec.convert(source, Node)
    except msgspec.ValidationError:
        return msgspec.convert({**source, "versions": (), "traits": None}, Node)


def node_id(uri: str) -> str:
    """The id of a story's node: 64 hex digits, however long the uri is."""
    return hashlib.sha256(uri.encode()).hexdigest()


def public_id(founder: str | None) -> str | None:
    """The id by which the public knows the group or thread that this node founded."""
    return founder[:16] if founder else None


def learned(node: Node | None, said: Record) -> Node:
    """The node with one more version; of an unknown story a new one. In any order, and however often, the same."""
    if node is None:
        node = Node(uri=said.uri, first=said.time, last=said.time)
    versions = {version.revision: version for version in node.versions}
    if said.fingerprint:
        versions[said.revision] = Version(revision=said.revision, time=said.time, fingerprint=said.fingerprint)
    kept = tuple(versions[revision] for revision in sorted(versions)[-MOST_VERSIONS:])
    newer = said.revision >= node.newest
    return replace(
        node,
        first=min(node.first, said.time),
        last=max(node.last, said.time),
        newest=max(node.newest, said.revision),
        versions=kept,
        bands=tuple(dict.fromkeys(band for version in kept for band in version.fingerprint.bands)),
        traits=said.traits if newer else node.traits,
        keys=said.traits.keys if newer and said.traits else node.keys,
    )


def settled(node: Node | None, said: Record) -> bool:
    """Whether the record tells nothing new but what its story's readers believe: an earlier one of the same version
    was processed, and is why it was sent again."""
    known = node and said.revision in {node.newest, *(version.revision for version in node.versions)}
    return bool(known and said.relations)


def same_news(version: Version, other: Node) -> bool:
    """Whether any version of `other` is a near-duplicate of `version`, and near enough in time."""
    reach = window(version.fingerprint)
    return any(
        abs(version.time - each.time) <= min(reach, window(each.fingerprint)).total_seconds()
        and duplicates(version.fingerprint, each.fingerprint)
        for each in other.versions
    )


def hours_apart(node: Node, other: Node) -> float:
    """Hours between the lives of two stories, 0 where they overlap."""
    return max(node.first - other.last, other.first - node.last, 0) / 3600

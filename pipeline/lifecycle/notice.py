"""What an advisory makes of a story that it names."""

from dataclasses import replace
from datetime import datetime

from pipeline.lifecycle.orders import Order
from pipeline.lifecycle.revision import revision
from pipeline.story import PubStatus, Story, tombstone

_LAST = "4095"
"""No version number is greater: see lifecycle/revision.py."""
_STATUS: dict[str, PubStatus] = {"kill": "canceled", "withhold": "withheld"}


def moment(advisory: Story) -> datetime | None:
    """When the advisory was sent, by its own word or else when it came."""
    return advisory.versioncreated or advisory.provenance.received


def effect(advisory: Story, uri: str) -> Story | Order:
    """What is to arrive for the story `uri`: a version that kills or withholds it, or the order to release it.

    The version is later than all that the story said before the advisory came.
    """
    assert advisory.advisory
    times = [time for time in (advisory.versioncreated, advisory.provenance.received) if time]
    time = max(times, default=None)
    if advisory.advisory.kind == "release":
        return Order(kind="release", uri=uri, time=time)
    status = _STATUS[advisory.advisory.kind]
    made = replace(advisory.provenance, channel=None, sequence=None)
    version = replace(tombstone(advisory), uri=uri, pubstatus=status, provenance=made)
    return _at(version, time)


def released(text: Story, time: datetime | None) -> Story:
    """The version that releases a withheld story whose text is `text`, at that time."""
    return _at(replace(text, pubstatus="usable"), time)


def _at(story: Story, time: datetime | None) -> Story:
    """`story` as its last version of that second."""
    last = replace(story, versioncreated=time, version=_LAST)
    return replace(last, version=None, revision=revision(last, None))

"""A batch of the stage `publish` worked out: what is to be kept, entered and sent. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pipeline.life import Life
from pipeline.lifecycle.changes import changes
from pipeline.lifecycle.life import Step, again, arrived, behind, due, overruling, related
from pipeline.lifecycle.naming import names
from pipeline.lifecycle.notice import released
from pipeline.lifecycle.orders import Order
from pipeline.search.ledger import Version
from pipeline.stages.published import mark
from pipeline.story import Story, tombstone


@dataclass(slots=True)
class Page:
    """What is known of the stories of a batch, changed message by message."""

    lives: dict[str, Life]
    stored: dict[tuple[str, int], Story]
    """Of each story the versions that its life names, where they are kept."""
    now: datetime
    kept: dict[tuple[str, int], Version] = field(default_factory=dict)
    """Versions to be kept."""
    outputs: dict[str, Story] = field(default_factory=dict)
    """What the readers of each story are to be sent: of several changes the last."""
    strips: dict[str, int] = field(default_factory=dict)
    """Stories whose versions up to a revision lose their text."""
    arrivals: set[str] = field(default_factory=set)
    """Stories of which a version came that an advisory may be about."""

    def arrive(self, story: Story) -> None:
        """A version comes in."""
        story = replace(story, changes=None, reinstates=None, group=None, thread=None)
        before = self.lives.get(story.uri)
        story = overruling(before, story)
        step = arrived(before, story, self.now)
        if step.life.newest == story.revision:
            time = story.versioncreated or story.provenance.received
            step = replace(
                step, life=replace(step.life, time=_utc(time), names=names(story) or (before.names if before else ()))
            )
        if story.pubstatus != "canceled" and step.life.newest == story.revision:
            self.arrivals.add(story.uri)
        if before and story.pubstatus == "canceled" and step.life.killed is not None:
            self.strips[story.uri] = step.life.killed
        self._take(step, story)

    def order(self, order: Order) -> None:
        """The story is to be looked at again."""
        before = self.lives.get(order.uri)
        if before is None:
            return
        match order.kind:
            case "due":
                step = due(before, self.now)
            case "again":
                if order.stands is not None and behind(before, order.stands):
                    return
                step = again(before)
            case "relate":
                step = related(before, order.group, order.thread)
            case "release":
                self._release(before, order.time)
                return
        self._take(step, None)

    def _release(self, life: Life, time: datetime | None) -> None:
        """The withheld story's text, which the withheld version has or the one before it, is usable again."""
        versions = [self.stored.get((life.uri, revision)) for revision in (life.newest, life.over or -1)]
        texts = [story for story in versions if story and (story.body_text or story.headline)]
        if life.status == "withheld" and texts:
            self.arrive(released(texts[0], time))
        else:
            # Perhaps the order was carried out before, and what it caused was not sent.
            self._take(again(life), None)

    def _take(self, step: Step, story: Story | None) -> None:
        life = self.lives[step.life.uri] = step.life
        if story and not step.stored:
            self._keep(Version(story, stripped=step.stripped))
        newest = self.stored.get((life.uri, life.newest)) or story
        if step.action == "none" or newest is None:
            return
        match step.action:
            case "kill":
                self.outputs[life.uri] = tombstone(newest)
            case "hide":
                self.outputs[life.uri] = mark(newest)
            case "publish":
                shown = self._told(newest, step)
                # What it changed holds the text of another version, which may be killed: the history has each once.
                self._keep(Version(replace(shown, changes=None), shown=True))
                made = replace(shown.provenance, relations_revision=life.relations)
                self.outputs[life.uri] = replace(shown, group=life.group, thread=life.thread, provenance=made)

    def _told(self, story: Story, step: Step) -> Story:
        """The story with what it changed against the version that was public before it."""
        since = step.life.since
        base = self.stored.get((story.uri, since)) if since is not None else None
        found = changes(base, story) if base else None
        return replace(story, changes=found, reinstates=story.reinstates or step.reinstates)

    def _keep(self, version: Version) -> None:
        key = version.story.uri, version.story.revision
        earlier = self.stored.get(key)
        if earlier and not version.shown and not version.stripped:
            if version.story.provenance.enrichment_revision <= earlier.provenance.enrichment_revision:
                return  # The first of equals stays, as in the history.
            # The same version enriched anew still reinstates what it reinstated.
            version = replace(version, story=replace(version.story, reinstates=earlier.reinstates))
        self.kept[key] = version
        self.stored[key] = tombstone(version.story) if version.stripped else version.story


def looked_up(lives: Iterable[Life]) -> list[tuple[str, int]]:
    """The versions that a page needs of the stories with these lives."""
    needed = ((life.uri, revision) for life in lives for revision in _named(life))
    return sorted({(uri, revision) for uri, revision in needed if revision is not None})


def _named(life: Life) -> tuple[int | None, ...]:
    return life.newest, life.shown, life.since, life.over


def changed(lives: Mapping[str, Life], before: Mapping[str, Life]) -> dict[str, Life]:
    """The lives that differ from those read."""
    return {uri: life for uri, life in lives.items() if life != before.get(uri)}


def _utc(time: datetime | None) -> datetime | None:
    try:
        return time.astimezone(UTC) if time else None
    except OverflowError:
        return time.replace(tzinfo=UTC) if time else None

"""What each message changes in the life of a story. Pure; the stage `publish` does the rest.

One rule: the newest revision decides. A story may be seen when its newest version is usable and its embargo is over.

    usable                    seen
    usable, under embargo     held until then; once let out it stays out, whatever the clock says later
    withheld                  hidden until a newer version
    canceled                  gone, with every version up to the kill's revision, whenever they come

What re-sends an old text lifts nothing: only a version with a version time later than the kill's reinstates, and a
copy without version and time does not release what is withheld. Such a copy is ordered by when it came, so a kill that
comes after it wins though it was sent before. Of versions with one revision the first that came stands, and is sent
again.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pipeline.life import Life
from pipeline.lifecycle.revision import composed
from pipeline.story import Story

Action = Literal["publish", "hide", "kill", "none"]
"""publish: send the newest version. hide: send a mark in its place. kill: send the tombstone. none: send nothing."""

MOST_RELATIONS = 127
"""Times that one version is published anew, with another group or thread or without what a killed version said: see
lifecycle/revision.py."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one message does to a story."""

    life: Life
    action: Action
    stored: bool = False
    """Whether it is the version that the history already holds that counts, and not the one in the message."""
    stripped: bool = False
    """Whether this version may not be kept with its text."""
    reinstates: int | None = None
    """The revision of the kill that it lifts."""


def arrived(life: Life | None, story: Story, now: datetime) -> Step:
    """A version arrives, perhaps again."""
    if life is None:
        life = Life(uri=story.uri, newest=-1, status="usable")
    if story.pubstatus == "canceled":
        return _kill(life, story)
    if story.revision < life.newest or not _counts(life, story):
        stripped = life.killed is not None and (story.revision <= life.killed or life.status == "canceled")
        if story.pubstatus == life.status == "withheld":
            # Perhaps it is the one that decides, raised above what it overruled, and comes again.
            return replace(again(life), stored=False, stripped=stripped)
        return _left(life, stripped)
    if story.revision == life.newest and story.provenance.enrichment_revision <= life.enrichment:
        return again(_let_out(life, now))
    return replace(again(_let_out(_newest_is(life, story), now)), stored=False)


def due(life: Life, now: datetime) -> Step:
    """The embargo may be over."""
    let_out = _let_out(life, now)
    return Step(life=life, action="none") if let_out == life and not life.released else again(let_out)


def again(life: Life) -> Step:
    """The newest version has to be sent once more."""
    if life.status == "canceled":
        return Step(life=life, action="kill", stored=True)
    if life.released:
        lifted = life.killed if life.shown is None else None
        since = life.since if life.shown == life.newest else life.shown
        life = replace(life, public=True, shown=life.newest, since=since)
        return Step(life=life, action="publish", stored=True, reinstates=lifted)
    return Step(life=life, action="hide" if life.public else "none", stored=True)


def related(life: Life, group: str | None, thread: str | None) -> Step:
    """The story's group and thread are these now."""
    if (life.group, life.thread) != (group, thread):
        relations = min(life.relations + 1, MOST_RELATIONS)
        life = replace(life, group=group, thread=thread, relations=relations)
    return again(life) if life.released else Step(life=life, action="none", stored=True)


def behind(life: Life, stands: int) -> bool:
    """Whether the document with the version `stands` is newer than all that is known of the story: the ledger was lost,
    and to send the story once more would have it ordered once more, for ever."""
    shown = life.released or life.status == "canceled"
    return composed(life.newest, shown, life.enrichment, life.relations) < stands


def visible(life: Life | None) -> bool:
    """Whether the story may be seen."""
    return life is not None and life.status == "usable" and life.released


def _kill(life: Life, story: Story) -> Step:
    killed = max(story.revision, life.killed or 0)
    if story.revision < life.newest:
        shown = life.shown if life.shown is not None and life.shown > killed else None
        over = life.over if life.over is not None and life.over > killed else None
        life = _untold(replace(life, killed=killed, shown=shown, over=over), killed)
        # Perhaps it is the kill that decides, as above; and what readers have may tell what was killed.
        return replace(again(life), stored=False, stripped=True)
    known = story.revision == life.newest
    life = replace(_newest_is(life, story), public=True, shown=None, killed=killed)
    return Step(life=life, action="kill", stored=known, stripped=True)


def _untold(life: Life, killed: int) -> Life:
    """The life in which the newest version says nothing of a version that is killed: it is another to the index."""
    if life.since is None or life.since > killed:
        return life
    return replace(life, since=None, relations=min(life.relations + 1, MOST_RELATIONS))


def _left(life: Life, stripped: bool) -> Step:
    """A version that changes nothing for the readers."""
    return Step(life=life, action="none", stripped=stripped)


def _newest_is(life: Life, story: Story) -> Life:
    """The life in which `story` decides, and is not let out."""
    same = story.revision == life.newest
    set_aside = life.newest if life.status == "usable" and life.newest >= 0 else life.over
    return replace(
        life,
        newest=story.revision,
        status=story.pubstatus,
        over=set_aside if story.pubstatus == "withheld" else None,
        timed=story.versioncreated is not None,
        numbered=story.version is not None,
        embargoed=story.embargoed if story.pubstatus == "usable" else None,
        released=same and life.released,
        enrichment=story.provenance.enrichment_revision,
        relations=life.relations if same else 0,
    )


def _counts(life: Life, story: Story) -> bool:
    """Whether a version that is newest by its revision may decide."""
    if life.status == "canceled":
        return story.versioncreated is not None
    if life.status == "withheld" and story.pubstatus == "usable":
        return story.versioncreated is not None or story.version is not None
    return True


def overruling(life: Life | None, story: Story) -> Story:
    """`story`, and if it restricts a newest version that was only ordered by when it came, as the newer of the two."""
    if life is None or story.revision >= life.newest or story.pubstatus == "usable" or life.status == "canceled":
        return story
    if life.timed or (life.numbered and story.pubstatus == "withheld"):
        return story
    return replace(story, revision=life.newest | (3 if story.pubstatus == "canceled" else 1))


def _let_out(life: Life, now: datetime) -> Life:
    free = life.status == "usable" and (life.embargoed is None or life.embargoed <= now)
    return replace(life, released=life.released or free)

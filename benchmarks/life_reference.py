"""What must be visible of stories, in a few lines that share nothing with the code under test but the revision.

tests/stages/test_life.py holds the stage `publish` against it in memory, benchmarks/lives.py the whole pipeline on real
engines.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.lifecycle.revision import revision
from pipeline.story import Story


@dataclass
class Reference:
    """What must be visible: of each story's versions the newest decides, a kill ends all that is not later."""

    versions: dict[str, list[Story]] = field(default_factory=lambda: defaultdict(list))
    advised: dict[str, list[Story]] = field(default_factory=lambda: defaultdict(list))
    """What advisories make of a story, if it was sent before them."""
    let_out: set[tuple[str, int]] = field(default_factory=set)

    def advise(self, advisory: Story, uri: str) -> None:
        """An advisory kills `uri` as far as it was sent before it."""
        kill = Story(uri=uri, pubstatus="canceled", version="4095", versioncreated=advisory.versioncreated)
        self.advised[uri].append(replace(kill, revision=revision(kill, None)))

    def newest(self, uri: str) -> Story | None:
        """The version that decides."""
        sent = [each.versioncreated for each in self.versions[uri] if each.versioncreated]
        kills = [
            kill
            for kill in self.advised[uri]
            if any(kill.versioncreated and time <= kill.versioncreated for time in sent)
        ]
        versions = [*self.versions[uri], *kills]
        if any(each.pubstatus == "canceled" for each in versions):
            versions = [each for each in versions if each.pubstatus == "canceled" or each.versioncreated]
        elif any(each.pubstatus == "withheld" for each in versions):
            versions = [e for e in versions if e.pubstatus == "withheld" or e.versioncreated or e.version]
        return max(versions, key=lambda each: each.revision, default=None)

    def killed(self) -> Iterator[tuple[str, int]]:
        """The kills of stories that were there: up to these revisions nothing may be left."""
        for uri in self.versions:
            yield from ((uri, each.revision) for each in self.versions[uri] if each.pubstatus == "canceled")

    def visible(self, now: datetime) -> dict[str, tuple[int, str]]:
        """Revision and text of each story that may be seen."""
        found = {}
        for uri in self.versions:
            story = self.newest(uri)
            if story is None or story.pubstatus != "usable":
                continue
            key = uri, story.revision
            if story.embargoed is None or story.embargoed <= now or key in self.let_out:
                self.let_out.add(key)
                found[uri] = story.revision, story.body_text
        return found

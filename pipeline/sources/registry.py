"""The kinds of sources: the one place where they are registered."""

from pipeline.sources.base import Feed, Kind
from pipeline.sources.folder import FOLDER
from pipeline.sources.kafka_topic import KAFKA
from pipeline.sources.mailbox import MAILBOX
from pipeline.sources.push import PUSH
from pipeline.sources.remote import REMOTE
from pipeline.sources.web import WEB

KINDS: tuple[Kind, ...] = (FOLDER, WEB, REMOTE, MAILBOX, KAFKA, PUSH)


def kind_of(feed: Feed) -> Kind:
    """How `feed` is read."""
    return next(kind for kind in KINDS if kind.feed is type(feed))

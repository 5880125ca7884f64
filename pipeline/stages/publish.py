"""publish: enriched stories -> what readers get, by the one rule that the newest revision decides.

All that concerns a story passes one partition, and a worker takes one batch at a time, so that wire.stories has the
versions of a story in the order in which they were decided on. Before anything is sent it stands in the books; what
was written and not sent is sent when the message comes again. Should a worker that was taken for dead still send an
older version, the index stage sees that it is older, and has the newest sent again.
"""

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from pipeline.errors import TerminalError, TransientError
from pipeline.lifecycle import orders
from pipeline.lifecycle.naming import fits, target_name, window
from pipeline.lifecycle.notice import effect, moment
from pipeline.lifecycle.orders import Order, ordered
from pipeline.lifecycle.relations import record
from pipeline.messages import Message, Send, dead_letter
from pipeline.search.client import connect_async
from pipeline.search.ledger import Failure, TooMuchError
from pipeline.settings import Settings
from pipeline.stages.books import Books, IndexBooks
from pipeline.stages.outcome import Again, Done, Outcome, Priority, Tick, Work
from pipeline.stages.page import Page, changed, looked_up
from pipeline.stages.published import published
from pipeline.story import Advisory, Story, decode, encode, tombstone
from pipeline.topics import ENRICHED, FINGERPRINTS, ORDERS

NAME = "publish"
TICK = 0.2
"""Seconds between looks for embargoes that are over."""
PATIENCE = 2.0
"""Seconds until a story whose embargo is over, and that is still held, is ordered again."""

Asked = Story | Order


@asynccontextmanager
async def open_publish(
    settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> AsyncIterator[Work]:
    """The publish stage, with its client."""
    client = connect_async(settings)
    books = IndexBooks(client, settings)

    async def process(batch: Sequence[Message], _priority: Priority) -> list[Outcome]:
        return await publish(books, batch, clock())

    try:
        yield Work(process, releases(books, clock), TICK, alone=True)
    finally:
        await client.close()


async def publish(books: Books, batch: Sequence[Message], now: datetime) -> list[Outcome]:
    """What becomes of each message of a batch: the whole stage, but for where the books are kept."""
    try:
        return await _publish(books, batch, now)
    except TooMuchError:  # small messages about large stories: one half after the other
        half = len(batch) // 2
        return [*await publish(books, batch[:half], now), *await publish(books, batch[half:], now)]


async def _publish(books: Books, batch: Sequence[Message], now: datetime) -> list[Outcome]:
    asked = [_decoded(message) for message in batch]
    known = await books.entries({each.uri for each in asked if not isinstance(each, TerminalError)})
    before = {uri: entry.life for uri, entry in known.items()}
    page = Page(dict(before), await books.versions(looked_up(before.values())), now)
    for each in asked:
        if isinstance(each, Story):
            page.arrive(each)
        elif isinstance(each, Order):
            page.order(each)
    failed: dict[str, Failure] = {
        uri: error for (uri, _), error in (await books.keep(list(page.kept.values()))).items()
    }
    lives = {uri: life for uri, life in changed(page.lives, before).items() if uri not in failed}
    failed |= await books.enter(lives, known)
    await books.strip({uri: revision for uri, revision in page.strips.items() if uri not in failed})
    sends = await _sends(books, page, [each for each in asked if isinstance(each, Story) and each.uri not in failed])
    return _outcomes(batch, asked, sends, failed)


async def _sends(books: Books, page: Page, stories: Sequence[Story]) -> dict[str, list[Send]]:
    """What is to be sent because of each story, by its uri."""
    reached = [(story.uri, await _reached(books, story)) for story in stories if story.advisory]
    sends = {uri: list(_public(output)) for uri, output in page.outputs.items()} | await _advised(books, page)
    for uri, effects in reached:
        sends.setdefault(uri, []).extend(effects)
    return sends


def releases(books: Books, clock: Callable[[], datetime]) -> Tick:
    """Orders for the stories whose embargo is over, each once in PATIENCE seconds."""
    sent: dict[str, float] = {}

    async def tick() -> tuple[Send, ...]:
        now = time.monotonic()
        for uri in [uri for uri, since in sent.items() if now - since > PATIENCE]:
            del sent[uri]
        uris = [uri for uri in await books.due(clock()) if uri not in sent]
        sent.update(dict.fromkeys(uris, now))
        return tuple(ordered(Order(kind="due", uri=uri)) for uri in uris)

    return tick


def _decoded(message: Message) -> Asked | TerminalError:
    try:
        return orders.decode(message.value) if message.topic == ORDERS else decode(message.value)
    except TerminalError as error:
        return error


def _outcomes(
    batch: Sequence[Message],
    asked: Sequence[Asked | TerminalError],
    sends: Mapping[str, Sequence[Send]],
    failed: Mapping[str, Failure],
) -> list[Outcome]:
    """One outcome a message. What a story's readers are sent goes with the last message about it."""
    last = {each.uri: number for number, each in enumerate(asked) if not isinstance(each, TerminalError)}
    found: list[Outcome] = []
    for number, (message, each) in enumerate(zip(batch, asked, strict=True)):
        error = each if isinstance(each, TerminalError) else failed.get(each.uri)
        if isinstance(error, TransientError):
            found.append(Again(error))
        elif isinstance(error, TerminalError):
            found.append(Done((dead_letter(message, NAME, error),)))
        else:
            assert not isinstance(each, TerminalError)
            caused = sends.get(each.uri, ()) if last[each.uri] == number else ()
            found.append(Done((*caused, *_unclear(message, each))))
    return found


def _unclear(message: Message, asked: Asked) -> Iterator[Send]:
    """The dead letter of an advisory that does not say which story it means: a person has to read it."""
    if isinstance(asked, Story) and asked.advisory and not any(_named(asked)):
        what = f"This is to {asked.advisory.kind} a story and does not say which."
        yield dead_letter(message, NAME, TerminalError(what, item=asked.uri))


def _public(story: Story) -> tuple[Send, ...]:
    if story.pubstatus != "usable":
        return published(story)
    return (*published(story), Send(topic=FINGERPRINTS, key=story.uri.encode(), value=record(story)))


def _named(advisory: Story) -> Iterator[tuple[str | None, str | None]]:
    """(uri, None) or (None, name) of each story that the advisory names."""
    assert advisory.advisory
    for target in advisory.advisory.targets:
        if target.uri:
            yield target.uri, None
        elif name := target_name(target, advisory):
            yield None, name


async def _reached(books: Books, advisory: Story) -> list[Send]:
    """What the advisory does to the stories that it names and that are there."""
    uris: list[str] = []
    for uri, name in _named(advisory):
        if uri:
            uris.append(uri)
        elif name and (sent := moment(advisory)):
            await books.note(name, _noted(advisory))
            uris += await books.called(name, window(name, sent))
    return [_effect(advisory, uri) for uri in dict.fromkeys(uris) if uri != advisory.uri]


def _noted(advisory: Story) -> Story:
    """What is kept of an advisory under each name: what its effect needs."""
    assert advisory.advisory
    return replace(tombstone(advisory), advisory=Advisory(kind=advisory.advisory.kind))


async def _advised(books: Books, page: Page) -> dict[str, list[Send]]:
    """What advisories that were here first do to the stories that came in, by uri. Those are not to be seen."""
    lives = [page.lives[uri] for uri in page.arrivals]
    noted = await books.noted({name for life in lives for name in life.names})
    found: dict[str, list[Send]] = {}
    for life in lives:
        named = [
            advisory
            for name in life.names
            for advisory in noted.get(name, ())
            if (sent := moment(advisory)) and advisory.uri != life.uri and fits(name, sent, life.time or sent)
        ]
        newest = max(named, key=_decides, default=None)
        made = effect(newest, life.uri) if newest else None
        if newest and isinstance(made, Story) and made.revision > life.newest:
            found[life.uri] = [_effect(newest, life.uri)]
    return found


def _decides(advisory: Story) -> tuple[bool, int]:
    """Which of several advisories counts: a kill, since no release lifts it, else the newest."""
    return advisory.pubstatus == "canceled", advisory.revision


def _effect(advisory: Story, uri: str) -> Send:
    made = effect(advisory, uri)
    if isinstance(made, Order):
        return ordered(made)
    return Send(topic=ENRICHED, key=uri.encode(), value=encode(made))

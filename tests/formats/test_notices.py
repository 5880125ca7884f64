"""Which messages kill, withhold or release other stories, which stories those are, and which messages only look so."""

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats import notice_targets, notice_words, notices
from pipeline.formats.base import Item
from pipeline.formats.registry import read
from pipeline.story import Advisory, AdvisoryKind, Dateline, Story, Target, encode


def slugs(*names: str) -> list[Target]:
    return [Target(slugline=name) for name in names]


def headlines(*names: str) -> list[Target]:
    return [Target(headline=name) for name in names]


def numbers(channel: str | None, *sequence: int) -> list[Target]:
    return [Target(channel=channel, sequence=number) for number in sequence]


LIST = """MANDATORY KILL

EDITORS: Kill the following stories:
- BC-EU--Italy-Ferry
- Owner of ferry held in Genoa
- "Ferry found", sent at 0526 GMT
- W7788

They name the wrong ship. The story headlined "Ferry in port" is correct."""

ADVISORIES: list[tuple[str, AdvisoryKind, Sequence[Target]]] = [
    # labels
    ("KILL: Ferry sinks off Ancona\n\nThe report was wrong.", "kill", headlines("Ferry sinks off Ancona")),
    ("KILL NOTICE: Ferry sinks off Ancona\n\nRemove at once.", "kill", headlines("Ferry sinks off Ancona")),
    ("URGENT KILL\nBC-EU--Italy-Ferry", "kill", slugs("BC-EU--Italy-Ferry")),
    ("MANDATORY ELIMINATION\nBC-EU--Italy-Ferry\nThe name is wrong.", "kill", slugs("BC-EU--Italy-Ferry")),
    ("BC-EU--Italy-Ferry, Mandatory Kill\n\nThe name is wrong.", "kill", slugs("BC-EU--Italy-Ferry")),
    ("KILL BC-EU--Italy-Ferry\n\nWrong ship.", "kill", slugs("BC-EU--Italy-Ferry")),
    ("KILL NOTICE\n\nSlugged ITALY-FERRY. A new story follows.", "kill", slugs("ITALY-FERRY")),
    ("ZURÜCKGEZOGEN: Fähre gesunken\n\nDie Meldung war falsch.", "kill", headlines("Fähre gesunken")),
    ("À DÉTRUIRE: Naufrage au large d’Ancône\n\nErreur.", "kill", headlines("Naufrage au large d’Ancône")),
    ("HOLD: Ferry sinks off Ancona\n\nPolice want time.", "withhold", headlines("Ferry sinks off Ancona")),
    ("HOLD RELEASED: Ferry sinks off Ancona\n\nIt is right.", "release", headlines("Ferry sinks off Ancona")),
    # slugs
    ("EDITORS: Kill the story slugged BC-A-B sent at 0426 GMT.", "kill", slugs("BC-A-B")),
    ('Eds: please kill the story with the slug "Italy Ferry".', "kill", slugs("Italy Ferry")),
    ("Editors: please kill the story slugged Ferry, moved earlier.", "kill", slugs("Ferry")),
    ("Editors: kill the stories slugged BC-A, BC-B and BC-C-D.", "kill", slugs("BC-A", "BC-B", "BC-C-D")),
    ("Editors: story slugged BC-Ferry should be disregarded.", "kill", slugs("BC-Ferry")),
    ("RETRACTION\nEditors: retract the story slugged BC-A-B.", "kill", slugs("BC-A-B")),
    ("MANDATORY KILL\nBC-PERU-UNREST\nKill story slugged PERU-UNREST.", "kill", slugs("PERU-UNREST", "BC-PERU-UNREST")),
    ("Editors: please withhold BC-EU--Italy-Ferry.", "withhold", slugs("BC-EU--Italy-Ferry")),
    ("Editors: Do not use the story slugged BC-A-B until it is confirmed.", "withhold", slugs("BC-A-B")),
    ("REINSTATES\nEditors: we reinstate the story slugged BC-A-B, killed today.", "release", slugs("BC-A-B")),
    # headlines
    ("Please kill the story headlined Ferry sinks, sent at 0426 GMT.", "kill", headlines("Ferry sinks")),
    ("Eds: kill the story headlined 'Minister's wife held' sent today.", "kill", headlines("Minister's wife held")),
    ('Editors: Please disregard our alert headlined "Ferry sinks".', "kill", headlines("Ferry sinks")),
    ("MANDATORY KILL\n\nMeridian is withdrawing its story headlined “A B”.", "kill", headlines("A B")),
    ('Bitte die Meldung mit der Überschrift "Fähre sinkt" nicht mehr verwenden.', "kill", headlines("Fähre sinkt")),
    ("Prière de détruire la dépêche intitulée « Naufrage ».", "kill", headlines("Naufrage")),
    ("Veuillez ne pas utiliser l’article titré « Naufrage ».", "kill", headlines("Naufrage")),
    ('AVISO ANULACIÓN\n\nSe anula la noticia titulada "Naufragio" por error.', "kill", headlines("Naufragio")),
    ("Rogamos no publicar la nota titulada «Naufragio».", "kill", headlines("Naufragio")),
    ("Rogamos retener la nota titulada «Naufragio».", "withhold", headlines("Naufragio")),
    ('EDITORS: The embargo on the story headlined "Jobs" has been lifted.', "release", headlines("Jobs")),
    # numbers, in the message's own channel where none is said
    ("ZCZC ABC0457\nBUST BUST BUST\nPls bust message 0456.\nNNNN", "kill", numbers("ABC", 456)),
    ("ZCZC ABC0457\nMANDATORY KILL\nPlease kill messages 0450, 0451 and 0453.\nNNNN", "kill",
     numbers("ABC", 450, 451, 453)),
    ("Attention: subscribers. Kill W7788. It names a wrong ship.", "kill", numbers("W", 7788)),
    ("Editors: kill a0123 and W7788.", "kill", [*numbers("a", 123), *numbers("W", 7788)]),
    ("Annulation, à détruire\nVeuillez ne pas utiliser la dépêche 0456.", "kill", numbers(None, 456)),
    ("Wir bitten, die Meldung bdt0456 zu vernichten.", "kill", numbers("bdt", 456)),
    ("Achtung Redaktionen: Wir ziehen die Meldung bdt0456 vom 4. März zurück.", "kill", numbers("bdt", 456)),
    ("La nota W7788 queda anulada. Rogamos disculpas.", "kill", numbers("W", 7788)),
    ("SPERRVERMERK\nBitte die Meldung bdt0456 vorerst nicht verwenden.", "withhold", numbers("bdt", 456)),
    ("KILL RESCINDED\nThe kill of W7788 is rescinded.", "release", numbers("W", 7788)),
    ("FREIGABE\nDie Sperrfrist für die Meldung bdt0456 ist aufgehoben.", "release", numbers("bdt", 456)),
    ("EMBARGO LEVÉ\nLa dépêche 0456 peut désormais être utilisée.", "release", numbers(None, 456)),
    # ids
    ("EDITORS: Kill https://news.example/a/17 and tag:a.example,2026:17.", "kill",
     [Target(uri="https://news.example/a/17"), Target(uri="tag:a.example,2026:17")]),
    ("Editors: please kill the mail with Message-ID <17@a.example>.", "kill", [Target(uri="mid:17@a.example")]),
    # several names of one story, and of several
    ('Editors: kill the story W7788 headlined "A B".', "kill", [Target(channel="W", sequence=7788, headline="A B")]),
    ("Editors: kill BC-A-B (W7788) and BC-C-D (W7790).", "kill",
     [Target(channel="W", sequence=7788, slugline="BC-A-B"), Target(channel="W", sequence=7790, slugline="BC-C-D")]),
    ("Editors: kill the story slugged BC-A-B and the one headlined “A B”.", "kill",
     [*slugs("BC-A-B"), *headlines("A B")]),
    (LIST, "kill",
     [*slugs("BC-EU--Italy-Ferry"), *headlines("Owner of ferry held in Genoa", "Ferry found"), *numbers("W", 7788)]),
    # names that are only reasons, or replace what is killed
    ("Editors: kill BC-A-B, because the story slugged BC-C-D is right.", "kill", slugs("BC-A-B")),
    ("Editors: kill BC-A-B and use instead BC-C-D.", "kill", slugs("BC-A-B")),
    ("Editors: kill BC-A-B. The story slugged BC-C-D will replace it.", "kill", slugs("BC-A-B")),
    ("Editors: The story slugged BC-A-B, which quotes BC-C-D, is withdrawn.", "kill", slugs("BC-A-B")),
    ("Achtung Redaktionen: Wir ziehen bdt0456 zurück, weil bdt0400 falsch war.", "kill", numbers("bdt", 456)),
    # no story that can be made out
    ("KILL KILL KILL\n\nThe story on the ferry is wrong.", "kill", ()),
    ("Editors: Please kill the ferry story.", "kill", ()),
    ("Please kill the story on the A380 crash at 0426 GMT.", "kill", ()),
    ("KILL: the ferry story\n\nIt is wrong.", "kill", ()),
    ("Achtung Redaktionen: Bitte unsere Meldung zur Fähre nicht verwenden.", "kill", ()),
]  # fmt: skip

STORIES = [
    "Kill the bill, protesters chant\n\nROME (Agency) - Protesters chanted on Tuesday.",
    "KILL THE BILL, PROTESTERS CHANT\n\nROME (Agency) - PROTESTERS CHANTED ON TUESDAY.",
    "Kill Bill returns to cinemas\n\nThe film returns.",
    "Kill the story, editor told reporter\n\nThe editor told the reporter to kill the story, a court heard.",
    'Editor told to kill story\n\nROME (Agency) - "Please kill the story headlined A B," he wrote.',
    "Army kills 12 in raid\n\nGAO (Agency) - Soldiers killed 12.",
    "Killed in action: the story of a soldier\n\nHe was killed.",
    "CORRECTED-Ferry sinks\n\nROME (Agency) - A ferry sank.\n\n(Note: an earlier version withheld the name.)",
    "Ferry sinks\n(Eds: an earlier version of this story withheld the name.)\nROME (Agency) - A ferry sank.",
    "Eds: Subs 2nd graf; please kill the 3rd graf of the story.\n\nROME (Agency) - A ferry sank.",
    "Eds: please kill the photo with the story slugged BC-A-B.\n\nA ferry sank.",
    "Correction: Ferry\n\nIn a story on Tuesday the agency reported that it sank. The story should be disregarded.",
    'Journal withdraws article\n\nThe article, titled "Fever", has been retracted, the journal said.',
    "Ministry withholds report\n\nThe ministry withholds the report. The report must not be published, a court ruled.",
    "US lifts embargo on cigars\n\nThe embargo on cigars has been lifted, the ministry said.",
    "EMBARGO LIFTED ON CIGARS\n\nHAVANA (Agency) - THE EMBARGO WAS LIFTED.",
    "EMBARGO LIFTED: CIGARS FLOW AGAIN\n\nHAVANA (Agency) - THE EMBARGO WAS LIFTED.",
    "ELIMINATION: ENGLAND OUT OF WORLD CUP\n\nLONDON (Agency) - ENGLAND LOST.",
    "ANNULATION: Le concert n’aura pas lieu\n\nPARIS (Agence) - Le concert est annulé.",
    "Company cancels trips\n\nThe company cancelled its news bulletin and trips W1234 and W1235.",
    "Hold the front page\n\nHold the story, the editor shouted.",
    "Studio releases film of article\n\nThe studio releases the story of a ferry next week.",
    "HOLD RELEASED\n\nBC-EU--Italy-Ferry\n\nANCONA, Italy (Agency) - The ferry has sunk.",
    "Bericht zurückgezogen\n\nDie Behörde hat ihren Bericht zurückgezogen, sagte ein Sprecher.",
    "Minister resigns\n\nAn editor was asked to please kill the story headlined A B, a court heard.",
    "El Gobierno anula la nota de prensa\n\nLa nota queda anulada, dijo un portavoz.",
]


@pytest.mark.parametrize(("text", "kind", "targets"), ADVISORIES, ids=[text[:60] for text, _, _ in ADVISORIES])
def test_advisories(text: str, kind: AdvisoryKind, targets: Sequence[Target]) -> None:
    (story,) = read(Item(data=f"{text}\n".encode(), format="text")).stories
    assert story.advisory == Advisory(kind=kind, targets=tuple(targets))
    assert story.pubstatus == {"kill": "canceled", "withhold": "withheld", "release": "usable"}[kind]
    assert story.body_text == ""
    words = text.partition("\n")[2].split() or text.split()
    assert words[-1] in " ".join(f"{story.ednote} {story.headline} {story.slugline}".split()) or text.endswith("NNNN")


@pytest.mark.parametrize("text", STORIES, ids=[text[:60] for text in STORIES])
def test_stories_that_are_none(text: str) -> None:
    (story,) = read(Item(data=f"{text}\n".encode(), format="text")).stories
    assert (story.advisory, story.pubstatus) == (None, "usable")
    assert story.body_text


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("KILL", "kill"),
        ("Mandatory Kill", "kill"),
        ("bulletin kill", "kill"),
        ("KILL KILL KILL '''''", "kill"),
        ("Zurückgezogen", "kill"),
        ("ANULACIÓN", "kill"),
        ("anulacion", "kill"),
        ("WITHHOLD", "withhold"),
        ("HOLD HOLD HOLD", "withhold"),
        ("SPERRVERMERK", "withhold"),
        ("HOLD RELEASED", "release"),
        ("KILL RESCINDED", "release"),
        ("Sperrfrist aufgehoben", "release"),
        ("killed", None),
        ("kill the bill", None),
        ("hold for release", None),
        ("urgent", None),
        ("", None),
    ],
)
def test_labels(label: str, kind: AdvisoryKind | None) -> None:
    assert notice_words.label_kind(label) == kind


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("KILL: Ferry sinks", "Ferry sinks"),
        ("KILL-Ferry sinks", "Ferry sinks"),
        ("*** MANDATORY KILL *** - Ferry sinks", "Ferry sinks"),
        ("Mandatory Kill: Ferry sinks", "Ferry sinks"),
        ("KILL", ""),
        ("Kill: the bill", None),
        ("KILL THE BILL", None),
        ("KILLING: two held", None),
        ("ELIMINATION: England out", None),
        ("ELIMINATION", ""),
    ],
)
def test_labels_before_headlines(line: str, rest: str | None) -> None:
    found = notice_words.label_before(line)
    assert (line[found[1] :] if found else None) == rest


MAIL = b"""From: Jane Roe <jane@agency.example>
Subject: Ferry
Date: Tue, 3 Mar 2026 14:05:02 +0000
Message-ID: <q@agency.example>

Please kill the story slugged BC-A-B.
"""
RSS = b"""<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><link>http://a.example/</link><item>
<guid isPermaLink="false">17</guid><dc:creator>Jane Roe</dc:creator><title>Notice</title>
<description>Editors: please kill item id 16-a.</description></item></channel></rss>"""
NINJS = (
    b'{"uri": "u:1", "headline": "Notice", "byline": "Jane Roe", "body_text": "Editors: please kill tag:a.b,2026:1."}'
)


@pytest.mark.parametrize(
    ("data", "target"),
    [
        (MAIL, Target(slugline="BC-A-B")),
        (RSS, Target(uri="urn:feed:a.example:16-a")),
        (NINJS, Target(uri="tag:a.b,2026:1")),
    ],
    ids=["mail", "rss", "ninjs"],
)
def test_who_signs_a_kill_makes_it_no_story(data: bytes, target: Target) -> None:
    (story,) = read(Item(data=data)).stories
    assert (story.advisory, story.pubstatus) == (Advisory(kind="kill", targets=(target,)), "canceled")
    assert story.byline == "Jane Roe"


def test_an_item_that_carries_the_killed_uri_needs_no_advisory() -> None:
    killed = Story(uri="urn:a:1", pubstatus="canceled", ednote="Editors: kill the story slugged BC-A-B.")
    assert notices.advised(killed, (), stated=True) == killed
    made = replace(killed, uri="urn:wire:files:1")
    assert notices.advised(made, (), stated=True).advisory == Advisory(kind="kill", targets=tuple(slugs("BC-A-B")))


def test_a_kill_by_status_without_an_id_of_its_own_names_what_its_head_says() -> None:
    killed = Story(uri="urn:wire:files:1", pubstatus="canceled", headline="Ferry sinks off Ancona")
    found = notices.advised(killed, (), stated=True)
    assert found.advisory == Advisory(kind="kill", targets=tuple(headlines("Ferry sinks off Ancona")))
    unclear = notices.advised(replace(killed, headline=None), (), stated=True)
    assert unclear.advisory == Advisory(kind="kill", targets=())


def test_a_story_that_comes_with_its_kill_keeps_its_text_and_is_canceled() -> None:
    text = b"KILL: Ferry sinks off Ancona\n\nANCONA, Italy (Agency) - A ferry sank.\n"
    (story,) = read(Item(data=text)).stories
    assert (story.pubstatus, story.body_text) == ("canceled", "A ferry sank.")
    assert story.advisory == Advisory(kind="kill", targets=tuple(headlines("Ferry sinks off Ancona")))


@pytest.mark.parametrize("text", [text for text, _, _ in ADVISORIES[::5]], ids=lambda text: text[:40])
def test_an_export_is_the_same_advisory(text: str) -> None:
    (story,) = read(Item(data=f"{text}\n".encode(), format="text")).stories
    (again,) = read(Item(data=encode(story))).stories
    assert (again.advisory, again.pubstatus) == (story.advisory, story.pubstatus)


def test_an_export_that_claims_to_be_usable_is_as_strict_as_its_advisory() -> None:
    claimed = Story(uri="urn:a:1", headline="A B", advisory=Advisory(kind="kill"))
    (story,) = read(Item(data=encode(claimed))).stories
    assert story.pubstatus == "canceled"


WORDS = st.sampled_from([
    "KILL", "HOLD", "RELEASED", "kill", "withhold", "the", "story", "stories", "slugged", "headlined", "BC-A-B",
    "W7788", "0456", "“A B”", "«", '"', "'", ":", ".", ",", ";", "\n", "\n\n-", "Editors:", "please",
    "bitte", "Meldung",
    "nicht", "verwenden", "ziehen", "zurück", "dépêche", "annuler", "nota", "anulada", "embargo", "lifted", "following",
    "because", "urn:a:1", "paragraph", "until", "is", "withdrawn", "may", "now", "be", "used", "Ä", "ß", "İ",
])  # fmt: skip


@given(st.lists(WORDS, max_size=40).map(" ".join), st.sampled_from([(), ("kill",), ("hold",), ("kill rescinded",)]))
def test_whatever_it_says(text: str, signals: tuple[str, ...]) -> None:
    story = Story(uri="urn:wire:x", signals=signals, body_text=text, dateline=None)
    found = notices.advised(story, text.split("\n"))
    if found.advisory is None:
        assert found == story
        return
    assert found.pubstatus == {"kill": "canceled", "withhold": "withheld", "release": "usable"}[found.advisory.kind]
    assert found.body_text == ""
    assert all(any((t.uri, t.slugline, t.headline, t.sequence is not None)) for t in found.advisory.targets)
    assert notices.advised(found, text.split("\n")) == found
    assert "".join(text.split()) == "".join((found.ednote or "").split()) or "\n" in text


@given(st.text())
def test_folding_and_masking_keep_every_position(text: str) -> None:
    assert len(notice_words.folded(text)) == len(text)
    assert len(notice_targets.masked(text)) == len(text)


def test_own_text_is_never_taken_for_a_note() -> None:
    story = Story(uri="u", signals=("withhold",), body_text="A.", dateline=Dateline(text="ROME -"))
    assert notices.advised(story, ("ROME - A.",)).body_text == "A."


HOSTILE = (
    "story ", "kill the story ", "die meldung nicht ", "W7788 ", "'a ", "'x", '"a" ', "BC-A-B ", "slugged ",
    "a-b-",
    "headlined a ", "0456, ", "kill ", "the kill of ", "embargo ", "KILL ", "please hold ", "id: ", "urn:", "a. ",
    "“a ",
    "bc--", "following stories:\n", "kill a. ", "ziehen meldung ", "a\n",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_notices_in_bounded_time(piece: str) -> None:
    text = "Editors: please kill the following stories:\n" + piece * (100_000 // len(piece))
    started = time.process_time()
    for signals in ((), ("kill",)):
        notices.advised(Story(uri="u", signals=signals, body_text=text), text.split("\n"))
    assert time.process_time() - started < 1

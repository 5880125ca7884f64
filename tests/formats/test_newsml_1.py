"""Identifiers, embargoes and vocabularies of NewsML 1, and how long much of one kind takes."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipeline.formats.base import Item
from pipeline.formats.registry import read
from pipeline.story import Concept, Story

MB = 1 << 20
TEXT = "<ContentItem><DataContent><p>Rain fell.</p></DataContent></ContentItem>"


def story(identifier: str = "", management: str = "", component: str = TEXT, catalog: str = "") -> Story:
    item = (
        f"<NewsML>{catalog}<NewsItem><Identification><NewsIdentifier>{identifier}</NewsIdentifier></Identification>"
        f"<NewsManagement>{management}</NewsManagement><NewsComponent>{component}</NewsComponent></NewsItem></NewsML>"
    )
    reading = read(Item(data=item.encode(), feed="mer"))
    assert reading.errors == ()
    return reading.stories[0]


PARTS = "<ProviderId>a.example</ProviderId><DateId>20260303T101500Z</DateId><NewsItemId>X7</NewsItemId>"


@pytest.mark.parametrize(
    ("identifier", "uri"),
    [
        (
            "<PublicIdentifier>urn:newsml:a.example:20260303:X7:12</PublicIdentifier>",
            "urn:newsml:a.example:20260303:X7",
        ),
        (
            "<PublicIdentifier>urn:newsml:a.example:20260303:X7:2U</PublicIdentifier>",
            "urn:newsml:a.example:20260303:X7",
        ),
        ("<PublicIdentifier>urn:newsml:a.example:20260303:7</PublicIdentifier>", "urn:newsml:a.example:20260303:7"),
        (
            "<RevisionId>r9</RevisionId><PublicIdentifier>urn:newsml:a.example:20260303:X7:r9</PublicIdentifier>",
            "urn:newsml:a.example:20260303:X7",
        ),
        ("<PublicIdentifier>https://a.example/7</PublicIdentifier>", "https://a.example/7"),
        (PARTS, "urn:newsml:a.example:20260303:X7"),
        (f"{PARTS}<PublicIdentifier>urn:newsml:a.example</PublicIdentifier>", "urn:newsml:a.example:20260303:X7"),
        ("<NewsItemId>X7</NewsItemId>", "urn:newsml:mer:X7"),
    ],
)
def test_the_uri_is_that_of_all_revisions(identifier: str, uri: str) -> None:
    assert story(identifier).uri == uri


@pytest.mark.parametrize("identifier", ["", "<PublicIdentifier>urn:newsml:a.example</PublicIdentifier>"])
def test_an_identifier_that_names_nothing_is_none(identifier: str) -> None:
    assert story(identifier).uri.startswith("urn:wire:mer:")


def status(name: str, future: str = "", when: str = "") -> str:
    change = f'<FutureStatus FormalName="{future}"/><DateAndTime>{when}</DateAndTime>' if future else ""
    changes = f"<StatusWillChange>{change}</StatusWillChange>" if change else ""
    created = "<ThisRevisionCreated>20260303T090000-0500</ThisRevisionCreated>"
    return f'{created}<Status FormalName="{name}"/>{changes}'


@pytest.mark.parametrize(
    ("management", "pubstatus", "embargoed"),
    [
        (status("Usable"), "usable", None),
        (status("CANCELLED"), "canceled", None),
        (status("Withheld"), "withheld", None),
        (status("Embargoed"), "withheld", None),
        (status("Embargoed", "Usable", "20260304T000100Z"), "usable", datetime(2026, 3, 4, 0, 1, tzinfo=UTC)),
        (
            status("Embargoed", "Usable", "20260304T000100"),
            "usable",
            datetime(2026, 3, 4, 0, 1, tzinfo=timezone(timedelta(hours=-5))),
        ),
        (status("Embargoed", "Usable", "soon"), "withheld", None),
        (status("Embargoed", "Withheld", "20260304T000100Z"), "withheld", None),
        (status("Usable", "Canceled", "20260304T000100Z"), "usable", None),
        (status("Canceled", "Usable", "20260304T000100Z"), "canceled", None),
        (status("Whatever", "Usable", "20260304T000100Z"), "withheld", None),
    ],
)
def test_what_may_be_done_with_it(management: str, pubstatus: str, embargoed: datetime | None) -> None:
    found = story(PARTS, management)
    assert (found.pubstatus, found.embargoed) == (pubstatus, embargoed)


SUBJECTS = "http://cv.iptc.org/newscodes/subjectcode/"


@pytest.mark.parametrize(
    ("subject", "concept"),
    [
        ('<Subject FormalName="04000000"/>', Concept(code="04000000", scheme=SUBJECTS)),
        ('<SubjectMatter FormalName="04001000" Scheme="IptcSubjectCodes"/>', Concept(code="04001000", scheme=SUBJECTS)),
        ('<SubjectDetail FormalName="X1" Vocabulary="urn:a:b"/>', Concept(name="X1", code="X1", scheme="urn:a:b")),
        ('<Subject FormalName="X2" Vocabulary="#v" Scheme="Own"/>', Concept(name="X2", code="X2", scheme="Own")),
        ('<SubjectQualifier FormalName="X3"/>', Concept(name="X3", code="X3", scheme="urn:default")),
        ('<Subject FormalName="77"/>', Concept(name="Rain", code="77", scheme=None)),
    ],
)
def test_vocabularies_of_formal_names(subject: str, concept: Concept) -> None:
    catalog = (
        "<Catalog><Resource><Urn>urn:default</Urn>"
        '<DefaultVocabularyFor Context="SubjectQualifier"/></Resource></Catalog>'
        '<TopicSet><Topic Duid="t"><FormalName>77</FormalName><Description>Rain</Description></Topic></TopicSet>'
    )
    described = f"<DescriptiveMetadata><SubjectCode>{subject}</SubjectCode></DescriptiveMetadata>"
    assert story(component=described + TEXT, catalog=catalog).subject == (concept,)


def components(one: str) -> bytes:
    many = one * (MB // len(one))
    return f"<NewsML><NewsItem><NewsComponent>{many}{TEXT}</NewsComponent></NewsItem></NewsML>".encode()


@pytest.mark.parametrize(
    "one",
    [
        "<NewsComponent/>",
        f"<NewsComponent>{TEXT}</NewsComponent>",
        f"<NewsComponent><NewsLines><HeadLine>a</HeadLine></NewsLines>{TEXT}</NewsComponent>",
        '<ContentItem Href="a.jpg"><MediaType FormalName="Photo"/></ContentItem>',
        '<DescriptiveMetadata><Genre FormalName="a"/></DescriptiveMetadata>',
        '<TopicSet><Topic Duid="a"><TopicType FormalName="Person"/><Description>b</Description></Topic></TopicSet>',
    ],
)
def test_much_of_one_kind_in_bounded_time(one: str) -> None:
    started = time.process_time()
    assert read(Item(data=components(one))).stories
    assert time.process_time() - started < 3

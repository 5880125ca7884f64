"""Mail: what is no mail, cover notes and their restrictions, and hostile mails in bounded time."""

import time
from datetime import UTC, datetime

import pytest

from pipeline.formats.base import Item
from pipeline.formats.registry import detect, read

HEAD = b"From: Agency <desk@agency.example>\r\nMessage-ID: <1@agency.example>\r\nMIME-Version: 1.0\r\n"
MIXED = HEAD + b"Subject: %s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n%s\r\n--b\r\n"
ATTACHED = b"Content-Disposition: attachment; filename=a.txt\r\n\r\nLIMA (Agency) - Congress voted.\r\n--b--\r\n"
MB = 1 << 20


@pytest.mark.parametrize(
    "data",
    [
        b"From: Lima\nTo: all desks\nSubject: budget\n\nCongress voted.",
        b"From: the harbour, a crowd watched.\n\nDate: March 3",
        b"Subject: Peru\n\nLIMA (Agency) - Text.",
        b"Note: this is text\nReceived: yesterday\n\nText.",
        b"From the harbour a crowd of 300 watched in 2026\nthe arrival.\n",
    ],
)
def test_wire_text_is_no_mail(data: bytes) -> None:
    assert detect(Item(data=data))[0].name == "text"


@pytest.mark.parametrize(
    ("subject", "note", "stories", "status"),
    [
        (b"Vote", b"", 1, "usable"),
        (b"Vote", b"Please find the story attached.", 1, "usable"),
        (b"Vote", b"Attached. Embargoed until Friday.", 1, "withheld"),
        (b"EMBARGOED: Vote", b"See attached", 1, "withheld"),
        (b"KILL: Vote", b"Attached is the story to kill.", 1, "canceled"),
        (b"Vote", b"Peru's congress votes on budget on Tuesday.", 2, "usable"),
        (b"Vote", b"LIMA (Agency) - The text is attached to the bill.", 2, "usable"),
        (b"Vote", b"attached " * 61, 2, "usable"),
    ],
)
def test_cover_notes(subject: bytes, note: bytes, stories: int, status: str) -> None:
    reading = read(Item(data=MIXED % (subject, note) + ATTACHED, format="mail"))
    assert len(reading.stories) == stories
    assert reading.stories[-1].body_text == "Congress voted."
    assert reading.stories[-1].pubstatus == status
    assert reading.stories[-1].extra["envelope"]["subject"] == subject.decode()


def test_an_embargo_of_the_cover_note_holds_for_what_is_attached() -> None:
    note = b"Attached, embargoed until 0001 GMT, March 4, 2026."
    (story,) = read(Item(data=MIXED % (b"Vote", note) + ATTACHED)).stories
    assert story.embargoed == datetime(2026, 3, 4, 0, 1, tzinfo=UTC)
    assert story.pubstatus == "usable"


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"LIMA - Text", "This is no mail: it does not begin with the header of one."),
        (b"%PDF-1.4 Title: x", "This is no mail: it looks like a PDF document."),
        (HEAD + b"\r\n", "This mail has neither a subject nor a text."),
        (HEAD + b"Auto-Submitted: auto-replied\r\n\r\nI am away.", "This mail is an automatic reply, not a story."),
        (HEAD + b"Content-Type: application/pkcs7-mime\r\n\r\nMIIB", "This mail is encrypted."),
        (
            HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\na\r\n" * 3000,
            "This mail has more",
        ),
        (HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 3000, "The parts of this mail are nested too deeply"),
    ],
)
def test_sentences(data: bytes, cause: str) -> None:
    reading = read(Item(data=data, format="mail"))
    assert reading.stories == ()
    assert reading.errors[0].cause.startswith(cause)


def test_mails_in_mails_are_read_three_deep() -> None:
    mail = HEAD + b"Subject: innermost\r\n\r\nLIMA (Agency) - Congress voted.\r\n"
    for _ in range(3):
        mail = HEAD + b"Subject: Fwd\r\nContent-Type: message/rfc822\r\n\r\n" + mail
    (story,) = read(Item(data=mail)).stories
    assert story.headline == "innermost"
    assert story.extra["envelope"]["envelope"]["envelope"]["subject"] == "Fwd"
    (error,) = read(Item(data=HEAD + b"Content-Type: message/rfc822\r\n\r\n" + mail)).errors
    assert error.cause.startswith("Items are nested more than 3 deep")


HOSTILE = {
    "long subject": b"Subject: " + b"=?utf-8?q?a?= " * (MB // 2) + b"\r\n\r\ntext",
    "parameters": b"Subject: x\r\nContent-Type: text/plain; " + b'a="b;' * MB + b"\r\n\r\ntext",
    "parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\n\na\n" * MB,
    "headers": b"Subject: x\r\n" + b"X-A: b\r\n" * (MB // 2) + b"\r\ntext",
    "boundaries": b"".join(b"Content-Type: multipart/mixed; boundary=x%d\n\n--x%d\n" % (n, n) for n in range(9000)),
    "uuencoded": b"Subject: x\r\n\r\n" + b"begin 644 a\n#0V%T\n" * (MB // 4),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_mails_in_bounded_time(data: bytes) -> None:
    started = time.process_time()
    reading = read(Item(data=HEAD + data, format="mail"))
    assert reading.stories or reading.errors
    assert time.process_time() - started < 10

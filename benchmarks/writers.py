"""A story as bytes in every wire format, for the tests and benchmarks that hold the parsers against one another.

Each writer says in its format what the format has a place for: uri, version and time, urgency, headline, slug line,
byline, dateline, paragraphs, credit line, editor's note, language, source, keywords. Written from the standards;
nothing of the parsers is used here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

import orjson

from pipeline.story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What all formats can say of a story."""

    uri: str
    version: int
    time: datetime
    urgency: int
    headline: str
    slugline: str
    byline: str
    dateline: str
    """'LIMA/GENEVA (Agency) - '"""
    paragraphs: tuple[str, ...]
    creditline: str
    ednote: str
    language: str
    source: str
    keywords: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The paragraphs, with the dateline before and the credit line after them."""
        return (self.dateline + self.paragraphs[0], *self.paragraphs[1:], self.creditline)


def copy_of(story: Story, *, time: datetime, number: int = 1) -> Copy:
    """`story` as copy; what it lacks is made up."""
    place = (story.located or "Lima").upper()
    source = story.source or "Meridian Press"
    return Copy(
        uri=f"urn:newsml:meridianpress.example:20261124:{number:06}",
        version=int(story.version or 1),
        time=story.versioncreated or time,
        urgency=story.urgency or 4,
        headline=story.headline or "No headline",
        slugline=story.slugline or "SAMPLE/STORY",
        byline=story.byline or "By Ximena Quiroga",
        dateline=f"{story.dateline.text if story.dateline else f'{place} ({source}) -'} ",
        paragraphs=tuple(story.body_text.split("\n\n")),
        creditline=story.creditline or "(Reporting by Ximena Quiroga; Editing by Carla Stroom)",
        ednote="Note to editors: SAMPLE STORY, invented, not news.",
        language=story.language or "en",
        source=source,
        keywords=story.keywords,
    )


def text(copy: Copy) -> bytes:
    """Plain wire text."""
    head = [copy.slugline, copy.headline, copy.byline]
    return "\n\n".join([*head, *copy.lines, copy.ednote]).encode()


def ninjs_1(copy: Copy) -> bytes:
    """IPTC ninjs 1.4."""
    said = {
        "uri": copy.uri,
        "type": "text",
        "version": str(copy.version),
        "versioncreated": copy.time.isoformat(),
        "urgency": copy.urgency,
        "headline": copy.headline,
        "slugline": copy.slugline,
        "byline": copy.byline,
        "ednote": copy.ednote,
        "language": copy.language,
        "infosource": [{"name": copy.source}],
        "keywords": copy.keywords,
        "body_text": "\n\n".join(copy.lines),
    }
    return orjson.dumps(said)


def ninjs_3(copy: Copy) -> bytes:
    """IPTC ninjs 3.0."""
    said = {
        "standard": {"name": "ninjs", "version": "3.0"},
        "uri": copy.uri,
        "type": "text",
        "version": str(copy.version),
        "versioncreated": copy.time.isoformat(),
        "urgency": copy.urgency,
        "headlines": [{"role": "main", "value": copy.headline}],
        "slugline": copy.slugline,
        "by": copy.byline,
        "ednote": copy.ednote,
        "language": copy.language,
        "infosources": [{"name": copy.source}],
        "keywords": copy.keywords,
        "bodies": [{"role": "main", "contenttype": "text/plain", "value": "\n\n".join(copy.lines)}],
    }
    return orjson.dumps(said)


def story_lines(copy: Copy) -> bytes:
    """One of our own stories on a line."""
    body = "\n\n".join(copy.paragraphs)
    return orjson.dumps(
        Story(
            uri=copy.uri,
            version=str(copy.version),
            versioncreated=copy.time,
            urgency=copy.urgency,
            headline=copy.headline,
            slugline=copy.slugline,
            byline=copy.byline,
            creditline=copy.creditline,
            ednote=copy.ednote,
            language=copy.language,
            source=copy.source,
            keywords=copy.keywords,
            body_text=body,
        )
    )


def _paragraphs(copy: Copy) -> str:
    return "".join(f"<p>{escape(line)}</p>\n" for line in copy.lines)


def _nitf_body(copy: Copy) -> str:
    plain = "".join(f"<p>{escape(line)}</p>\n" for line in copy.paragraphs)
    return f"""<body><body.head><hedline><hl1>{escape(copy.headline)}</hl1></hedline>
<byline>{escape(copy.byline)}</byline><dateline><location>{escape(copy.dateline)}</location></dateline></body.head>
<body.content><block>{plain}</block></body.content>
<body.end><tagline>{escape(copy.creditline)}</tagline></body.end></body>"""


def nitf(copy: Copy) -> bytes:
    """IPTC NITF 3.4."""
    words = "".join(f"<keyword key={quoteattr(word)}/>" for word in copy.keywords)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE nitf SYSTEM "nitf-3-4.dtd">
<nitf version="-//IPTC//DTD NITF 3.4//EN" xml:lang={quoteattr(copy.language)}>
<head><title>{escape(copy.headline)}</title>
<docdata management-status="usable"><doc-id id-string={quoteattr(copy.uri)} regsrc={quoteattr(copy.source)}/>
<urgency ed-urg="{copy.urgency}"/><date.issue norm="{copy.time:%Y%m%dT%H%M%SZ}"/>
<ed-msg info={quoteattr(copy.ednote)}/><du-key key={quoteattr(copy.slugline)} version="{copy.version}"/>
<key-list>{words}</key-list></docdata></head>
{_nitf_body(copy)}</nitf>""".encode()


def newsml_g2(copy: Copy) -> bytes:
    """NewsML-G2 2.29, a newsMessage with one newsItem of XHTML."""
    words = "".join(f"<keyword>{escape(word)}</keyword>" for word in copy.keywords)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header><sent>{copy.time.isoformat()}</sent></header><itemSet>
<newsItem guid={quoteattr(copy.uri)} version="{copy.version}" standard="NewsML-G2" standardversion="2.29"
 conformance="power" xml:lang={quoteattr(copy.language)}>
<catalogRef href="http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_36.xml"/>
<itemMeta><itemClass qcode="ninat:text"/><provider><name>{escape(copy.source)}</name></provider>
<versionCreated>{copy.time.isoformat()}</versionCreated><pubStatus qcode="stat:usable"/>
<edNote>{escape(copy.ednote)}</edNote></itemMeta>
<contentMeta><urgency>{copy.urgency}</urgency><infoSource><name>{escape(copy.source)}</name></infoSource>
<by>{escape(copy.byline)}</by><headline>{escape(copy.headline)}</headline><slugline>{escape(copy.slugline)}</slugline>
<language tag={quoteattr(copy.language)}/>{words}</contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><body>
{_paragraphs(copy)}</body></html></inlineXML></contentSet></newsItem></itemSet></newsMessage>""".encode()


def newsml_1(copy: Copy) -> bytes:
    """NewsML 1.2 with NITF inside."""
    _, _, provider, date, item = copy.uri.split(":")
    time = f"{copy.time:%Y%m%dT%H%M%SZ}"
    return f"""<?xml version="1.0" encoding="utf-8"?>
<NewsML Version="1.2"><NewsEnvelope><DateAndTime>{time}</DateAndTime><NewsService FormalName="World"/>
<Priority FormalName="{copy.urgency}"/></NewsEnvelope><NewsItem xml:lang={quoteattr(copy.language)}>
<Identification><NewsIdentifier><ProviderId>{provider}</ProviderId><DateId>{date}</DateId><NewsItemId>{item}</NewsItemId>
<RevisionId PreviousRevision="0" Update="N">{copy.version}</RevisionId>
<PublicIdentifier>{copy.uri}:{copy.version}N</PublicIdentifier></NewsIdentifier></Identification>
<NewsManagement><NewsItemType FormalName="News"/><FirstCreated>{time}</FirstCreated>
<ThisRevisionCreated>{time}</ThisRevisionCreated><Status FormalName="Usable"/><Urgency FormalName="{copy.urgency}"/>
<Instruction FormalName="Note">{escape(copy.ednote)}</Instruction></NewsManagement>
<NewsComponent><Role FormalName="Main"/><NewsLines><HeadLine>{escape(copy.headline)}</HeadLine>
<ByLine>{escape(copy.byline)}</ByLine><SlugLine>{escape(copy.slugline)}</SlugLine></NewsLines>
<AdministrativeMetadata><Source><Party FormalName={quoteattr(copy.source)}/></Source></AdministrativeMetadata>
<DescriptiveMetadata><Language FormalName={quoteattr(copy.language)}/></DescriptiveMetadata>
<ContentItem><MediaType FormalName="Text"/><Format FormalName="NITF3.4"/><DataContent>
<nitf>{_nitf_body(copy)}</nitf></DataContent></ContentItem></NewsComponent></NewsItem></NewsML>""".encode()


def iptc_7901(copy: Copy) -> bytes:
    """IPTC 7901, in latin-1 as far as that goes."""
    words = sum(len(line.split()) for line in copy.lines)
    number = copy.version + 110
    lines = "\r\n".join(f"   {line}" for line in copy.lines)
    head = f"mpw{number:04} {copy.urgency} pl {words} mpw {number:04}\r\n\r\n{copy.slugline}"
    body = f"{copy.headline} =\r\n{copy.byline}, {copy.source} =\r\n{lines}"
    trailer = f"{copy.time:%d%H%M} GMT {copy.time:%b %y}"
    return f"\x01{head}\r\n\x02{body}\r\n\x03{trailer}\r\n\x04".encode("cp1252", "replace")


def anpa_1312(copy: Copy) -> bytes:
    """ANPA 1312, in latin-1 as far as that goes."""
    words = sum(len(line.split()) for line in copy.lines)
    slug = "".join(part for part in copy.slugline.title() if part.isalnum())
    lines = "".join(f"\t   {line}\r\n" for line in copy.lines)
    head = f"r{copy.version + 110:04}\x1fworld-\r\nr i\x13\x11 BC-{slug}   {copy.time:%m-%d} {words:04}\r\n"
    body = f"BC-{slug},{words}<\r\n^{copy.headline}<\r\n^{copy.byline}=\r\n{lines}\r\n\t   "
    return f"\x16\x16\x01{head}\x02{body}\x03MP-WF-{copy.time:%m-%d-%y %H%M}GMT<\r\n\x04".encode("cp1252", "replace")


def mail(copy: Copy) -> bytes:
    """A mail, the copy as its plain text."""
    message = EmailMessage()
    message["From"] = "World desk <world@meridianpress.example>"
    message["To"] = "clients@meridianpress.example"
    message["Subject"] = copy.headline
    message["Date"] = format_datetime(copy.time)
    message["Message-ID"] = f"<{copy.uri.rpartition(':')[2]}.{copy.version}@meridianpress.example>"
    message.set_content("\n\n".join([copy.slugline, copy.byline, *copy.lines, copy.ednote]))
    return message.as_bytes()


def rss(copy: Copy) -> bytes:
    """RSS 2.0 with the whole text."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>{escape(copy.source)}</title><link>https://meridianpress.example/</link>
<language>{copy.language}</language><item><title>{escape(copy.headline)}</title>
<link>https://meridianpress.example/{copy.version}</link><guid isPermaLink="false">{copy.uri}</guid>
<pubDate>{format_datetime(copy.time)}</pubDate><dc:creator>{escape(copy.byline.removeprefix("By "))}</dc:creator>
<content:encoded>{escape(_paragraphs(copy))}</content:encoded></item></channel></rss>""".encode()


def atom(copy: Copy) -> bytes:
    """Atom 1.0 with the whole text."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(copy.language)}><title>{escape(copy.source)}</title>
<id>https://meridianpress.example/</id><updated>{copy.time.isoformat()}</updated><entry><id>{copy.uri}</id>
<title>{escape(copy.headline)}</title><updated>{copy.time.isoformat()}</updated>
<author><name>{escape(copy.byline.removeprefix("By "))}</name></author>
<content type="html">{escape(_paragraphs(copy))}</content></entry></feed>""".encode()


WRITERS: Mapping[str, tuple[Callable[[Copy], bytes], ...]] = {
    "newsml-g2": (newsml_g2,),
    "newsml-1": (newsml_1,),
    "nitf": (nitf,),
    "ninjs": (ninjs_1, ninjs_3),
    "iptc7901": (iptc_7901,),
    "anpa1312": (anpa_1312,),
    "mail": (mail,),
    "rss": (rss,),
    "atom": (atom,),
    "story": (story_lines,),
    "text": (text,),
}
"""By the name of the format."""

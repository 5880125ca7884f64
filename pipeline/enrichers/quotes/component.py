"""The component: quotes of a story, paragraph by paragraph, each sentence with its frames and quoted pieces."""

from bisect import bisect_left
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace

from pipeline.enrichers.analysis import Analysis, paragraphs
from pipeline.enrichers.language import ENGLISH
from pipeline.enrichers.quotes.direct import framing, inner, is_speech, utterances
from pipeline.enrichers.quotes.frames import Frame, frames
from pipeline.enrichers.quotes.lexicon import cues, tells
from pipeline.enrichers.quotes.marks import Piece, pieces
from pipeline.enrichers.quotes.reported import clauses
from pipeline.enrichers.quotes.sentences import Mention, Token, is_frame, masked, sentences, tokens
from pipeline.enrichers.quotes.speakers import Speaker, Speakers
from pipeline.enrichers.quotes.subjects import leading
from pipeline.story import Quote, QuoteKind, Span, Story

NAME = "quotes"
VERSION = "1"
_SENTENCE = 4
"""Words from which on all that 'said that' introduces, if in marks, is a direct quote."""
_NAMED, _DESCRIBED, _CARRIED, _UNKNOWN = 0.9, 0.8, 0.7, 0.4
"""Confidence where an entity or somebody described is said to speak, where the speaker is that of the quote before,
and where nobody is."""


def run(analysis: Analysis) -> Story:
    """The story with its quotes, in the order in which they begin."""
    story = analysis.story
    language = (story.language or ENGLISH).lower()[:2]
    if not cues(language):
        return replace(story, quotes=())
    state = _State(analysis.text, Speakers(analysis.text, story.entities), language)
    everywhere = _mentions(story)
    for start, text in _paragraphs(analysis):
        _paragraph(state, start, text, everywhere)
    return replace(story, quotes=tuple(sorted(state.quotes, key=lambda quote: quote.spans[0].start)))


@dataclass(slots=True)
class _State:
    """What is known so far on the way through a story."""

    text: str
    speakers: Speakers
    language: str
    quotes: list[Quote] = field(default_factory=list)
    latest: int | None = None
    """The number of the quote that the next words in marks may go on with."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """One sentence of a paragraph that begins `offset` into body_text."""

    offset: int
    text: str
    """The paragraph's, which the tokens' offsets belong to."""
    tokens: Sequence[Token]
    frames: Sequence[Frame]


def _paragraphs(analysis: Analysis) -> list[tuple[int, str]]:
    if analysis.paragraphs:
        return [(each.start, each.text) for each in analysis.paragraphs]
    return paragraphs(analysis.text)


def _mentions(story: Story) -> list[Mention]:
    """Where entities are named, in order, none inside another."""
    found = sorted((m.start, -m.end, i) for i, entity in enumerate(story.entities) for m in entity.mentions)
    result: list[Mention] = []
    for start, minus_end, index in found:
        if not result or start >= result[-1].end:
            result.append(Mention(start, -minus_end, story.entities[index]))
    return result


def _paragraph(state: _State, start: int, text: str, mentions: Sequence[Mention]) -> None:
    quoted = _cut(pieces(text), text, state.language)
    mask = masked(text, quoted)
    continued = bool(quoted) and not text[: quoted[0].start].strip()
    if not continued:
        state.latest = None
    here = _within(mentions, start, start + len(text))
    for first, end in sentences(mask, state.language):
        state.speakers.note(mentions, start + first, start + end)
        marked = any(first <= piece.start < end for piece in quoted)
        if not marked and not tells(mask[first:end], state.language, quoted=False):
            continue
        read = tokens(mask, first, end, quoted, here)
        _sentence(state, _Sentence(start, text, read, frames(read, state.language)), goes_on=first == 0 and continued)
    if not quoted or quoted[-1].closed:
        state.latest = None


def _cut(quoted: list[Piece], text: str, language: str) -> list[Piece]:
    """The pieces; one that lacks its closing mark ends where its sentence goes on with who said it."""
    if not quoted or quoted[-1].closed:
        return quoted
    last = quoted[-1]
    comma = text.find(", ", last.inner_start, last.inner_end)
    while comma >= 0:
        stop = text.find(". ", comma, last.inner_end)
        if is_frame(text[comma + 2 : stop + 1 if stop >= 0 else last.inner_end], language):
            return [*quoted[:-1], replace(last, end=comma, inner_end=comma, closed=True)]
        comma = text.find(", ", comma + 1, last.inner_end)
    return quoted


def _within(mentions: Sequence[Mention], start: int, end: int) -> list[Mention]:
    """The mentions in this part of body_text, by their offsets in it."""
    first = bisect_left(mentions, start, key=lambda mention: mention.start)
    last = bisect_left(mentions, end, key=lambda mention: mention.start)
    return [Mention(m.start - start, m.end - start, m.entity) for m in mentions[first:last]]


def _sentence(state: _State, sentence: _Sentence, *, goes_on: bool) -> None:
    speakers = _spoken_by(state, sentence)
    said = utterances(sentence.tokens, sentence.frames, sentence.text)
    frame = framing(sentence.tokens, sentence.frames, said)
    if said:
        alone = frame is None and all(token.kind in {"quote", "mark"} for token in sentence.tokens)
        speaker = speakers[sentence.frames.index(frame)] if frame else None
        _add_direct(state, sentence, said, frame, speaker, goes_on=goes_on or alone)
    elif sentence.frames:
        state.latest = None
    taken = set(said)
    for index, other in enumerate(sentence.frames):
        if other is not frame:
            taken |= _add_reported(state, sentence, index, speakers[index], taken)


def _spoken_by(state: _State, sentence: _Sentence) -> list[Speaker | None]:
    """The speaker of each frame; a frame without subject has that of the frame before."""
    found: list[Speaker | None] = []
    for frame in sentence.frames:
        if frame.subject:
            found.append(state.speakers.resolve(frame.subject, sentence.offset))
            continue
        if not found and (phrase := leading(sentence.tokens, frame.start)):
            found.append(state.speakers.resolve(phrase, sentence.offset))
            continue
        found.append(found[-1] if found else state.speakers.last())
    return found


def _add_direct(
    state: _State,
    sentence: _Sentence,
    said: Sequence[int],
    frame: Frame | None,
    speaker: Speaker | None,
    *,
    goes_on: bool,
) -> None:
    """Add the utterances to the quotes, or to the one that they go on with."""
    spans = tuple(_inner_span(state, sentence, index) for index in said)
    cue = _cue(state, sentence, frame) if frame else None
    if goes_on and state.latest is not None:
        old = state.quotes[state.latest]
        known = old.speaker or (speaker.participant if speaker else None)
        state.quotes[state.latest] = replace(old, spans=(*old.spans, *spans), cue=old.cue or cue, speaker=known)
        return
    carried = speaker or _introduced(state, sentence, said) or state.speakers.last()
    state.latest = len(state.quotes)
    state.quotes.append(_quote("direct", spans, cue, carried, carried_over=speaker is None))


def _introduced(state: _State, sentence: _Sentence, said: Sequence[int]) -> Speaker | None:
    """Who speaks where no cue says so: 'Prado was blunt: "..."'."""
    phrase = leading(sentence.tokens, said[0])
    return state.speakers.resolve(phrase, sentence.offset) if phrase and not sentence.frames else None


def _add_reported(state: _State, sentence: _Sentence, index: int, speaker: Speaker | None, taken: Set[int]) -> set[int]:
    """Add what the frame reports; the indices of the tokens that it reports, none of those `taken` already."""
    frame = sentence.frames[index]
    found = clauses(sentence.tokens, sentence.frames, index)
    found = [(a, b) for a, b in found if not any(a <= i < b for i in taken)]
    if found:
        marked = [i for a, b in found for i in range(a, b) if _is_marked(sentence, i)]
        whole = len(found) == 1 and found[0][1] - found[0][0] == 1 and bool(marked)
        spans = tuple(
            _inner_span(state, sentence, a) if whole else _range_span(state, sentence, a, b) for a, b in found
        )
        sentence_of_its_own = whole and len(spans[0].text.split()) >= _SENTENCE
        kind: QuoteKind = "direct" if sentence_of_its_own else "mixed" if marked else "indirect"
        state.quotes.append(_quote(kind, spans, _cue(state, sentence, frame), speaker))
        return {i for a, b in found for i in range(a, b)}
    if frame.cue.form == "according to":
        return set()
    limit = next((f.cue_first for f in sentence.frames[index + 1 :]), len(sentence.tokens))
    marked = [i for i in range(frame.cue_end, limit) if i not in taken and _is_marked(sentence, i)]
    if marked:
        spans = tuple(_inner_span(state, sentence, i) for i in marked)
        state.quotes.append(_quote("mixed", spans, _cue(state, sentence, frame), speaker))
    return set(marked)


def _is_marked(sentence: _Sentence, index: int) -> bool:
    return sentence.tokens[index].kind == "quote" and is_speech(sentence.tokens, index, sentence.text)


def _quote(
    kind: QuoteKind, spans: tuple[Span, ...], cue: Span | None, speaker: Speaker | None, *, carried_over: bool = False
) -> Quote:
    if speaker is None:
        return Quote(kind=kind, spans=spans, cue=cue, confidence=_UNKNOWN, component=NAME)
    confidence = _CARRIED if carried_over else _NAMED if speaker.participant.name else _DESCRIBED
    return Quote(kind=kind, spans=spans, cue=cue, speaker=speaker.participant, confidence=confidence, component=NAME)


def _cue(state: _State, sentence: _Sentence, frame: Frame) -> Span:
    first, last = sentence.tokens[frame.cue_first], sentence.tokens[frame.cue_end - 1]
    return _span(state, sentence.offset + first.start, sentence.offset + last.end)


def _inner_span(state: _State, sentence: _Sentence, index: int) -> Span:
    piece = sentence.tokens[index].piece
    assert piece is not None
    end = piece.inner_end
    said = inner(sentence.tokens[index], sentence.text)
    if said.endswith(",") and piece.closed:
        end -= 1  # the comma is ours, before 'he said'
    return _span(state, sentence.offset + piece.inner_start, sentence.offset + end)


def _range_span(state: _State, sentence: _Sentence, first: int, end: int) -> Span:
    return _span(state, sentence.offset + sentence.tokens[first].start, sentence.offset + sentence.tokens[end - 1].end)


def _span(state: _State, start: int, end: int) -> Span:
    return Span(text=state.text[start:end], start=start, end=end)

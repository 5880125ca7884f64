"""One format under the fuzzer: `python -m benchmarks.fuzz.target FORMAT [options of libFuzzer] CORPUS...`

Coverage of our own parsers guides the fuzzer (Atheris, which is libFuzzer for Python); what it finds is held to the
promises of a reading: a story or an error, never an exception, sentences for errors, text without control characters,
mentions that stand where they say.
"""

import re
import sys

import atheris

with atheris.instrument_imports(include=["pipeline.formats"]):
    from pipeline.formats.base import Item
    from pipeline.formats.registry import FORMATS, read
    from pipeline.story import Story, decode, encode

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def promises(data: bytes, format_: str | None) -> None:
    """AssertionError when the reading of `data` breaks one."""
    reading = read(Item(data=data, format=format_))
    assert reading.stories or reading.errors, "neither a story nor an error"
    for error in reading.errors:
        assert "parser failed with" not in error.cause, error.cause
        assert "made an invalid story" not in error.cause, error.cause
        assert error.cause.endswith((".", "…")), error.cause
        error.cause.encode()
    for story in reading.stories:
        _sound(story)


def _sound(story: Story) -> None:
    assert decode(encode(story)).uri == story.uri
    assert not _CONTROLS.search(story.body_text + (story.headline or "")), "a control character"
    for entity in story.entities:
        for mention in entity.mentions:
            assert story.body_text[mention.start : mention.end] == mention.text, "a mention elsewhere"


def main() -> None:
    """Never returns: libFuzzer ends the process. FORMAT 'detected' leaves the format to be detected."""
    name = sys.argv.pop(1)
    format_ = None if name == "detected" else name
    assert format_ is None or format_ in {each.name for each in FORMATS}, f"There is no format {name}."
    atheris.Setup(sys.argv, lambda data: promises(data, format_))
    atheris.Fuzz()


if __name__ == "__main__":
    main()

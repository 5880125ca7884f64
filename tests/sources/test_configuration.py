"""feeds.toml: what is right, and the sentence for each thing that is wrong."""

from pathlib import Path

import pytest

from pipeline.errors import OperatorError
from pipeline.sources.configuration import load
from pipeline.sources.registry import KINDS, kind_of

EXAMPLE = Path(__file__).parents[2] / "deploy" / "feeds.example.toml"
FOLDER = '[[feed]]\nid = "a"\nkind = "folder"\npath = "in"\n'
WRONG = {
    "no toml": ("[[feed", "is no TOML"),
    "something else": ("[feeds]\n", "'feeds' does not belong there"),
    "feed is no list": ("feed = 1\n", "'feed' does not belong there"),
    "no kind": ('[[feed]]\nid = "a"\n', "the feed 'a' has no kind; there are folder,"),
    "unknown kind": ('[[feed]]\nid = "a"\nkind = "telex"\n', "the feed 'a' has the kind 'telex'; there are folder,"),
    "no id": ('[[feed]]\nkind = "folder"\npath = "in"\n', "the feed number 1 is wrong"),
    "odd id": (FOLDER.replace('"a"', '"a b"'), "the feed 'a b' is wrong in 'id'"),
    "two of one id": (FOLDER + FOLDER, "two feeds have the id 'a'"),
    "unknown field": (FOLDER + "pathh = 1\n", "the feed 'a' is wrong"),
    "wrong type": (FOLDER + 'every = "often"\n', "the feed 'a' is wrong in 'every'"),
    "never": (FOLDER + "every = 0\n", "the feed 'a' is wrong in 'every'"),
    "unknown lane": (FOLDER + 'lane = "fast"\n', "the feed 'a' is wrong in 'lane'"),
}


def test_the_example_shows_every_kind() -> None:
    feeds = load(EXAMPLE)
    assert {kind_of(feed).name for feed in feeds} == {kind.name for kind in KINDS}
    assert len({feed.id for feed in feeds}) == len(feeds)


@pytest.mark.parametrize(("text", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "feeds.toml"
    file.write_text(text)
    with pytest.raises(OperatorError) as raised:
        load(file)
    assert sentence in str(raised.value)
    assert str(raised.value).startswith(str(file))
    assert str(raised.value).endswith(".")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="No such file or directory"):
        load(tmp_path / "feeds.toml")

"""How feeds are dealt out to the processes that are configured with them."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.leases import Claim, _Dealer, dealt

FEEDS = st.frozensets(st.sampled_from("abcdefg"))


def claim(feeds: str, held: str = "", generation: int = 1) -> Claim:
    return Claim(feeds=frozenset(feeds), held=frozenset(held), generation=generation)


def test_who_has_a_feed_keeps_it() -> None:
    assert dealt({"m": claim("abc", "abc"), "a": claim("abc")}) == {"m": {"a", "b", "c"}, "a": set()}


def test_those_who_begin_together_share() -> None:
    assert dealt({"m": claim("abcd"), "n": claim("abcd")}) == {"m": {"a", "c"}, "n": {"b", "d"}}


def test_nobody_is_given_a_feed_that_it_does_not_know() -> None:
    assert dealt({"m": claim("ab"), "n": claim("bc")}) == {"m": {"a"}, "n": {"b", "c"}}
    assert dealt({"m": claim("a", "ab"), "n": claim("b")}) == {"m": {"a"}, "n": {"b"}}  # it was taken from the file


def test_of_two_who_say_they_have_a_feed_the_later_has_it() -> None:
    woken, successor = claim("ab", "ab", 4), claim("ab", "ab", 5)
    assert dealt({"w": woken, "s": successor}) == {"w": set(), "s": {"a", "b"}}


@given(members=st.dictionaries(st.text("mnop", min_size=1, max_size=3), st.tuples(FEEDS, FEEDS, st.integers(-1, 9))))
def test_each_feed_is_one_members_and_stays_with_it(
    members: dict[str, tuple[frozenset[str], frozenset[str], int]],
) -> None:
    claims = {name: Claim(feeds=feeds, held=held, generation=n) for name, (feeds, held, n) in members.items()}
    given_ = dealt(claims)
    everything = sorted(feed for feeds in given_.values() for feed in feeds)
    assert everything == sorted({feed for each in claims.values() for feed in each.feeds})
    assert all(given_[name] <= claims[name].feeds for name in claims)
    again = {name: replace(each, held=frozenset(given_[name]), generation=10) for name, each in claims.items()}
    assert dealt(again) == given_


def test_what_members_say_and_are_told_goes_through_kafkas_records() -> None:
    class Member:
        def __init__(self, member_id: str, said: bytes | None) -> None:
            self.member_id = member_id
            self.metadata = type("Metadata", (), {"user_data": said})

    ours, other = _Dealer(claim("ab", "b", 3)), _Dealer(claim("ab"))
    said = {name: dealer.metadata(["t"]).user_data for name, dealer in (("o", ours), ("x", other))}
    members = [Member(name, each) for name, each in said.items()]
    given_ = ours.assign(None, [*members, Member("z", b"\xff"), Member("y", None)])
    ours.on_assignment(given_["o"], 4)
    other.on_assignment(given_["x"], 4)
    assert (ours.claim, other.claim) == (claim("ab", "b", 4), claim("ab", "a", 4))
    assert given_["z"].assigned_partitions == []

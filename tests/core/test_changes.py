"""The difference of two contents: counts of words and a summary."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given

from tests.core import strategies as make
from tests.patience import PROCESS_S
from workbench.core.align import leftovers
from workbench.core.changes import SUMMARY_LENGTH, Change, count_change
from workbench.core.content import Content, Message
from workbench.core.text import words


def user(*texts: str) -> Content:
    return Content(tuple(Message("user", text) for text in texts))


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("You are a bot.", "You are a bot.", Change()),
        ("You are a bot.", "You are a friendly bot.", Change(1, 0, "friendly bot.")),
        ("You are a friendly bot.", "You are a bot.", Change(0, 1, "− friendly")),
        ("", "Be brief.", Change(2, 0, "Be brief.")),
        ("Be brief.", "Be kind and brief, please.", Change(3, 0, "kind and brief, please.")),
        ("one two three", "one 2 three", Change(1, 1, "2 three")),
        ("Reply.\nBe nice.", "Give the status.\nBe nice.", Change(3, 1, "Give the status. Be nice.")),
        ("a", "1 2 3 4 5 6 7 8 9 a", Change(9, 0, "1 2 3 4 5 6 7 8 9 a")),
        ("a", "a (see {{order_id}}), don't", Change(3, 0, "(see {{order_id}}), don't")),
        ("我要退货", "我要马上退货", Change(2, 0, "马上退货")),
        ("Say hi", "Say「你好」hi", Change(2, 0, "「你好」hi")),
        ("a b", "a \n\tb", Change(0, 0, "white space")),
        ("Be brief", "Be brief!", Change(0, 0, "brief!")),
        ("{{x}}", "<{{x}}> please", Change(1, 0, "please")),
        ("Be brief 😀", "Be brief", Change(0, 0, "brief")),
        ("!", "", Change(0, 0, "punctuation")),
        ("", "", Change()),
    ],
)
def test_added_and_removed_words_are_counted(old: str, new: str, change: Change) -> None:
    assert count_change(user(old), user(new)) == change


def test_summary_continues_with_unchanged_text_up_to_its_length() -> None:
    old = user("Be nice.\n" + "Keep a positive and helpful tone in all that you say.")
    new = user("Give the status.\n" + "Keep a positive and helpful tone in all that you say.")
    assert count_change(old, new) == Change(3, 2, "Give the status. Keep a positive and…")
    # A summary of removed words has no unchanged words after them.
    assert count_change(user("a b, c z d"), user("a z")) == Change(0, 3, "− b, c")
    assert count_change(user("a z"), user("a b c z d")) == Change(3, 0, "b c z d")


def test_first_version_is_summarised_by_its_first_line() -> None:
    content = Content((Message("system", " \n"), Message("user", "\n  Be brief.\nAnd kind.")))
    assert count_change(None, content) == Change(4, 0, "Be brief.")
    assert count_change(None, Content()) == Change()
    # An empty text differs from "no version": its summary consists of words.
    assert count_change(user(""), content) == Change(4, 0, "Be brief. And kind.")


def test_summary_stops_at_the_end_of_a_message() -> None:
    assert count_change(user("a"), user("a b", "c d")) == Change(3, 0, "b")


def test_role_changes_are_named_but_not_counted() -> None:
    system, asked = Message("system", "Be brief."), Message("user", "Hi")
    old = Content((system, asked))
    assert count_change(old, Content((Message("user", "Be brief."), asked))) == Change(0, 0, "roles")
    assert count_change(old, Content((system, Message("assistant", ""), asked))) == Change(0, 0, "roles")
    assert count_change(old, Content((Message("user", "Be very brief."), asked))) == Change(1, 0, "very brief.")
    # Words that move to another message count as removed and added, whatever their number.
    assert count_change(old, Content((asked, system))).added > 0


def test_changes_without_words_are_named() -> None:
    old = user("{{x}}")
    assert count_change(old, Content(old.messages, "jinja")).summary == "jinja template"
    assert count_change(Content(old.messages, "jinja"), old).summary == "plain template"
    assert count_change(old, Content(old.messages, extra='{"tools":[]}')).summary == "settings"
    assert count_change(old, user("{{x}}\n")).summary == "white space"


@given(make.contents, make.contents)
def test_counts_match_the_words_of_both_texts(old: Content, new: Content) -> None:
    change = count_change(old, new)
    before = Counter(w for m in old.messages for w in words(m.text))
    after = Counter(w for m in new.messages for w in words(m.text))
    assert change.added - change.removed == after.total() - before.total()
    assert (after - before).total() <= change.added <= after.total()
    assert (change == Change()) == (old == new)
    assert bool(change.summary) == (old != new)
    assert len(change.summary.removeprefix("− ")) <= SUMMARY_LENGTH
    assert len(change.summary.splitlines()) <= 1


@given(make.texts, make.texts, make.texts, make.texts)
def test_common_start_and_end_do_not_change_the_count(start: str, old: str, new: str, end: str) -> None:
    """The short way of comparing counts what the whole comparison counts."""
    change = count_change(user(start + old + end), user(start + new + end))
    before, after = words(start + old + end), words(start + new + end)
    removed, added = leftovers(before, after)
    assert (change.added, change.removed) == (len(added), len(removed))


@given(make.texts, make.texts)
def test_summary_is_part_of_the_new_text(old: str, new: str) -> None:
    change = count_change(user(old), user(new))
    if change.added:
        assert change.summary.removesuffix("…") in " ".join(new.split())
        assert words(change.summary)


@given(make.texts, make.texts)
def test_reversed_change_swaps_added_and_removed_words(old: str, new: str) -> None:
    there, back = count_change(user(old), user(new)), count_change(user(new), user(old))
    assert (there.added, there.removed) == (back.removed, back.added)


@given(make.contents)
def test_every_word_of_a_first_version_counts_as_added(content: Content) -> None:
    total = sum(len(words(m.text)) for m in content.messages)
    change = count_change(None, content)
    assert (change.added, change.removed) == (total, 0)


def test_very_long_word_is_cut_in_the_summary() -> None:
    assert count_change(user("a"), user("a " + "x" * 1_000_000)) == Change(1, 0, "x" * 39 + "…")
    assert count_change(user("x" * 1_000_000), user("x" * 1_000_001)) == Change(1, 1, "x" * 39 + "…")


MEGABYTE = """
import random, resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from workbench.core.changes import Change, count_change
from workbench.core.content import Content, Message
source = random.Random(7)
long = source.choices([f"word{i}" for i in range(2000)], k=130_000)
edited = ["first", *long[:60_000], "middle", *long[60_010:], "last"]
other = source.choices([f"word{i}" for i in range(2000)], k=130_000)
one, two, three = (Content((Message("user", " ".join(text)),)) for text in (long, edited, other))
assert count_change(one, two) == Change(3, 10, f"first {' '.join(long)}"[:40].rpartition(" ")[0] + "…")
assert count_change(one, three).added > 100_000
"""


def test_megabyte_texts_are_compared_in_bounded_memory() -> None:
    # A table of all pairs of words would need 2 GB and far too much time here.
    done = subprocess.run(
        [sys.executable, "-c", MEGABYTE], capture_output=True, text=True, timeout=PROCESS_S, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0

"""How far one content is from another, in words."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given

from tests.core import strategies as make
from workbench.core.changes import Change, count_change
from workbench.core.content import Content, Message
from workbench.core.text import words


def user(*texts: str) -> Content:
    return Content(tuple(Message("user", text) for text in texts))


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("You are a bot.", "You are a bot.", Change()),
        ("You are a bot.", "You are a friendly bot.", Change(1, 0, "friendly")),
        ("You are a friendly bot.", "You are a bot.", Change(0, 1, "− friendly")),
        ("Be brief.", "Be kind and brief, please.", Change(4, 0, "kind and")),
        ("one two three", "one 2 three", Change(1, 1, "2")),
        ("a", "1 2 3 4 5 6 7 8 9 a", Change(9, 0, "1 2 3 4 5 6 7 8")),
        ("a", "a (see {{order_id}}), don't", Change(12, 0, "(see {{order_id}})")),
        ("我要退货", "我要马上退货", Change(2, 0, "马上")),
        ("Say hi", "Say「你好」hi", Change(4, 0, "「你好」")),
        ("a b", "a \n\tb", Change(0, 0, "white space")),
        ("a", "a\0", Change(1, 0, "\0")),
        ("", "", Change()),
    ],
)
def test_words_added_and_removed(old: str, new: str, change: Change) -> None:
    assert count_change(user(old), user(new)) == change


def test_the_summary_ends_where_the_run_of_changed_words_ends() -> None:
    assert count_change(user("a z"), user("a b c z d")) == Change(3, 0, "b c")
    assert count_change(user("a b c z d"), user("a z")) == Change(0, 3, "− b c")
    assert count_change(user("a"), user("a b c d"), summary_words=2) == Change(3, 0, "b c")


def test_the_first_version_shows_its_first_line() -> None:
    content = Content((Message("system", " \n"), Message("user", "\n  Be brief.\nAnd kind.")))
    assert count_change(None, content) == Change(6, 0, "Be brief.")
    assert count_change(None, Content()) == Change()
    # An empty text is not "no version": its summary is made of words.
    assert count_change(user(""), content) == Change(6, 0, "Be brief. And kind.")


def test_a_run_of_words_stops_at_the_end_of_a_message() -> None:
    assert count_change(user("a"), user("a b", "c d")) == Change(3, 0, "b")


def test_roles_are_not_counted_but_said() -> None:
    system, asked = Message("system", "Be brief."), Message("user", "Hi")
    old = Content((system, asked))
    assert count_change(old, Content((Message("user", "Be brief."), asked))) == Change(0, 0, "roles")
    assert count_change(old, Content((system, Message("assistant", ""), asked))) == Change(0, 0, "roles")
    assert count_change(old, Content((Message("user", "Be very brief."), asked))) == Change(1, 0, "very")
    # Words that move to another message were taken there and put here, whatever their number.
    assert count_change(old, Content((asked, system))).added > 0


def test_changes_without_words_have_a_name() -> None:
    old = user("{{x}}")
    assert count_change(old, Content(old.messages, "jinja")).summary == "jinja template"
    assert count_change(Content(old.messages, "jinja"), old).summary == "plain template"
    assert count_change(old, Content(old.messages, extra='{"tools":[]}')).summary == "settings"
    assert count_change(old, user("{{x}}\n")).summary == "white space"


@given(make.contents, make.contents)
def test_counts_balance_the_two_texts(old: Content, new: Content) -> None:
    change = count_change(old, new)
    before = Counter(w for m in old.messages for w in words(m.text))
    after = Counter(w for m in new.messages for w in words(m.text))
    assert change.added - change.removed == after.total() - before.total()
    assert (after - before).total() <= change.added <= after.total()
    assert (change == Change()) == (old == new)
    assert bool(change.summary) == (old != new)


@given(make.texts, make.texts)
def test_the_way_back_adds_what_the_way_removed(old: str, new: str) -> None:
    there, back = count_change(user(old), user(new)), count_change(user(new), user(old))
    assert (there.added, there.removed) == (back.removed, back.added)


@given(make.contents)
def test_from_nothing_every_word_is_new(content: Content) -> None:
    total = sum(len(words(m.text)) for m in content.messages)
    change = count_change(None, content)
    assert (change.added, change.removed) == (total, 0)


def test_a_word_without_end_is_cut_in_the_summary() -> None:
    assert count_change(user("a"), user("a " + "x" * 1_000_000)) == Change(1, 0, "x" * 79 + "…")


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
assert count_change(one, two) == Change(3, 10, "first")
assert count_change(one, three).added > 100_000
"""


def test_a_megabyte_is_compared_in_bounded_memory() -> None:
    # A table of all pairs of words would need 2 GB here, and so much time that the test would not end.
    done = subprocess.run([sys.executable, "-c", MEGABYTE], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert done.returncode == 0

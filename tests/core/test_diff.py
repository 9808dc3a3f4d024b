"""Word diffs: exact, readable, never splitting characters, bounded in time."""

from __future__ import annotations

import random

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from tests.core import strategies as make
from workbench.core import align, diff
from workbench.core.changes import count_change
from workbench.core.content import Content, Message
from workbench.core.diff import TextDiff, diff_texts

TRICKY = (
    "🇩", "🇪", "🇫🇷", "👩", "\u200d", "👧", "🏽", "\u0301", "\u3099", "か", "e", "क्", "ष", "\r", "\n", "각",
    "\u1100", "\u1161", "1️⃣", " ", "word", ".", "退", "\ufe0f", "\u0600", "แ", "ก", "ำ", "้", "ກ", "ຳ", "ស", "\u17d2",
    "ា", "က", "\u1039", "\u103a", "င", "ေ",
)  # fmt: skip
spaceless = st.lists(
    st.sampled_from(
        ["คุณ", "ไป", "น้ำ", "แ", "ํ", "ຊື້", "ນ້ຳ", "ប", "ញ្ជា", "\u17d2", "អ្នក", "သင်", "အင်္ဂ", "က", "\u103a", " ", "\u200b"]
    ),
    max_size=14,
).map("".join)  # fmt: skip
tricky = st.lists(st.sampled_from(TRICKY), max_size=14).map("".join)
similar = st.lists(
    st.sampled_from(["the ", "cat", " sat", ", ", "on\n", "mat. ", "我", "a-b ", "\n"]), max_size=16
).map("".join)


def marked(made: TextDiff) -> str:
    """Return a diff in readable notation."""
    around = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    return "".join(around[piece.kind].format(piece.text) for piece in made.pieces())


def check(old: str, new: str) -> TextDiff:
    made = diff_texts(old, new)
    pieces = list(made.pieces())
    assert "".join(p.text for p in pieces if p.kind != "added") == old
    assert "".join(p.text for p in pieces if p.kind != "removed") == new
    assert all(p.text for p in pieces)
    assert made.apply(()) == old
    assert made.apply(range(len(made.hunks))) == new
    at = -1
    for hunk in made.hunks:
        assert hunk.old_start > at or (at == -1 and hunk.old_start == 0)
        assert (hunk.old_start, hunk.new_start) != (hunk.old_end, hunk.new_end)
        at = hunk.old_end
    return made


def cuts(text: str) -> set[int]:
    return {0, len(text), *(match.end() for match in regex.finditer(r"\X", text))}


anything = st.one_of(make.texts, tricky, similar, spaceless)


@given(anything, anything)
def test_diff_reproduces_the_old_and_the_new_text(old: str, new: str) -> None:
    check(old, new)


@given(st.one_of(tricky, spaceless), st.one_of(tricky, spaceless))
def test_diff_never_splits_a_visible_character(old: str, new: str) -> None:
    before, after = cuts(old), cuts(new)
    for hunk in check(old, new).hunks:
        assert {hunk.old_start, hunk.old_end} <= before
        assert {hunk.new_start, hunk.new_end} <= after


@given(st.one_of(similar, spaceless), st.one_of(similar, spaceless), st.sets(st.integers(0, 8)))
def test_any_subset_of_changes_can_be_applied(old: str, new: str, chosen: set[int]) -> None:
    made = diff_texts(old, new)
    parts = [p for p in made.pieces() if p.kind == "same" or (p.kind == "added") == (p.hunk in chosen)]
    assert made.apply(chosen) == "".join(p.text for p in parts)


@given(similar, similar)
def test_diff_is_exact_beyond_the_pair_limit(old: str, new: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(align, "EXACT_PAIRS", 4)
        patch.setattr(diff, "_LONGEST_GAP", 12)
        check(old, new)


@given(st.one_of(similar, spaceless), st.one_of(similar, spaceless))
def test_word_counts_match_the_timeline(old: str, new: str) -> None:
    made = diff_texts(old, new)
    change = count_change(Content((Message("user", old),)), Content((Message("user", new),)))
    assert (made.added, made.removed) == (change.added, change.removed)


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("same", "same", "same"),
        ("", "new", "[+new+]"),
        ("old", "", "[-old-]"),
        ("order 1 is on its way.", "order 1 is in transit.", "order 1 is [-on its way-][+in transit+]."),
        (
            "It is on its way. You wait",
            "It is in transit.\n\nETA: Friday.\n\nYou wait",
            "It is [-on its way-][+in transit+].[- -][+\n\nETA: Friday.\n\n+]You wait",
        ),
        ("One.\n\nThree.", "One.\n\nTwo.\n\nThree.", "One.\n\n[+Two.\n\n+]Three."),
        ("- a b\n- c b\n", "- a b\n- x b\n- c b\n", "- a b\n[+- x b\n+]- c b\n"),
        ("Hello, world", "Hello world!", "Hello[-,-] world[+!+]"),
        ("cat", "cart", "[-cat-][+cart+]"),
        ("foo, bar", "baz, qux", "[-foo, bar-][+baz, qux+]"),
        ("hot pan on big fire", "cold pot on new oven", "[-hot pan on big fire-][+cold pot on new oven+]"),
        ("I have a cat", "I had a dog", "I [-have-][+had+] a [-cat-][+dog+]"),
        ("我要退货", "我要马上退货", "我要[+马上+]退货"),
        ("คำสั่งซื้อของคุณกำลังจัดส่ง", "คำสั่งซื้อของคุณจัดส่งแล้ว", "คำสั่งซื้อของคุณ[-กำลัง-]จัดส่ง[+แล้ว+]"),
        ("ผมไปตลาด", "ผมได้ไปตลาดเมื่อวาน", "ผม[+ได้+]ไปตลาด[+เมื่อวาน+]"),
        ("นำมา", "น้ำมา", "[-นำ-][+น้ำ+]มา"),
        ("ຂອງທ່ານກຳລັງຈັດສົ່ງ", "ຂອງທ່ານຈັດສົ່ງແລ້ວ", "ຂອງທ່ານ[-ກຳລັງ-]ຈັດສົ່ງ[+ແລ້ວ+]"),
        ("អ្នកកំពុងដឹកជញ្ជូន", "អ្នកបានដឹកជញ្ជូន", "អ្នក[-កំពុង-][+បាន+]ដឹកជញ្ជូន"),
        ("ပို့ဆောင်နေပါသည်။", "ပို့ဆောင်ပြီးပါပြီ။", "ပို့ဆောင်[-နေ-][+ပြီး+]ပါ[-သည်-][+ပြီ+]။"),
        ("cafe", "cafe\u0301", "[-cafe-][+cafe\u0301+]"),
        ("か", "か\u3099", "[-か-][+か\u3099+]"),
        ("🇩🇪🇫🇷", "🇩🇫🇷", "[-🇩🇪🇫🇷-][+🇩🇫🇷+]"),
        ("👩\u200d👩\u200d👧 x", "👩\u200d👩\u200d👦 x", "[-👩\u200d👩\u200d👧-][+👩\u200d👩\u200d👦+] x"),
        ("👍 ok", "👍🏽 ok", "[-👍-][+👍🏽+] ok"),
        ("a\r\nb", "a\nb", "a[-\r\n-][+\n+]b"),
        ("a\u00a0b", "a b", "a[-\u00a0-][+ +]b"),
        ('{"a": 1, "b": 2}', '{"a": 1, "b": 3}', '{"a": 1, "b": [-2-][+3+]}'),
    ],
)  # fmt: skip
def test_diff_is_grouped_into_readable_changes(old: str, new: str, shown: str) -> None:
    assert marked(check(old, new)) == shown


def test_sliding_change_keeps_common_text_between_changes() -> None:
    check("x\na\nb\na\n", "y\na\na\nb\na\nc\n")


def test_megabyte_texts_are_compared_exactly() -> None:
    source = random.Random(5)
    names = [f"w{n}" for n in range(3000)]
    one, other = (" ".join(source.choices(names, k=160_000)) for _ in range(2))
    assert len(one) > 900_000
    changed = one.replace("w77 ", "changed ")
    made = check(one, changed)
    assert made.added == made.removed == one.count("w77 ")
    check(one, other)

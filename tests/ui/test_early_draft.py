"""Text typed before the window is complete survives a kill at any moment."""

from __future__ import annotations

import json
import os
import random
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count

import pytest

from tests import depth
from tests.ui.early_draft_support import DEEP, FIRST, Held, forks, held, newest, opening
from tests.ui.held_start import STAGES
from tests.ui.starting import Starting
from workbench.core import content as contents
from workbench.core.content import Content
from workbench.store import early_draft
from workbench.store.draft_preview import read_newest_preview, read_preview

__all__ = ["forks", "held", "opening"]


pytestmark = [pytest.mark.window, pytest.mark.e2e]


@pytest.mark.parametrize("seed", depth.seeds(quick=1, deep=40))
def test_text_typed_during_startup_survives_a_kill_at_any_stage(starting: Starting, held: Held, seed: int) -> None:
    """The start stands still, so nothing but the early draft can save it."""
    chance = random.Random(seed)
    stages = [STAGES[seed % len(STAGES)], *chance.sample(STAGES, chance.randint(0, 2))]
    text = FIRST
    for number, stage in enumerate(stages):
        with held(starting.db, stage) as child:
            words = [f"{number}.{word} " for word in range(chance.randint(1, 3))]
            for word in words:
                child.type(word)
            text = "".join(words) + text  # the caret is at the start of the text that was found
            starting.until(lambda wanted=text: newest(starting.db) == wanted)
    frame = starting.show()
    assert frame.text()[0].messages[0].text == text
    window = starting.complete()
    assert window.editor.content().messages[0].text == text
    starting.until(lambda: starting.stored() == text)
    assert early_draft.read(starting.db) == []


@pytest.mark.parametrize("seed", depth.seeds(quick=1, deep=60))
def test_kill_while_typing_keeps_the_early_draft_already_on_disk(starting: Starting, held: Held, seed: int) -> None:
    """What was on the disk once is never older at the next start, and never of another text than was typed."""
    chance = random.Random(seed)
    words = [f"{number} " for number in range(chance.randint(2, 40))]
    with held(starting.db, "shown") as child:
        for word in words:
            child.type(word)
        seen = newest(starting.db)
    after = newest(starting.db)
    possible = ["".join(words[:n]) + FIRST for n in range(len(words) + 1)]
    assert possible.index(after) >= possible.index(seen)


class TestWhatWasTypedInEarlierStarts:
    """Files of early drafts exist beside the history."""

    @pytest.fixture
    def typed(self, starting: Starting) -> Callable[..., None]:
        """Return a function that leaves the file of a start that was killed after `text` was typed over `over`."""
        sessions = count(1)

        def leave(text: str, *, over: Iterable[str] = (FIRST,), at: str = "2000-01-01T00:00:00.000Z") -> None:
            found = read_preview(starting.db)
            assert found is not None
            first, *others = found.content.messages

            def content(words: str) -> Content:
                return replace(found.content, messages=(replace(first, text=words), *others))

            bases = tuple(early_draft.text_hash(content(words), found.values) for words in over)
            session = f"{next(sessions):032x}"
            early_draft.write(
                starting.db,
                early_draft.EarlyDraft(found.prompt_uid, content(text), found.values, bases, at, session),
            )

        return leave

    def test_early_draft_is_shown_at_first_paint_and_stored(
        self, starting: Starting, typed: Callable[..., None]
    ) -> None:
        typed("Typed.")
        assert starting.show().text()[0].messages[0].text == "Typed."
        window = starting.complete()
        assert starting.stored() == "Typed."
        assert early_draft.read(starting.db) == []
        assert not window.editor.can_undo

    @pytest.mark.parametrize("at", [pytest.param("2000-01-01T00:00:00.000Z", marks=DEEP), "2999-01-01T00:00:00.000Z"])
    def test_early_draft_over_an_outdated_base_becomes_a_new_prompt(
        self, starting: Starting, typed: Callable[..., None], at: str
    ) -> None:
        """Whichever of the two is newer: nothing that was typed is dropped."""
        typed("Typed.", over=["Something else."], at=at)
        starting.show()
        window = starting.complete()
        assert starting.stored() == FIRST
        assert early_draft.read(starting.db) == []
        assert self.texts(starting) == [FIRST, "Typed."]
        assert self.names(starting)[1] in window.notice.text()

    def test_typing_in_another_start_keeps_an_early_draft_not_shown(
        self, starting: Starting, typed: Callable[..., None], held: Held
    ) -> None:
        """The draft changed since, so the next start shows the stored one; a letter typed there takes nothing away."""
        typed("Typed.", over=["Something else."])
        with held(starting.db, "shown") as child:
            child.type("x")
            starting.until(lambda: newest(starting.db) == f"x{FIRST}")
        starting.show()
        starting.complete()
        assert starting.stored() == f"x{FIRST}"
        assert sorted(self.texts(starting)) == sorted([f"x{FIRST}", "Typed."])
        assert early_draft.read(starting.db) == []

    def test_newer_of_two_early_drafts_over_the_same_text_becomes_the_draft(
        self, starting: Starting, typed: Callable[..., None]
    ) -> None:
        typed("Newer.", at="2000-01-02T00:00:00.000Z")
        typed("Older.")
        assert starting.show().text()[0].messages[0].text == "Newer."
        starting.complete()
        assert self.texts(starting) == ["Newer.", "Older."]

    def test_continued_early_draft_replaces_the_earlier_one(
        self, starting: Starting, typed: Callable[..., None]
    ) -> None:
        typed("One.")
        typed("One. Two.", over=[FIRST, "One."], at="2000-01-02T00:00:00.000Z")
        starting.show()
        starting.complete()
        assert self.texts(starting) == ["One. Two."]
        assert early_draft.read(starting.db) == []

    def test_early_draft_already_in_the_history_is_dropped(
        self, starting: Starting, typed: Callable[..., None]
    ) -> None:
        typed(FIRST, over=["Something else."])
        starting.show()
        starting.complete()
        assert self.texts(starting) == [FIRST]
        assert early_draft.read(starting.db) == []

    def test_unreadable_early_drafts_are_kept_and_do_not_block_the_start(
        self, starting: Starting, typed: Callable[..., None]
    ) -> None:
        """Neither the start nor what else lies there."""
        unreadable = [b"", b"{", b"[]", b'{"format": 1}', b"\xff\xfe", b"[" * 100_000, b'{"format": 99}']
        files = {early_draft.path_of(starting.db, f"{number:031x}f"): text for number, text in enumerate(unreadable)}
        for file, text in files.items():
            file.write_bytes(text)
        typed("Typed.")
        starting.show()
        starting.complete()
        assert starting.stored() == "Typed."
        starting.type("x")
        starting.until(lambda: starting.stored() == "xTyped.")
        assert {file: file.read_bytes() for file in files} == files

    def test_pipe_in_place_of_an_early_draft_does_not_block_the_start(self, starting: Starting) -> None:
        os.mkfifo(early_draft.path_of(starting.db, "0" * 32))
        starting.show()
        starting.until(starting.frame.isActiveWindow)
        starting.type("x")
        starting.complete()
        starting.until(lambda: starting.stored() == f"x{FIRST}")
        assert read_newest_preview(starting.db) is not None

    def names(self, starting: Starting) -> list[str]:
        return [name for (name,) in starting.rows("SELECT name FROM prompts ORDER BY id")]

    def texts(self, starting: Starting) -> list[str]:
        bodies = starting.rows("SELECT body FROM drafts ORDER BY prompt_id")
        return [contents.from_json(json.loads(body)["content"]).messages[0].text for (body,) in bodies]


def test_early_draft_is_deleted_when_the_window_has_saved_the_text(
    starting: Starting, opening: threading.Event
) -> None:
    frame = starting.show()
    starting.until(frame.isActiveWindow)
    starting.type("kept ")
    starting.until(lambda: early_draft.read(starting.db))
    opening.set()
    starting.complete()
    starting.until(lambda: starting.stored() == f"kept {FIRST}" and not early_draft.read(starting.db))


@pytest.mark.parametrize("stage", ["opening", "building"])
def test_closing_during_startup_saves_the_text_and_leaves_no_early_draft(
    starting: Starting, opening: threading.Event, stage: str
) -> None:
    frame = starting.show()
    starting.until(frame.isActiveWindow)
    starting.type("kept ")
    starting.until(lambda: early_draft.read(starting.db))
    opening.set()
    if stage == "building":
        starting.until(lambda: starting.start._window is not None)
    frame.close()
    starting.start.end()
    assert starting.stored() == f"kept {FIRST}"
    assert list(starting.db.parent.glob("*early-draft*")) == []

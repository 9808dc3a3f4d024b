"""A slow keyring, as when the user has to unlock it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.usecases.making import PATIENCE_S, Drawer, cloud, draft, echo, new_prompt, opened, wait_for
from workbench.usecases.workbench import Workbench


class SlowDrawer(Drawer):
    """A keyring that answers once it is unlocked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.unlocked = threading.Event(), threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.set()
        assert self.unlocked.wait(PATIENCE_S)
        return "sk-from-the-keyring-0123456789"


@contextmanager
def slow_keyring(directory: Path) -> Iterator[tuple[Workbench, SlowDrawer]]:
    keyring = SlowDrawer()
    with opened(directory, {}) as (workbench, _):
        workbench.keys._chosen = keyring
        try:
            yield workbench, keyring
        finally:
            keyring.unlocked.set()


def test_lane_waiting_for_the_keyring_does_not_block_others(tmp_path: Path) -> None:
    with slow_keyring(tmp_path) as (workbench, keyring):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(cloud(), echo()), based_on=None)
        assert keyring.asked.wait(PATIENCE_S)
        waiting, free = handle.transcripts
        wait_for(lambda: free.result is not None)
        later = workbench.runner.start_iteration(prompt, draft(echo()), based_on=None)
        assert later.wait(PATIENCE_S)
        assert waiting.result is None
        keyring.unlocked.set()
        assert handle.wait(PATIENCE_S)
        assert waiting.result is not None
        assert waiting.result.state == "finished"


def test_lane_waiting_for_the_keyring_can_be_stopped(tmp_path: Path) -> None:
    with slow_keyring(tmp_path) as (workbench, keyring):
        prompt = new_prompt(workbench)
        handle = workbench.runner.start_iteration(prompt, draft(cloud()), based_on=None)
        assert keyring.asked.wait(PATIENCE_S)
        workbench.runner.stop_all(handle.run_uid)
        assert handle.wait(PATIENCE_S)
        (transcript,) = handle.transcripts
        assert transcript.result is not None
        assert transcript.result.state == "stopped"
        assert not keyring.unlocked.is_set()

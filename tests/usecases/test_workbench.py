"""Opening, seeding, recovering."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from tests.usecases import making
from tests.usecases.making import PATIENCE_S, draft, echo, new_prompt
from workbench.host.dirs import places
from workbench.store import RecoveredOutputs, StoreError
from workbench.store.writer import Writer
from workbench.usecases.problems import RefusedError, problem_of
from workbench.usecases.sample_prompts import ORDER_TOOLS, load_sample
from workbench.usecases.workbench import Workbench, recovery_sentence

SEED = """
import os, sys
from pathlib import Path
from workbench.host.dirs import places
from workbench.usecases.workbench import Workbench
sys.stdin.readline()
Workbench.open(Path(sys.argv[1]), places(os.environ), os.environ).close()
"""
RUN = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.usecases.making import draft, echo, new_prompt, scripted, wait_for
from workbench.host.dirs import places
from workbench.usecases.workbench import Workbench
directory = Path(sys.argv[1])
script = {"models": {"waits": [{"text": "so far"}, {"wait_ms": 60000}]}}
workbench = Workbench.open(
    directory / "w.db", places(os.environ), os.environ, client_factory=scripted(script, directory)
)
prompt = new_prompt(workbench, "Killed")
handle = workbench.runner.start_iteration(prompt, draft(echo(), echo("b", "waits"), echo("c", "waits")), based_on=None)
wait_for(lambda: handle.began is not None)
wait_for(lambda: [o.result.text for o in workbench.history.detail(handle.run_uid).outputs][1:] == ["so far"] * 2)
wait_for(lambda: handle.transcripts[0].snapshot().saved)
print(handle.run_uid, flush=True)
time.sleep(60)
"""
ROOT = Path(__file__).parents[2]
opened = functools.partial(making.opened, made_here=True)


def test_new_database_contains_the_samples(tmp_path: Path) -> None:
    sample = load_sample()
    with opened(tmp_path, {}) as (workbench, _):
        row, other = workbench.prompts.all()
        assert workbench.prompts.sample() == row
        assert other.name == load_sample(ORDER_TOOLS).name
        assert workbench.prompts.draft(other.uid) == load_sample(ORDER_TOOLS).draft
        assert (row.name, row.iterations) == (sample.name, 0)
        assert workbench.prompts.draft(row.uid) == sample.draft
        versions = workbench.store.versions(row.uid)
        assert [(v.number, v.parent, v.content) for v in versions] == [
            (1, None, sample.versions[0].content),
            (2, 1, sample.versions[1].content),
        ]
        assert workbench.engine.state == "new"


def test_samples_are_written_in_one_transaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill between two writes would leave a prompt that looks like one that a person made."""
    submit, asked = Writer.submit, []

    def counted(writer: Writer, work: Callable[..., Any], *, durable: bool) -> Future[Any]:
        asked.append(work)
        return submit(writer, work, durable=durable)

    monkeypatch.setattr(Writer, "submit", counted)
    with opened(tmp_path, {}) as (workbench, _):
        assert workbench.recovery.result(PATIENCE_S) == ""
        assert len(asked) == 2, "one task for the samples and one for recovery"


def test_archived_samples_are_not_added_again(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        for row in workbench.prompts.all():
            workbench.prompts.archive(row.uid).result(PATIENCE_S)
    with opened(tmp_path, {}) as (workbench, _):
        assert workbench.prompts.all() == []
        with pytest.raises(RefusedError, match="no prompt yet"):
            workbench.prompts.sample()


def test_concurrent_processes_seed_a_new_database_once(tmp_path: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", SEED, str(tmp_path / "w.db")], stdin=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write(b"\n")
        child.stdin.flush()
    for child in children:
        _, errors = child.communicate(timeout=PATIENCE_S)
        assert child.returncode == 0, errors.decode()
    with opened(tmp_path, {}) as (workbench, _):
        assert len(workbench.prompts.all()) == 2


def test_killed_session_leaves_interrupted_answers_and_a_notice(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path), str(ROOT)], stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout is not None
        run_uid = child.stdout.readline().strip()
        with opened(tmp_path, {}) as (workbench, _):
            assert workbench.recovery.result(PATIENCE_S) == "", "outputs of a living owner are left alone"
        child.send_signal(signal.SIGKILL)
    assert run_uid
    with opened(tmp_path, {}) as (workbench, _):
        assert workbench.recovery.result(PATIENCE_S) == "Recovered 2 interrupted answers from the last session."
        outputs = workbench.history.detail(run_uid).outputs
        assert [(o.result.state, o.result.text) for o in outputs] == [
            ("finished", "Hello Ada"),
            ("interrupted", "so far"),
            ("interrupted", "so far"),
        ]
    with opened(tmp_path, {}) as (workbench, _):
        assert workbench.recovery.result(PATIENCE_S) == ""


@pytest.mark.parametrize(
    ("outputs", "sentence"),
    [
        (0, ""),
        (1, "Recovered 1 interrupted answer from the last session."),
        (3, "Recovered 3 interrupted answers from the last session."),
    ],
)
def test_recovery_notice_counts_the_answers(outputs: int, sentence: str) -> None:
    assert recovery_sentence(RecoveredOutputs(outputs, min(outputs, 1))) == sentence


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.db").write_text("hello")
    with pytest.raises(StoreError) as caught, opened(tmp_path, {}):
        pass
    assert "not a history database" in problem_of(caught.value).sentence


def test_missing_directory_is_created(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "er"
    workbench = Workbench.open(directory / "w.db", places(os.environ), os.environ)
    workbench.close()
    workbench.close()
    assert (directory / "w.db").exists()
    assert directory.stat().st_mode & 0o077 == 0


def test_drafts_are_exact_and_prompts_can_be_renamed_copied_and_found(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        uid = new_prompt(workbench, "First  one")
        workbench.prompts.save_draft(uid, draft(text="a\r b\u2028\xa0\n\n {{name}}")).result(PATIENCE_S)
        assert workbench.prompts.draft(uid).content.messages[0].text == "a\r b\u2028\xa0\n\n {{name}}"
        workbench.prompts.rename(uid, "Renamed").result(PATIENCE_S)
        copy, made = workbench.prompts.duplicate(uid, "Renamed copy")
        made.result(PATIENCE_S)
        assert workbench.prompts.draft(copy).content == workbench.prompts.draft(uid).content
        assert workbench.prompts.find("renamed").uid == uid
        assert workbench.prompts.find("Renamed c").uid == copy
        with pytest.raises(RefusedError, match=r"There are: .*“Renamed”"):
            workbench.prompts.find("other")
        assert new_prompt(workbench, "Renamed") != uid
        with pytest.raises(RefusedError, match="Several prompts"):
            workbench.prompts.find("Renamed")


def test_session_reports_iterations_and_spending(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        for _ in range(2):
            workbench.runner.start_iteration(prompt, draft(echo()), based_on=None).wait(PATIENCE_S)
        stats = workbench.session.stats()
        assert (stats.iterations, stats.spent_usd, stats.unknown) == (2, 0.0, 0)
        assert stats.median_loop_ms is not None

"""What a second run of failed tests may and may not change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.second_run import failed_tests, second_run

FIRST_TIME_ONLY = """
from pathlib import Path

def test_fails_once(request):
    seen = Path(__file__).with_suffix(".seen")
    first = not seen.exists()
    seen.touch()
    assert not first

def test_fails_always():
    assert False
"""


@pytest.fixture
def unstable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    file = tmp_path / "test_unstable.py"
    file.write_text(FIRST_TIME_ONLY)
    return file


def test_a_test_that_passes_alone_is_named_as_unstable(unstable: Path, capfd: pytest.CaptureFixture[str]) -> None:
    unstable.with_suffix(".seen").touch()
    name = f"{unstable.name}::test_fails_once"
    assert second_run(2, 1, [name]) == 0
    assert capfd.readouterr().out.endswith(f"passed alone:\n  {name}\n")


def test_a_test_that_fails_again_stays_red(unstable: Path) -> None:
    assert second_run(2, 1, [f"{unstable.name}::test_fails_always"]) == 1


def test_more_failures_than_allowed_are_not_run_again(unstable: Path) -> None:
    unstable.with_suffix(".seen").touch()
    assert second_run(0, 1, [f"{unstable.name}::test_fails_once"]) == 1
    assert second_run(1, 1, [f"{unstable.name}::test_fails_once", "test_other.py::test"]) == 1


@pytest.mark.parametrize("code", [0, 2, 3, 4, 5])
def test_a_run_that_did_not_end_keeps_its_code(unstable: Path, code: int) -> None:
    unstable.with_suffix(".seen").touch()
    assert second_run(2, code, [f"{unstable.name}::test_fails_once"]) == code


def test_a_failure_without_a_named_test_stays_red() -> None:
    assert second_run(2, 1, []) == 1


def test_failed_tests_are_read_from_the_cache(tmp_path: Path) -> None:
    cache = tmp_path / "lastfailed"
    assert failed_tests(cache) == []
    cache.write_text('{"b.py::test": true, "a.py::test[x]": true}')
    assert failed_tests(cache) == ["a.py::test[x]", "b.py::test"]

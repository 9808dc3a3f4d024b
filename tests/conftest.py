"""Fixtures of all tests: no screen is needed, no user's home is touched, and nothing is left behind."""

from __future__ import annotations

import gc
import itertools
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from PySide6.QtWidgets import QApplication

from tests import depth, leaks, scratch, surroundings
from tests.formats.pasting import Interpreter
from tests.patience import PatientBot
from workbench.host.dirs import DATABASE_VARIABLE
from workbench.host.processes import is_secret

surroundings.leave()
# Hundreds of child processes would otherwise spend most of their time compiling the package.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Thousands of small databases would otherwise wait for a disk sync at each commit; none has to survive a power failure.
if (memory := scratch.in_memory()) is not None and "TMPDIR" not in os.environ:
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(memory)
    os.environ["TMPDIR"] = tempfile.tempdir = scratch.throwaway(memory)
TAG = leaks.tag_children()
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell ignores SIGINT for background jobs, and children would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No deadline, because the machine may be shared and slow. The quick depth runs the same examples every time, so that an
# unrelated change is not blocked by a new finding; the deep depth searches for new ones.
settings.register_profile("quick", deadline=None, derandomize=True, max_examples=30)
settings.register_profile("deep", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile(depth.pick("quick", "deep"))
if not depth.DEEP:
    # Hypothesis also tries constants of our modules, of those that happen to be imported by then: without this the
    # examples depend on the order of the tests.
    providers._get_local_constants = lambda: providers._local_constants  # type: ignore[attr-defined]

_failed = pytest.StashKey[bool]()
_LOADING = frozenset({"python", "translating"})
"""Session fixtures that load LiteLLM."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests that this depth does not run, and group the modules that load LiteLLM.

    Loading it takes 3 s of CPU time; in a row these modules run in one worker process instead of several.
    """
    depth.collect(config, items)
    loading = {item.path for item in items if not _LOADING.isdisjoint(getattr(item, "fixturenames", ()))}
    items.sort(key=lambda item: item.path not in loading)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    depth.summary(terminalreporter)
    if (seed := terminalreporter.config.getoption("randomly_seed", None)) is not None:
        terminalreporter.line(f"The order of the tests was random; --randomly-seed={seed} has it again.")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Freeze all objects that exist before the first test, because modules and tests are never garbage."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[_failed] = True
    return report


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> PatientBot:
    """A QtBot whose waits have no short default timeouts."""
    return PatientBot(request)


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Report a line such as "500 flips, 0 tracebacks" for the summary at the end of the run."""
    return lambda text: request.node.user_properties.append((depth.FIGURE, text))


@pytest.fixture(scope="session", autouse=True)
def _session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home for session-scoped fixtures; keys are removed from the environment."""
    base = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in list(os.environ.items()):
            if is_secret(name, value):
                patch.delenv(name)
        patch.delenv(DATABASE_VARIABLE, raising=False)
        # Not unset: libraries would then start a session bus, or find the user's.
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:")
        _live_in(patch, base / "session")
        yield base


@pytest.fixture(scope="session")
def python(_session_home: Path) -> Iterator[Interpreter]:
    """Runs generated programs in one interpreter, because their imports take seconds."""
    with Interpreter() as interpreter:
        yield interpreter


@pytest.fixture(autouse=True)
def _no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a passed test that leaves a new thread, process, window or active timer behind."""
    uses_qt = not {"qapp", "qtbot"}.isdisjoint(request.fixturenames)
    threads, processes = leaks.threads(), set(leaks.processes(TAG))
    objects = leaks.qt_objects() if uses_qt else set()
    yield
    leaks.release_mouse()
    if request.node.stash.get(_failed, False):
        return  # its traceback keeps objects alive, and one failure is enough to read
    left = leaks.qt_leaks(objects) if uses_qt else []
    left += leaks.wait_until_empty(lambda: _new_threads(threads))
    left += leaks.wait_until_empty(lambda: _new_processes(processes))
    if left:
        pytest.fail("left behind: " + "; ".join(left), pytrace=False)


@pytest.fixture(autouse=True)
def home(_no_leaks: None, _session_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory for this test, with its XDG directories in it."""
    directory = _session_home / str(next(_numbers))
    _live_in(monkeypatch, directory)
    return directory


_numbers = itertools.count()


def _live_in(patch: pytest.MonkeyPatch, directory: Path) -> None:
    runtime = directory / "run"
    runtime.mkdir(parents=True, mode=0o700)
    patch.setenv("HOME", str(directory))
    patch.setenv("XDG_RUNTIME_DIR", str(runtime))
    for name in ("DATA", "STATE", "CONFIG", "CACHE"):
        patch.setenv(f"XDG_{name}_HOME", str(directory / name.lower()))


def _new_threads(before: set[threading.Thread]) -> list[str]:
    return [f"thread {t.name}" for t in leaks.threads() - before]


def _new_processes(before: set[int]) -> list[str]:
    return [f"process {pid}: {command}" for pid, command in leaks.processes(TAG).items() if pid not in before]

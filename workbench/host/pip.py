"""Runs pip as a child process.

Invariant: pip installs only wheels with the pinned hash, without dependencies, into a directory of the product; no pip
process is left running when the call returns.
"""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.host.errors import HostError
from workbench.host.processes import scrubbed_env

_RAW = re.compile(r"Progress (\d+) of (\d+)")
_RAW_SINCE = (24, 1)
_KEPT_LINES = 40


@dataclass(frozen=True, slots=True)
class PipProgress:
    """Bytes downloaded of a total, which is None while unknown. `text` is pip's last line."""

    done: int
    total: int | None
    text: str = ""

    @property
    def share(self) -> float | None:
        """The completed fraction from 0 to 1, None when unknown."""
        return min(self.done / self.total, 1.0) if self.total else None


class CancelledError(HostError):
    """The user cancelled the installation."""

    def __init__(self) -> None:
        super().__init__("The installation was stopped. Nothing was changed.")


def pip_install(
    requirement: Path,
    target: Path,
    progress: Callable[[PipProgress], None],
    cancelled: threading.Event,
    env: Mapping[str, str],
) -> None:
    """Install a hash-pinned requirements file into `target`. Raises CancelledError or HostError with a sentence."""
    version = _version()
    if version is None:
        raise HostError(
            f"This Python has no pip. Run “{sys.executable} -m ensurepip” once, then try again.",
            f"no pip for {sys.executable}",
        )
    bar = "raw" if version >= _RAW_SINCE else "off"
    command = [
        *(sys.executable, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--no-compile"),
        *("--no-deps", "--require-hashes", "--only-binary", ":all:", "--progress-bar", bar),
        *("--requirement", str(requirement), "--target", str(target)),
    ]
    code, lines = _run(command, pip_env(env), progress, cancelled)
    if cancelled.is_set():
        raise CancelledError
    if code != 0:
        raise HostError(_sentence("\n".join(lines)), "\n".join(lines))


def pip_env(env: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for pip: no secrets, except in pip's own settings, which private registries may need."""
    own = {name: value for name, value in env.items() if name.startswith("PIP_")}
    # A user installation cannot be combined with a target directory.
    return {**scrubbed_env(env), **own, "PIP_USER": "0", "PYTHONUNBUFFERED": "1"}


def _version() -> tuple[int, ...] | None:
    try:
        text = importlib.metadata.version("pip")
    except importlib.metadata.PackageNotFoundError:
        return None
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


def _run(
    command: Sequence[str],
    env: Mapping[str, str],
    progress: Callable[[PipProgress], None],
    cancelled: threading.Event,
) -> tuple[int, list[str]]:
    lines: deque[str] = deque(maxlen=_KEPT_LINES)
    ended = threading.Event()
    with subprocess.Popen(
        command,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        watcher = threading.Thread(target=_watch, args=(process, cancelled, ended), name="pip-cancel", daemon=True)
        watcher.start()
        try:
            _read(process.stdout, lines, progress)
            process.wait()
        finally:
            ended.set()
            process.kill()
            watcher.join()
    return process.returncode, list(lines)


def _watch(process: subprocess.Popen[str], cancelled: threading.Event, ended: threading.Event) -> None:
    while not ended.is_set():
        if cancelled.wait(0.1):
            process.kill()
            return


def _read(stream: Iterable[str], lines: deque[str], progress: Callable[[PipProgress], None]) -> None:
    text = ""
    for line in stream:
        line = line.strip()
        if match := _RAW.fullmatch(line):
            done, total = int(match.group(1)), int(match.group(2))
            progress(PipProgress(done, total or None, text))
        elif line:
            text = line
            lines.append(line)
            progress(PipProgress(0, None, text))


def _sentence(output: str) -> str:
    low = output.lower()
    if "do not match the hashes" in low:
        return "The download does not match what this release expects and was discarded. Try again later."
    if "no space left" in low:
        return "The disk is full. Make room, about 300 MB, and try again."
    if "permission denied" in low:
        return "The model cannot be written to the data folder. Check its permissions."
    if "no matching distribution" in low or "could not find a version" in low or "connection" in low:
        return "The package registry did not give the model. Check the network connection and pip's settings."
    return "pip could not install the model; see the details."

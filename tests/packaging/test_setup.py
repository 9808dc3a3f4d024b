"""The scripts behind make: messages about missing parts, and their time when nothing is to be done."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the scripts are for Linux")


def tools(directory: Path, **scripts: str) -> Path:
    """Make a PATH directory with the usual shell tools and these scripts."""
    directory.mkdir()
    for name in ("sh", "cat", "id", "uname", "find", "dirname", "cksum", "rm", "env"):
        found = shutil.which(name)
        assert found
        (directory / name).symlink_to(found)
    for name, text in scripts.items():
        file = directory / name.replace("_", "-")
        file.unlink(missing_ok=True)
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
    return directory


def system_libs(kind: str, path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(ROOT / "packaging" / "system-libs.sh"), kind],
        env={"PATH": str(path), "HOME": "/nonexistent", **env},
        capture_output=True,
        text=True,
    )


NOTHING = "echo"
ALL_BUT_CURSOR = "/sbin/ldconfig -p | grep -v xcb-cursor"


def test_a_user_is_told_what_to_type(tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", id="echo 1000", ldconfig=NOTHING, apt_get="echo must not run; exit 9")
    done = system_libs("run", path, DISPLAY=":0")
    assert done.returncode == 1
    assert "sudo apt-get install -y --no-install-recommends libgomp1" in done.stderr
    assert "libxcb-cursor0" in done.stderr
    assert done.stdout == ""


def test_without_a_display_a_user_needs_no_libraries_of_the_window(tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", id="echo 1000", ldconfig=NOTHING, apt_get="exit 9")
    assert "xcb" not in system_libs("run", path).stderr


def test_root_gets_exactly_what_is_missing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    path = tools(tmp_path / "bin", id="echo 0", apt_get=f'echo "$@" >>{log}')
    (path / "grep").symlink_to("/usr/bin/grep")
    (path / "ldconfig").write_text(f"#!/bin/sh\n{ALL_BUT_CURSOR}\n")
    (path / "ldconfig").chmod(0o755)
    done = system_libs("run", path)
    assert done.returncode == 0, done.stderr
    assert log.read_text() == "install -qq -y --no-install-recommends libxcb-cursor0\n"


def test_old_package_lists_are_read_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    apt = f'echo "$1" >>{log}; [ "$1" = update ] || [ -f {log}.second ] || {{ : >{log}.second; exit 100; }}'
    path = tools(tmp_path / "bin", id="echo 0", ldconfig=NOTHING, apt_get=apt)
    assert system_libs("run", path).returncode == 0
    assert log.read_text() == "install\nupdate\ninstall\n"


def test_a_failing_package_manager_is_a_failure(tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", id="echo 0", ldconfig=NOTHING, apt_get="exit 100")
    assert system_libs("run", path).returncode != 0


def test_elsewhere_the_libraries_are_named(tmp_path: Path) -> None:
    done = system_libs("run", tools(tmp_path / "bin", id="echo 0", ldconfig=NOTHING))
    assert done.returncode == 1
    assert "libxcb-cursor.so.0" in done.stderr
    assert "apt" not in done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """An environment for the set-up script with nothing installed but all system libraries."""
    root = tmp_path / "check out"
    (root / "packaging").mkdir(parents=True)
    shutil.copy(ROOT / "packaging" / "setup.sh", root / "packaging")
    (root / "packaging" / "system-libs.sh").write_text("exit 0\n")
    (root / "resources").mkdir()
    for lock in ("requirements.lock", "requirements-dev.lock", "resources/weights.lock"):
        (root / lock).write_text("")
    return root


@pytest.fixture
def quick_python(tmp_path: Path) -> str:
    """A Python that copies pip into new environments, because unpacking and compiling it takes seconds."""
    (pip,) = importlib.import_module("pip").__path__
    site = Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    file = tmp_path / "quick-python"
    file.write_text(
        f"#!/bin/sh\nif [ \"$1 $2\" != '-m venv' ]; then exec '{sys.executable}' \"$@\"; fi\n"
        f"'{sys.executable}' \"$@\" --without-pip && cp -r '{pip}' '.venv/{site}/'\n"
    )
    file.chmod(0o755)
    return str(file)


def setup(checkout: Path, kind: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(checkout / "packaging" / "setup.sh"), kind],
        env={**os.environ, "PYTHON": sys.executable, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", **env},
        capture_output=True,
        text=True,
    )


@pytest.mark.deep(only=True)
def test_set_up_once_then_at_once_then_again_for_a_changed_lock(
    checkout: Path, quick_python: str, tmp_path: Path
) -> None:
    (checkout / "workbench").mkdir()
    (checkout / "workbench" / "__init__.py").write_text("where = __file__\n")
    first = setup(checkout, "test", PYTHON=quick_python)
    assert first.returncode == 0, first.stderr
    assert "Making .venv" in first.stdout
    python = str(checkout / ".venv" / "bin" / "python")
    found = subprocess.run(
        [python, "-c", "import workbench; print(workbench.where)"], cwd=tmp_path, capture_output=True, text=True
    )
    assert found.stdout.strip() == str(checkout / "workbench" / "__init__.py")

    for kind in ("run", "test"):
        again = setup(checkout, kind, PYTHON="/nonexistent")
        assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    (checkout / "requirements-dev.lock").write_text("# changed\n")
    assert setup(checkout, "run").stdout == ""

    (checkout / "requirements-dev.lock").write_text("no-such-thing==1.0\n")
    for _ in range(2):
        failed = setup(checkout, "test")
        assert failed.returncode != 0
        assert "no-such-thing" in failed.stderr

    (checkout / "requirements-dev.lock").write_text("# changed back\n")
    assert "Installing what requirements-dev.lock lists" in setup(checkout, "test").stdout
    assert setup(checkout, "test").stdout == ""


def test_without_a_fitting_python_there_is_a_sentence(checkout: Path, tmp_path: Path) -> None:
    old = tmp_path / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = setup(checkout, "run", PYTHON=str(old))
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr
    assert not (checkout / ".venv").exists()


def test_make_alone_lists_every_target() -> None:
    listed = subprocess.run(["make", "-s", "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout
    (phony,) = (line for line in (ROOT / "Makefile").read_text("utf-8").splitlines() if line.startswith(".PHONY:"))
    assert [line.split()[1] for line in listed.splitlines()] == phony.split()[1:]

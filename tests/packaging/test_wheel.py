"""The wheel: its content, and that it works without a checkout."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, without network; hatchling is installed with the test tools."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("workbench", "resources", "docs"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(source))
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    pip("install", "--no-deps", "--no-index", "--no-compile", "--target", str(target), str(wheel))
    return target


def pip(*args: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", *args]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def run(installed: Path, *args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    # With -P and no checkout on the path only the installed package can be found.
    return subprocess.run(
        [sys.executable, "-P", *args],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )


def test_everything_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        entry_points = archive.read("prompt_workbench-0.1.0.dist-info/entry_points.txt").decode()
    wanted = {f"workbench/{file.relative_to(ROOT)}" for file in (ROOT / "resources").rglob("*") if file.is_file()}
    wanted |= {f"workbench/resources/{file.relative_to(ROOT)}" for file in (ROOT / "docs").rglob("*") if file.is_file()}
    wanted |= {str(file.relative_to(ROOT)) for file in (ROOT / "workbench").rglob("*.py")}
    assert wanted - names == set()
    assert "workbench/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith(("tests", "packaging")) for name in names)
    parsed = configparser.ConfigParser()
    parsed.read_string(entry_points)
    assert parsed["console_scripts"]["workbench"] == "workbench.cli.main:main"
    assert parsed["gui_scripts"]["prompt-workbench"] == "workbench.__main__:main"


def test_resources_are_found_inside_the_package(installed: Path, tmp_path: Path) -> None:
    code = "from workbench.host.dirs import resource; print(resource('icons', 'app.svg'))"
    done = run(installed, "-c", code, cwd=tmp_path)
    assert done.stdout.strip() == str(installed / "workbench" / "resources" / "icons" / "app.svg"), done.stderr


def test_the_commands_start(installed: Path, tmp_path: Path) -> None:
    terminal = run(installed, "-m", "workbench.cli.main", "--help", cwd=tmp_path)
    assert terminal.returncode == 0, terminal.stderr
    assert "run" in terminal.stdout
    window = run(
        installed, "-c", "from workbench.__main__ import main; from workbench.ui.main import main", cwd=tmp_path
    )
    assert window.returncode == 0, window.stderr

"""The lock files are complete, and hold only names, versions, markers and hashes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[A-Za-z0-9.+!-]+)(?: ; (?P<marker>[^\\]+?))?(?: \\)?$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
LOCKS = ("requirements.lock", "requirements-dev.lock", "resources/weights.lock")


def pins(name: str) -> dict[str, str]:
    """Return name and version of every pin in a lock file."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    found = (PIN.match(line) for line in lines if not line.startswith(" "))
    return {canonicalize_name(pin["name"]): pin["version"] for pin in found if pin}


def project() -> dict[str, list[str]]:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {"run": data["project"]["dependencies"], "dev": data["dependency-groups"]["dev"]}


@pytest.mark.parametrize("name", LOCKS)
def test_lock_has_names_versions_and_hashes_only(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert [line for line in text.splitlines() if not PIN.match(line) and not HASH.match(line)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    following = [lines[i + 1 : i + 2] for i, line in enumerate(lines) if PIN.match(line)]
    assert all(after and HASH.match(after[0]) for after in following)


@pytest.mark.parametrize(("group", "name"), [("run", "requirements.lock"), ("dev", "requirements-dev.lock")])
def test_lock_satisfies_the_project(group: str, name: str) -> None:
    pinned = pins(name)
    for text in project()[group]:
        wanted = Requirement(text)
        assert wanted.specifier.contains(pinned[canonicalize_name(wanted.name)]), text


def test_pipx_and_uv_constraints_equal_the_lock_without_hashes() -> None:
    pinned = [line.removesuffix(" \\") for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()]
    constraints = (ROOT / "packaging" / "constraints.txt").read_text("utf-8").splitlines()
    assert constraints == [line for line in pinned if not line.startswith(" ")]


def test_development_lock_contains_the_runtime_lock() -> None:
    run, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert run.items() <= dev.items()


def test_litellm_requirement_is_pinned_to_the_locked_release() -> None:
    """1.82.7 and 1.82.8 were malicious, and a range would take whatever is newest on the day."""
    (wanted,) = (r for text in project()["run"] if (r := Requirement(text)).name == "litellm")
    assert str(wanted.specifier) == f"=={pins('requirements.lock')['litellm']}"

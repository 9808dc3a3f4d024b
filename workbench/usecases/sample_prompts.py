"""The sample prompts that come with the product.

Invariant: a sample is a data file; reading it returns its texts unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from workbench.core import content as contents
from workbench.core.cases import Case, check_from_json
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane, Params
from workbench.host.dirs import resource

ORDER_STATUS = "order_status.yml"
ORDER_TOOLS = "order_tools.yml"
_PARTS = ("messages", "examples", "examples_in", "output", "tools", "tool_rounds")


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """An earlier version of a sample, with its note."""

    content: Content
    note: str


@dataclass(frozen=True, slots=True)
class SamplePrompt:
    """A prompt with its earlier versions, oldest first, its draft, and cases without a uid for its first test."""

    name: str
    versions: tuple[EarlierVersion, ...]
    draft: Draft
    cases: tuple[Case, ...] = ()


def load_sample(file: str = ORDER_STATUS) -> SamplePrompt:
    """Read a sample that comes with the product. Raises HostError if it is missing."""
    return read_sample(resource("samples", file))


def read_sample(path: Path) -> SamplePrompt:
    """Read a sample file. Raises ContentError, KeyError, TypeError or ValueError if it is invalid."""
    data = yaml.safe_load(path.read_text("utf-8"))
    draft = data["draft"]
    return SamplePrompt(
        name=data["name"],
        versions=tuple(EarlierVersion(_content(version), version.get("note", "")) for version in data["versions"]),
        draft=Draft(
            content=_content(draft),
            values=tuple(draft["values"].items()),
            lanes=tuple(_lane(lane) for lane in draft["lanes"]),
            based_on=draft["based_on"],
        ),
        cases=tuple(_case(one) for one in data.get("cases", ())),
    )


def _content(data: Mapping[str, Any]) -> Content:
    return contents.from_json({"format": contents.FORMAT, **{name: data[name] for name in _PARTS if name in data}})


def _case(data: Mapping[str, Any]) -> Case:
    checks = tuple(check_from_json(check) for check in data["checks"])
    return Case("", data["name"], tuple(data["values"].items()), checks)


def _lane(data: Mapping[str, Any]) -> Lane:
    return Lane(
        slot=data["slot"],
        endpoint=data["endpoint"],
        model=data["model"],
        params=Params.from_json(data.get("params", {})),
        pinned=data.get("version"),
        label=data.get("label", ""),
    )

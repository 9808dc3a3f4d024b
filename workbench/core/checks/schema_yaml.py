"""A JSON Schema written as YAML in the value of a check.

Invariant: only `true` and `false` are booleans, dates stay texts, and aliases are refused: they can grow without
bound.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from workbench.core.checks.check_result import UnscoredError


class _Loader(yaml.SafeLoader):
    """A safe loader with the booleans of YAML 1.2, without dates and aliases."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


_LEFT_OUT = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag not in _LEFT_OUT]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_BOOLEANS = re.compile(r"true|True|TRUE|false|False|FALSE")
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(rf"(?:{_BOOLEANS.pattern})\Z"), list("tTfF"))


def read_yaml(text: str) -> Any:
    """Return the value of one YAML document. Raises UnscoredError."""
    try:
        return yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError) as error:
        detail = " ".join(str(error).split())[:200]
        raise UnscoredError(f"The JSON Schema of the check is neither JSON nor YAML: {detail}.") from error
    except RecursionError as error:
        raise UnscoredError("The JSON Schema of the check is nested too deeply. Flatten it.") from error

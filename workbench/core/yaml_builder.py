"""Building values from YAML, for all readers of untrusted YAML.

Invariant: a document becomes maps, lists and scalars, without recursion and without constructing anything else.
Nesting, and the number of values with all aliases written out, are bounded before anything is built, so that a small
file cannot become a large value. Values are shared between aliases: one that was read must not be changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

YamlFault = Literal["documents", "depth", "nodes", "twice", "key", "alias", "merge"]
"""Why a document is refused: several documents, nesting, number of values, a key that is there twice, one that is no
text, an alias of nothing, a merge of something else than maps."""

MERGE = "<<"
# libyaml is ten times faster; without it, PyYAML gives the same events.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class _Open:
    """A map or list that is being read: its size so far, and for a map the key that waits for its value."""

    value: Any
    anchor: str | None
    size: int = 1
    key: str = ""
    has_key: bool = False
    is_merging: bool = False
    merged: list[Any] = field(default_factory=list)


class YamlBuilder:
    """Builds the value of one document. Subclasses say what scalars and keys are, what is refused, and in which words.

    `nodes` counts the values so far, `documents` the documents (0 for an empty text).
    """

    def __init__(self, *, most_nodes: int, most_depth: int, merges: bool = False) -> None:
        """`merges` is whether the key `<<` merges maps."""
        self.value: Any = None
        self.documents = self.nodes = 0
        self._most_nodes, self._most_depth, self._merges = most_nodes, most_depth, merges
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}

    def scalar(self, event: Any) -> Any:
        """Return the value of a scalar."""
        raise NotImplementedError

    def key(self, value: Any) -> str | None:
        """Return a value as a key, None if it cannot be one."""
        return str(value) if isinstance(value, str) else None

    def accept(self, event: Any) -> None:
        """Refuse a scalar, an alias or the start of a map or list that must not be there, by raising an error."""

    def refusal(self, fault: YamlFault, mark: Any, name: str = "") -> Exception:
        """Return the error for a fault; `name` is the key or the anchor."""
        raise NotImplementedError

    def read(self, text: str) -> Any:
        """Read the document and return its value, None if there is none. Raises yaml.YAMLError and refusals."""
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._start(event)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise self.refusal("documents", event.start_mark)
        return self.value

    def _scalar(self, event: Any) -> None:
        self._count(1, event.start_mark)
        self.accept(event)
        value = self.scalar(event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        is_merge = self._merges and event.value == MERGE and bool(event.implicit[0]) and not event.tag
        self._put(value, 1, event.start_mark, is_merge=is_merge)

    def _alias(self, event: Any) -> None:
        self.accept(event)
        found = self._anchors.get(event.anchor)
        if found is None:
            raise self.refusal("alias", event.start_mark, event.anchor)
        self._count(found[1], event.start_mark)
        self._put(*found, event.start_mark)

    def _start(self, event: Any) -> None:
        self._count(1, event.start_mark)
        self.accept(event)
        inside = self._open[-1] if self._open else None
        if inside is not None and isinstance(inside.value, dict) and not inside.has_key:
            raise self.refusal("key", event.start_mark)
        if event.anchor:
            # An alias inside would make the value contain itself.
            self._anchors.pop(event.anchor, None)
        self._open.append(_Open({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor))

    def _end(self, event: Any) -> None:
        done = self._open.pop()
        for one in done.merged:
            for key, value in one.items():
                done.value.setdefault(key, value)
        if done.anchor:
            self._anchors[done.anchor] = (done.value, done.size)
        self._put(done.value, done.size, event.start_mark)

    def _count(self, size: int, mark: Any) -> None:
        self.nodes += size
        if self.nodes > self._most_nodes:
            raise self.refusal("nodes", mark)
        if len(self._open) > self._most_depth:
            raise self.refusal("depth", mark)

    def _put(self, value: Any, size: int, mark: Any, *, is_merge: bool = False) -> None:
        if not self._open:
            self.value = value
            return
        inside = self._open[-1]
        inside.size += size
        if isinstance(inside.value, list):
            inside.value.append(value)
        elif not inside.has_key:
            inside.has_key, inside.is_merging = True, is_merge
            if not is_merge:
                inside.key = self._new_key(inside.value, value, mark)
        else:
            inside.has_key = False
            if inside.is_merging:
                inside.merged += self._maps(value, mark)
            else:
                inside.value[inside.key] = value

    def _new_key(self, found: dict[str, Any], value: Any, mark: Any) -> str:
        key = self.key(value)
        if key is None:
            raise self.refusal("key", mark)
        if key in found:
            raise self.refusal("twice", mark, key)
        return key

    def _maps(self, value: Any, mark: Any) -> list[Any]:
        maps = value if isinstance(value, list) else [value]
        if not all(isinstance(one, dict) for one in maps):
            raise self.refusal("merge", mark)
        return maps

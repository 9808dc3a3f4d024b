"""Pygments lexers, line by line.

Invariant: a language is loaded once, off the UI thread, when code in it is first shown; until then, and for names that
Pygments does not know, there is no lexer and the code keeps the text colour.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.ui.editor.grammar import GrammarState, Kind, LineLexer, Piece

Run = Callable[[Callable[[], LineLexer | None], Callable[[LineLexer | None], None]], object]
"""Runs the first callable off the UI thread, then passes its result to the second on it."""

_OPEN_COMMENTS = (("/*", "*/"), ("<!--", "-->"))
_DEEPEST = 40
"""Maximum depth of the stack carried from line to line; deeper nested code is coloured from the root state."""


class CodeLanguages:
    """The loaded lexers; `changed` is called after each load."""

    def __init__(self, run: Run, changed: Callable[[], None]) -> None:
        self._run, self._changed = run, changed
        self._known: dict[str, LineLexer | None] = {}

    def __call__(self, name: str) -> LineLexer | None:
        """Return the lexer of a language, None if it is not loaded; the first call starts loading it."""
        if name not in self._known:
            self._known[name] = None
            self._run(lambda: load(name), lambda lexer: self._loaded(name, lexer))
        return self._known[name]

    def _loaded(self, name: str, lexer: LineLexer | None) -> None:
        if lexer is not None:
            self._known[name] = lexer
            self._changed()


def load(name: str) -> LineLexer | None:
    """Return the lexer of a language, None if Pygments does not know the name. Slow: imports and compiles."""
    from pygments.lexer import ExtendedRegexLexer, RegexLexer
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    # An extended lexer, like that of YAML, has more state than a stack.
    has_stack = isinstance(lexer, RegexLexer) and not isinstance(lexer, ExtendedRegexLexer)
    made: LineLexer = _Stacked(lexer) if has_stack else _Flat(lexer)
    made.line("warm = 1", GrammarState(fence="```"))
    return made


class _Flat:
    """A language whose lines can be lexed independently, like JSON."""

    def __init__(self, lexer: Any) -> None:
        self._lexer = lexer

    def line(self, text: str, state: GrammarState) -> tuple[list[Piece], GrammarState]:
        found: list[Piece] = []
        for position, token, value in self._lexer.get_tokens_unprocessed(text):
            _add(found, position, token, value)
        return found, state


class _Stacked:
    """A language with states, which Pygments keeps on a stack that it does not expose at the end of a text.

    Multi-line comments are one match in most grammars, so an open one is carried separately from the stack.
    """

    def __init__(self, lexer: Any) -> None:
        self._lexer = lexer
        self._rules: dict[str, list[tuple[Any, Any, Any]]] = lexer._tokens
        self._comments = [
            (opening, closing)
            for opening, closing in _OPEN_COMMENTS
            if any(
                value.startswith(opening) and str(token).startswith("Token.Comment")
                for _, token, value in lexer.get_tokens_unprocessed(f"{opening} x {closing}")
            )
        ]

    def line(self, text: str, state: GrammarState) -> tuple[list[Piece], GrammarState]:
        start = 0
        found: list[Piece] = []
        if state.ends:
            end = text.find(state.ends)
            if end < 0:
                return ([(0, len(text), "comment")] if text else []), state
            start = end + len(state.ends)
            found.append((0, start, "comment"))
        stack = list(state.stack) or ["root"]
        # Most grammars match the line end.
        whole = text + "\n"
        position = start
        while position < len(whole):
            if (closing := self._opens(whole, position)) and whole.find(closing, position) < 0:
                found.append((position, len(text) - position, "comment"))
                return found, GrammarState(state.fence, state.language, _carried(stack), closing)
            position = self._step(whole, position, stack, found)
        return _within(found, len(text)), GrammarState(state.fence, state.language, _carried(stack))

    def _opens(self, text: str, position: int) -> str:
        for opening, closing in self._comments:
            if text.startswith(opening, position):
                return closing
        return ""

    def _step(self, text: str, position: int, stack: list[str], found: list[Piece]) -> int:
        for matches, action, target in self._rules[stack[-1]]:
            match = matches(text, position)
            if match is None:
                continue
            if action is not None:
                if callable(action):
                    for at, token, value in action(self._lexer, match):
                        _add(found, at, token, value)
                else:
                    _add(found, position, action, match[0])
            if target is not None:
                _move(stack, target)
            elif match.end() == position:
                continue
            return int(match.end())
        if text[position] == "\n":
            # Pygments does the same at a line end that no rule matches.
            stack[:] = ["root"]
        return position + 1


def _move(stack: list[str], target: Any) -> None:
    """Apply the state transition of a rule to the stack; its bottom remains."""
    for one in target if isinstance(target, tuple) else (target,):
        if isinstance(one, int):
            del stack[max(1, len(stack) + one) :]
        elif one == "#pop":
            del stack[max(1, len(stack) - 1) :]
        elif one == "#push":
            stack.append(stack[-1])
        else:
            stack.append(one)


def _carried(stack: list[str]) -> tuple[str, ...]:
    return tuple(stack) if stack != ["root"] and len(stack) <= _DEEPEST else ()


def _add(found: list[Piece], position: int, token: Any, value: str) -> None:
    kind = _kind(token)
    if kind is None or not value or value.isspace():
        return
    if found and found[-1][2] == kind and found[-1][0] + found[-1][1] == position:
        # Pygments splits strings into quotes and content; each piece costs layout time.
        position, value = found[-1][0], " " * found.pop()[1] + value
    found.append((position, len(value), kind))


def _within(found: list[Piece], length: int) -> list[Piece]:
    """Clip pieces at the end of the line."""
    return [(at, min(size, length - at), kind) for at, size, kind in found if at < length]


_SORTS: tuple[tuple[str, Kind], ...] = (
    ("Token.Comment", "comment"),
    ("Token.Keyword", "keyword"),
    ("Token.Operator.Word", "keyword"),
    ("Token.Name.Tag", "tag"),
    ("Token.Name.Builtin", "keyword"),
    ("Token.Name.Function", "structure"),
    ("Token.Name.Class", "structure"),
    ("Token.Name.Decorator", "structure"),
    ("Token.Name.Attribute", "structure"),
    ("Token.Literal", "literal"),
    ("Token.Generic.Heading", "structure"),
    ("Token.Generic.Subheading", "structure"),
)
_KINDS: dict[Any, Kind | None] = {}


def _kind(token: Any) -> Kind | None:
    """Return the kind of a Pygments token; None for text and punctuation, which are not coloured."""
    if token not in _KINDS:
        name = str(token)
        _KINDS[token] = next((kind for prefix, kind in _SORTS if name.startswith(prefix)), None)
    return _KINDS[token]

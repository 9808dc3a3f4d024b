"""Text of a prompt in a pack, for the preview before an import.

Invariant: the cost is independent of the prompt's length: no more text is built than is shown.
"""

from __future__ import annotations

from workbench.packs.pack_contents import PackPrompt

MOST_SHOWN = 50_000
"""Characters."""
_MORE = "\n\n… and more, not shown here."


def text_of(prompt: PackPrompt) -> str:
    """Return the messages of the version in use, each below its role, and its other contents in words."""
    content, parts, room = prompt.content, [], MOST_SHOWN
    for message in content.messages:
        files = "".join(f"\n[{one.name}]" for one in message.attachments)
        said = f"{message.role}\n{message.text[:room]}{files}"
        parts.append(said)
        room -= len(said)
        if room <= 0:
            return "\n\n".join(parts)[:MOST_SHOWN] + _MORE
    other = [
        _counted(len(content.examples), "example"),
        _counted(len(content.tools), "tool"),
        "an output format" if content.output is not None else "",
    ]
    if with_ := ", ".join(filter(None, other)):
        parts.append(f"With {with_}.")
    return "\n\n".join(parts)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}" if count else ""

"""Text beside the elements of a document, by the rules of HTML for tables (WHATWG HTML, "foster parenting")."""

from __future__ import annotations

import pytest

from workbench.core.checks.html_tree import body_of


@pytest.mark.parametrize(
    ("text", "is_outside"),
    [
        ("<table>x</table>", True),
        ("<table><tr>x</tr></table>", True),
        ("<table><tr><td>x</td></tr></table>", False),
        ("<div><table>x</table></div>", False),
        ("<table><tr><td><table>x</table></td></tr></table>", False),
        ("<table> \n</table>", False),
    ],
)
def test_text_of_a_table_outside_of_its_cells_moves_in_front_of_it(text: str, is_outside: bool) -> None:
    assert body_of(text).has_text_outside is is_outside

"""Samples of XML, HTML and SQL."""

from __future__ import annotations

from collections.abc import Iterator

from tests.core.checks.sample import Sample, both, one


def markup_samples() -> Iterator[Sample]:
    yield from both(
        (
            "<a/>",
            "<a></a>",
            "<a>x</a>",
            "<a>x</b>",
            "<a>x",
            "x",
            "",
            " <a/>",
            '<?xml version="1.0"?><a/>',
            ' <?xml version="1.0"?><a/>',
            "<a/><b/>",
            "<a>&amp;</a>",
            "<a>&nbsp;</a>",
            "<a>a & b</a>",
            "<a b=c/>",
            "<a b='c' b='d'/>",
            "<A></a>",
            "<n:a/>",
            "<n:a xmlns:n='u'/>",
            "<!DOCTYPE a><a/>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            "<a><![CDATA[<b>]]></a>",
            "<a><!-- c --></a>",
            "<a>\x00</a>",
            "text <b>x</b> more",
            "<br>",
            "<br/>",
            "<a><b>x</a>",
            "a < b and c > d",
            "```xml\n<a><b>1</b></a>\n```",
            "<1a/>",
            "<é/>",
        ),
        "is-xml",
    )
    for answer in (
        "text <b>x</b> more",
        "<br>",
        "<br/>",
        "<a><b>x</a>",
        "a < b and c > d",
        "```xml\n<a><b>1</b></a>\n```",
        "",
        "<a b=c>x</a>",
        "<a>&nbsp; & </a>",
        "<a>1</a> and <b>2</b>",
        "<!-- <a></a> -->",
        "<a x='>'>y</a>",
        "</a><b></b>",
    ):
        yield from both((answer,), "contains-xml")
    document = "<order id='7'><item>tea</item><Empty/><deep><er>x</er></deep></order>"
    for value in (
        "order.item",
        "order.item,order.Empty",
        "order.empty",
        "item",
        ["order.deep.er"],
        ["order.deep.er.x"],
        {"requiredElements": ["order", "order.item"]},
        {"requiredElements": ["order.none"]},
        {"other": 1},
        "order.@_id",
        "",
        [],
        {},
    ):
        for kind in ("is-xml", "contains-xml"):
            yield from both((document,), kind, value)
    repeated = "<o><i><n>1</n></i><i><n>2</n></i></o>"
    yield one(repeated, "is-xml", "o.i.0.n")
    yield one(repeated, "is-xml", "o.i.2.n")
    yield one(repeated, "is-xml", "o.i.n")
    for answer in (
        "<p>x</p>",
        "<p>",
        "<br>",
        "</p>",
        "<foo>x</foo>",
        "<foo-bar>x</foo-bar>",
        "<!-- c -->",
        "text",
        "",
        "<p>x</p> tail",
        "head <p>x</p>",
        "<p>x",
        "<div><p>x</div>",
        "<!DOCTYPE html><html><head><title>t</title></head><body>x</body></html>",
        "<html>x</html>",
        "<body>x</body>",
        '<?xml version="1.0"?><p>x</p>',
        "<ul><li>a<li>b</ul>",
        "<table><tr><td>x</td></tr></table>",
        "<b>x</b> y",
        "<b>x</b>",
        "```html\n<p>x</p>\n```",
        "<p>a</p>\n<p>b</p>",
        "<script>if (a < b) {}</script>",
        "a <b> c",
        "&nbsp;",
        "<T>",
        "<p",
        "x &amp; <b>y",
        "<a href='x'>y",
        "1 < 2 and 3 > 2",
        "List<String> x",
        "<img src=x/>",
        "<!DOCTYPE html>",
        "&lt;p&gt;",
        "<foo>x",
        "<h1>T</h1><p>x</p>",
        "<svg><circle/></svg>",
        "<input>text",
        "<option>a",
    ):
        yield from both((answer,), "is-html")
        yield from both((answer,), "contains-html")


def sql_samples() -> Iterator[Sample]:
    for answer in (
        "SELECT 1",
        "select * from t where a = 1;",
        "SELECT a, b FROM t JOIN u ON t.id = u.id",
        "SELECT * FORM t",
        "hello world",
        "",
        "SELECT * FROM",
        "INSERT INTO t (a) VALUES (1)",
        "UPDATE t SET a = 1 WHERE b = 2",
        "DELETE FROM t WHERE a = 1",
        "SELECT 1; SELECT 2",
        "SELECT name age FROM users",
        "SELECT DISTINCT a FROM t",
        "SELECT `a` FROM t",
        "SELECT `a FROM t",
        "```sql\nSELECT 1\n```",
        "Here it is:\n```sql\nSELECT a FROM t\n```\nEnjoy",
        "```\nSELECT a FROM t\n```",
        "```python\nprint(1)\n```",
        "WITH x AS (SELECT 1 AS a) SELECT a FROM x",
        "CREATE TABLE t (a INT)",
        "SELECT 'it''s'",
    ):
        yield from both((answer,), "is-sql")
        yield from both((answer,), "contains-sql")
    for value in (
        {"databaseType": "PostgreSQL"},
        {"databaseType": "Nonsense"},
        {"allowedTables": ["select::null::t"]},
        {"allowedTables": ["select::null::u"]},
        {"allowedTables": ["(select|update)::(.*)::t"]},
        {"allowedColumns": ["select::null::a"]},
        {"allowedColumns": ["select::null::b"]},
        {"allowedColumns": ["select::t::a"]},
        "MySQL",
    ):
        yield from both(("SELECT a FROM t",), "is-sql", value)
    yield one("SELECT `a` FROM t", "is-sql", {"databaseType": "PostgreSQL"})

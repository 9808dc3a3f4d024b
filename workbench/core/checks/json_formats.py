"""The formats of JSON Schema that ajv-formats 3 knows, by its rules.

Invariant: an expression is compiled when it is first used. Compiling all of them takes 20 ms, and the window imports
this module too.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping

import regex

from workbench.core.checks.js_text import WHITE

_SECONDS = 0.5
_IPV4 = r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_LOOSE_IPV4 = r"(?:(?:25[0-5]|2[0-4]\d|[01]?\d\d?)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d\d?)"
_H16 = "[0-9a-f]{1,4}"
_LS32 = rf"(?:{_H16}:{_H16}|{_LOOSE_IPV4})"
_IPV6 = (
    rf"(?:(?:(?:{_H16}:){{6}}|::(?:{_H16}:){{5}}|(?:{_H16})?::(?:{_H16}:){{4}}"
    rf"|(?:(?:{_H16}:){{0,1}}{_H16})?::(?:{_H16}:){{3}}|(?:(?:{_H16}:){{0,2}}{_H16})?::(?:{_H16}:){{2}}"
    rf"|(?:(?:{_H16}:){{0,3}}{_H16})?::{_H16}:|(?:(?:{_H16}:){{0,4}}{_H16})?::){_LS32}"
    rf"|(?:(?:{_H16}:){{0,5}}{_H16})?::{_H16}|(?:(?:{_H16}:){{0,6}}{_H16})?::)"
)
_ESCAPED = "%[0-9a-f]{2}"
_SUB = r"""a-z0-9\-._~!$&'()*+,;="""
_SEGMENT = rf"""(?:[{_SUB}":@]|{_ESCAPED})"""
_AUTHORITY = (
    rf"(?:(?:[{_SUB}:]|{_ESCAPED})*@)?(?:\[(?:{_IPV6}|v[0-9a-f]+\.[{_SUB}:]+)\]|{_LOOSE_IPV4}"
    rf"""|(?:[{_SUB}"]|{_ESCAPED})*)(?::\d*)?(?:/{_SEGMENT}*)*"""
)
_TAIL = rf"(?:\?(?:{_SEGMENT}|[/?])*)?(?:\#(?:{_SEGMENT}|[/?])*)?"
_PATHS = rf"(?:/?/{_AUTHORITY}|/(?:{_SEGMENT}+(?:/{_SEGMENT}*)*)?|{_SEGMENT}+(?:/{_SEGMENT}*)*)"
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_LETTERS = r"a-z0-9\u00a1-\uffff"
_URL = (
    r"(?:https?|ftp)://(?:\S+(?::\S*)?@)?(?:(?!(?:10|127)(?:\.\d{1,3}){3})(?!(?:169\.254|192\.168)(?:\.\d{1,3}){2})"
    r"(?!172\.(?:1[6-9]|2\d|3[0-1])(?:\.\d{1,3}){2})(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])"
    r"(?:\.(?:1?\d{1,2}|2[0-4]\d|25[0-5])){2}(?:\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4]))"
    rf"|(?:(?:[{_LETTERS}]+-)*[{_LETTERS}]+)(?:\.(?:[{_LETTERS}]+-)*[{_LETTERS}]+)*(?:\.(?:[a-z\u00a1-\uffff]{{2,}})))"
    r"(?::\d{2,5})?(?:/[^\s]*)?"
)
_ATOM = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d(?:\.\d+)?)(z|([+-])(\d\d)(?::?(\d\d))?)?", re.ASCII | re.IGNORECASE)
_BETWEEN = re.compile(rf"[tT{WHITE}]")
_DAYS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PATTERNS: Mapping[str, str] = {
    "uri": rf"[a-z][a-z0-9+\-.]*:{_PATHS}{_TAIL}",
    "duration": r"P(?!\Z)((\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?|(\d+W)?)",
    "uri-reference": rf"(?:[a-z][a-z0-9+\-.]*:)?{_PATHS}?{_TAIL}",
    "uri-template": (
        rf"""(?:(?:[^\x00-\x20"'<>%\\^`{{|}}]|{_ESCAPED})|\{{[+\#./;?&=,!@|]?(?:[a-z0-9_]|{_ESCAPED})+"""
        rf"(?::[1-9][0-9]{{0,3}}|\*)?(?:,(?:[a-z0-9_]|{_ESCAPED})+(?::[1-9][0-9]{{0,3}}|\*)?)*\}})*"
    ),
    "url": _URL,
    "email": rf"{_ATOM}(?:\.{_ATOM})*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?",
    "hostname": rf"(?=.{{1,253}}\.?\Z){_LABEL}(?:\.{_LABEL})*\.?",
    "ipv4": _IPV4,
    "ipv6": _IPV6.replace(_LOOSE_IPV4, _IPV4),
    "uuid": r"(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    "json-pointer": "(?:/(?:[^~/]|~0|~1)*)*",
    "json-pointer-uri-fragment": rf"\#(?:/(?:[a-z0-9_\-.!$&'()*+,;:=@]|{_ESCAPED}|~0|~1)*)*",
    "relative-json-pointer": r"(?:0|[1-9][0-9]*)(?:\#|(?:/(?:[^~/]|~0|~1)*)*)",
    "byte": "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
}
_CASED = frozenset({"duration", "byte"})


@functools.cache
def _compiled(name: str) -> regex.Pattern[str]:
    return regex.compile(_PATTERNS[name], regex.V0 | regex.ASCII | (0 if name in _CASED else regex.IGNORECASE))


def is_date(text: str) -> bool:
    """Whether a text is a date of the calendar, such as 2024-02-29."""
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day = map(int, match.groups())
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= month <= 12 and 1 <= day <= (29 if month == 2 and is_leap else _DAYS[month])


def is_time(text: str, *, needs_zone: bool = True) -> bool:
    """Whether a text is a time of day; a leap second is only valid at the end of a day in UTC."""
    match = _TIME.fullmatch(text)
    if match is None:
        return False
    hours, minutes, seconds = int(match[1]), int(match[2]), float(match[3])
    ahead, zone_hours, zone_minutes = -1 if match[5] == "-" else 1, int(match[6] or 0), int(match[7] or 0)
    if zone_hours > 23 or zone_minutes > 59 or (needs_zone and not match[4]):
        return False
    if hours <= 23 and minutes <= 59 and seconds < 60:
        return True
    utc_minutes = minutes - zone_minutes * ahead
    utc_hours = hours - zone_hours * ahead - (1 if utc_minutes < 0 else 0)
    return utc_hours in (23, -1) and utc_minutes in (59, -1) and seconds < 61


def is_date_time(text: str, *, needs_zone: bool = True) -> bool:
    """Whether a text is a date and a time, separated by T or one blank."""
    parts = _BETWEEN.split(text)
    return len(parts) == 2 and is_date(parts[0]) and is_time(parts[1], needs_zone=needs_zone)


def _matches(name: str, text: str) -> bool:
    return _compiled(name).fullmatch(text, timeout=_SECONDS) is not None


def _is_uri(text: str) -> bool:
    return ("/" in text or ":" in text) and _matches("uri", text)


TEXT_FORMATS: Mapping[str, Callable[[str], bool]] = {
    **{name: functools.partial(_matches, name) for name in _PATTERNS},
    "date": is_date,
    "time": is_time,
    "date-time": is_date_time,
    "iso-time": lambda text: is_time(text, needs_zone=False),
    "iso-date-time": lambda text: is_date_time(text, needs_zone=False),
    "uri": _is_uri,
    "password": lambda text: True,
    "binary": lambda text: True,
}
"""Rules for texts; they may raise TimeoutError."""
REGEX_FORMAT = "regex"
"""The format of regular expressions, which needs an engine."""


def _is_int32(number: float) -> bool:
    return float(number).is_integer() and -(2**31) <= number <= 2**31 - 1


NUMBER_FORMATS: Mapping[str, Callable[[float], bool]] = {
    "int32": _is_int32,
    "int64": lambda number: float(number).is_integer(),
    "float": lambda number: True,
    "double": lambda number: True,
}
"""Rules for numbers."""
FORMATS = frozenset({*TEXT_FORMATS, *NUMBER_FORMATS, REGEX_FORMAT})

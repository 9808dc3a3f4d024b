"""Which hosts are this machine. Pure.

Invariant: every spelling that the operating system takes for the loopback counts, so that nothing meant for this
machine is ever handed to a proxy.
"""

from __future__ import annotations

import ipaddress
import socket


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine: `localhost`, all of 127.0.0.0/8 and ::1, however spelled.

    An address without a host of its own (0.0.0.0, ::) reaches this machine as well.
    """
    name = host.strip("[]").split("%", 1)[0].rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return _is_short_loopback(name)
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return address.is_loopback or address.is_unspecified


def _is_short_loopback(name: str) -> bool:
    # 127.1, 0x7f000001 and 2130706433 are addresses to the resolver, though not to `ipaddress`.
    try:
        address = ipaddress.IPv4Address(socket.inet_aton(name)) if name[:1].isdigit() else None
    except (OSError, ValueError):
        return False
    return address is not None and (address.is_loopback or address.is_unspecified)

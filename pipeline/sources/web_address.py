"""Where a URL leads: its parts as a request needs them, and the addresses behind its host that may be asked."""

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urljoin, urlsplit

from pipeline.errors import OperatorError, TransientError

_PORTS = {"http": 80, "https": 443}
_NAT64 = IPv6Network("64:ff9b::/96")
_LONGEST = 4096
_KEPT = "/?%:=&~+!$,;'@()*[]"


@dataclass(frozen=True, slots=True)
class Address:
    """A URL, ready to be asked for."""

    scheme: str
    host: str
    """A name in ASCII (IDNA), or an IP address without brackets."""
    port: int
    target: str
    """Path and query, quoted."""

    @property
    def origin(self) -> tuple[str, str, int]:
        """What credentials belong to."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole of it. It may hold a secret: for requests and the cursor, not for people."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def shown(self) -> str:
        """As it may be shown and logged: without the query, where keys stand."""
        return f"{self.scheme}://{self.authority}{self.target.partition('?')[0]}"


def address(url: str) -> Address:
    """The parts of `url`. ValueError, whose text goes on after 'the URL', when it is none that can be asked for."""
    if len(url) > _LONGEST or re.search(r"[\x00-\x1f\x7f]", url):
        raise ValueError("is too long or has control characters in it")
    try:
        parts = urlsplit(url.strip())
    except ValueError as error:
        raise ValueError("cannot be read") from error
    if parts.scheme not in _PORTS:
        raise ValueError(f"has the scheme '{parts.scheme[:20]}'; http and https are taken")
    try:
        host = (parts.hostname or "").encode("idna").decode() if not _is_ip(parts.hostname) else parts.hostname
        port = parts.port or _PORTS[parts.scheme]
    except (UnicodeError, ValueError) as error:
        raise ValueError("names no valid host or port") from error
    if not host or not re.fullmatch(r"[A-Za-z0-9._:%-]{1,255}", host):
        raise ValueError("names no valid host")
    target = quote(parts.path or "/", safe=_KEPT) + (f"?{quote(parts.query, safe=_KEPT)}" if parts.query else "")
    return Address(parts.scheme, host.lower().rstrip("."), port, target)


def redirected(origin: Address, location: str) -> Address:
    """Where `location` leads from `origin`. ValueError as `address`."""
    try:
        joined = urljoin(origin.url, location.strip())
    except ValueError as error:
        raise ValueError("cannot be read") from error
    return address(joined)


def resolve(where: Address, *, private: bool) -> Sequence[str]:
    """The IP addresses of the host, in the order in which to try them.

    Unless `private`, only those that the whole Internet can reach: a feed must not have us ask machines of our own
    network. The connection is made to what was checked here, so that a second look-up cannot answer otherwise.
    """
    try:
        found = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "no valid name"
        raise TransientError(f"The name {where.host} cannot be resolved: {reason}.") from error
    every = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    allowed = every if private else tuple(ip for ip in every if is_public(ip))
    if every and not allowed:
        raise OperatorError(
            f"{where.host} is at {every[0]}, an address of a private network, which a feed is not to lead to; "
            "set private = true in the feed if it is meant."
        )
    return allowed


def is_public(ip: str) -> bool:
    """Whether an address is reached over the Internet, also where an IPv6 address carries an IPv4 address."""
    found = ip_address(ip)
    if isinstance(found, IPv6Address) and (inner := _carried(found)):
        return is_public(str(inner))
    return found.is_global and not found.is_multicast


def _carried(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def _is_ip(host: str | None) -> bool:
    try:
        ip_address(host or "")
    except ValueError:
        return False
    return True

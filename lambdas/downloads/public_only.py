"""An HTTP transport that reaches only public addresses: it refuses a host name that resolves to a private one."""

from __future__ import annotations

import ipaddress
import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from lambdas.common.local_cloud import LOCAL_CLOUD_VARIABLE
from lambdas.downloads.deadline import DeadlineTransport
from lambdas.downloads.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

# IANA's special-purpose registries, as of 2026. `is_global` of the ipaddress module differs between Python versions.
_SPECIAL_IPV4 = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
# The only public range so far. The ranges that carry an IPv4 address, such as 64:ff9b::/96 of NAT64, lie outside of it.
_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
_SPECIAL_IPV6 = [ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass
class PublicOnly(httpx.BaseTransport):
    """Resolve each host name once, check the address and connect to exactly that address.

    A second DNS lookup could return another address (DNS rebinding). `inner` makes the connection, and still checks
    the certificate against the host name.

    Args:
        inner: the transport to the checked address.
        allow_loopback: also connect to this machine.
        resolve: `socket.getaddrinfo`.
    """

    inner: httpx.BaseTransport
    allow_loopback: bool = False
    resolve: Callable[..., Any] = socket.getaddrinfo

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to the host's checked address.

        Raises:
            RefusedError: the host has an address that is not public.
            httpx.ConnectError: the host name does not resolve.
        """
        host = request.url.raw_host.decode("ascii")
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=str(self._address(request, host))),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return self.inner.handle_request(pinned)

    def close(self) -> None:
        """Close the connection."""
        self.inner.close()

    def _address(self, request: httpx.Request, host: str) -> Address:
        try:
            found = self.resolve(host, request.url.port or 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"{host}: {error}", request=request) from error
        addresses = [ipaddress.ip_address(address[0]) for *_, address in found]
        if hidden := [address for address in addresses if not self._may_reach(address)]:
            raise RefusedError(f"{host} is at {hidden[0]}, which is not a public address")
        # Lambda functions have no IPv6 route to the internet, so prefer IPv4.
        return min(addresses, key=lambda address: address.version)

    def _may_reach(self, address: Address) -> bool:
        return is_public(address) or (self.allow_loopback and address.is_loopback)


def public_transport() -> PublicOnly:
    """Build the transport for the servers of other organizations: one connection, to public addresses."""
    return PublicOnly(DeadlineTransport(), allow_loopback=LOCAL_CLOUD_VARIABLE in os.environ)


def is_public(address: Address) -> bool:
    """Whether the address is a single host on the internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _SPECIAL_IPV4)
    return address in _PUBLIC_IPV6 and not any(address in network for network in _SPECIAL_IPV6)

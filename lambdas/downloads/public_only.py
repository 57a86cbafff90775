"""An HTTP transport that reaches only public addresses: it refuses a host name that resolves to a private one."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from lambdas.downloads.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass
class PublicOnly(httpx.BaseTransport):
    """Resolve each host name once, check the address and connect to exactly that address.

    A second DNS lookup could return another address (DNS rebinding). `inner` makes the connection, and still checks
    the certificate against the host name.
    """

    inner: httpx.BaseTransport
    resolve: Callable[..., Any] = socket.getaddrinfo

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to the host's checked address.

        Raises:
            RefusedError: the host has a private address.
            httpx.ConnectError: the host name does not resolve.
        """
        host = request.url.host
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
        except OSError as error:
            raise httpx.ConnectError(f"{host}: {error}", request=request) from error
        addresses = [ipaddress.ip_address(address[0]) for *_, address in found]
        if hidden := [address for address in addresses if not _is_public(address)]:
            raise RefusedError(f"{host} is at {hidden[0]}, which is not a public address")
        # Lambda functions have no IPv6 route to the internet, so prefer IPv4.
        return min(addresses, key=lambda address: address.version)


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return _is_public(address.ipv4_mapped)
    return address.is_global and not address.is_multicast

"""Host names."""

import contextlib
import ipaddress
import re

_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}")


def is_host(text: str) -> bool:
    """Tell whether the whole text is a host's name or an IP address."""
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(text)
        return True
    return bool(_NAME.fullmatch(text))

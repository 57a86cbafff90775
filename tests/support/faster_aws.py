"""Removes work of boto3 and moto that each test would repeat: about a third of the time of a test with moto.

moto forgets the default session of boto3 at the start of each test, and a new session costs as much as five clients.
"""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any

import boto3
import botocore.hooks
import botocore.session
import botocore.useragent
import httpx._transports.default
import moto.core.models
import moto.core.responses
import moto.core.serialize
import moto.dynamodb.parsing.ast_nodes

if TYPE_CHECKING:
    from collections.abc import Callable


def share_what_tests_repeat() -> None:
    """Keep sessions, service models and computed names from one test to the next."""
    botocore.session.create_loader = functools.cache(botocore.session.create_loader)
    boto3.setup_default_session = _setup_default_session
    # For the library requests, which no function uses: moto intercepts boto3 by an event.
    moto.core.models.RESPONSES_METHODS = []
    aliaser: Any = botocore.hooks.EventAliaser
    serializer: Any = moto.core.serialize.ResponseSerializer
    agent = botocore.useragent
    aliaser._alias_event_name = _cached_by_name(aliaser._alias_event_name)
    agent.sanitize_user_agent_string_component = functools.cache(agent.sanitize_user_agent_string_component)
    serializer.get_value = _reading_attribute_values(serializer.get_value)
    moto.core.responses.method_names_from_class = functools.cache(moto.core.responses.method_names_from_class)
    # `isinstance` is slow for abstract base classes, and ten visitors see each node of an expression.
    nodes: Any = moto.dynamodb.parsing.ast_nodes
    nodes.isinstance = _is_instance
    # Each client of httpx would read the certificates of all authorities.
    transport: Any = httpx._transports.default
    transport.create_ssl_context = functools.cache(transport.create_ssl_context)


_is_subclass: Callable[[type, Any], bool] = functools.cache(issubclass)


def _is_instance(value: object, kind: Any) -> bool:
    return _is_subclass(type(value), kind)


def _setup_default_session(**options: Any) -> None:
    """Set boto3's default session to the one with these options, and these variables of the environment."""
    boto3.DEFAULT_SESSION = _session(_variables(), tuple(options.items()))


def _variables() -> frozenset[tuple[str, str]]:
    return frozenset((name, value) for name, value in os.environ.items() if name.startswith("AWS_"))


@functools.cache
def _session(variables: frozenset[tuple[str, str]], options: tuple[tuple[str, Any], ...]) -> boto3.Session:
    return boto3.Session(**dict(options))


def _cached_by_name(method: Callable[[Any, str], str]) -> Callable[[Any, str], str]:
    """Cache a method whose result depends on the name alone."""
    known: dict[str, str] = {}

    def cached(self: Any, name: str) -> str:
        if name not in known:
            known[name] = method(self, name)
        return known[name]

    return cached


def _reading_attribute_values(method: Callable[..., Any]) -> Callable[..., Any]:
    """Read DynamoDB's values, {"S": "text"}, directly. moto looks for each of their ten members under several names."""

    def get_value(self: Any, value: Any, key: str, shape: Any) -> Any:
        if type(value) is dict and len(value) == 1 and shape.parent.name == "AttributeValue":
            return value.get(key)
        return method(self, value, key, shape)

    return get_value

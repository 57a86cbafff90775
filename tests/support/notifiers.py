"""Variants of a test's notifier."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from lambdas.alerting.wiring import build_notifier

if TYPE_CHECKING:
    from lambdas.alerting.notify import Notifier


def with_settings(notifier: Notifier, **changes: Any) -> Notifier:
    """Build the same notifier with other members of `AlertSettings`."""
    return build_notifier(
        sns=notifier.publisher.sns,
        topic_arn=notifier.publisher.topic_arn,
        states=notifier.states,
        cases_table=notifier.occasions.cases_table,
        cameras_table=notifier.occasions.cameras_table,
        settings=dataclasses.replace(notifier.occasions.settings, **changes),
        record_hop=notifier.record_hop,
        now=notifier.now,
    )

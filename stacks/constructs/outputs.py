"""Stack outputs under fixed names, which the command line reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct


def add_outputs(scope: Construct, values: Mapping[str, str]) -> None:
    """Add stack outputs by name. An output may have the name of a construct in the same scope."""
    for name, value in values.items():
        cdk.CfnOutput(scope, f"{name}Output", value=value).override_logical_id(name)

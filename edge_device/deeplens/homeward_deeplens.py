"""The Lambda function for AWS DeepLens, long-lived (pinned) on Greengrass v1. Its handler is `function_handler`.

`edge_device.release` puts this module at the root of `homeward-deeplens.zip`, with the version. Greengrass imports it
and never calls the handler: the last line is the program, and does not return.
"""

from __future__ import annotations

from typing import Any

from edge_device.deeplens.inference import run


def function_handler(event: Any, context: Any) -> None:
    """Do nothing: Greengrass requires a handler, but never calls it."""


run(version="VERSION")

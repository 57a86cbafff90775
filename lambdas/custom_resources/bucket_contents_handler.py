"""The function behind the custom resource that empties a bucket."""

from __future__ import annotations

from typing import Any

import boto3

from lambdas.custom_resources.answer import answer
from lambdas.custom_resources.bucket_contents import carry_out

s3 = boto3.client("s3")


def handler(event: dict[str, Any], context: object) -> None:
    """A bucket that cannot be emptied fails the removal, which can then be tried again."""
    answer(event, lambda event: carry_out(s3, event))

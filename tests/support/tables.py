"""DynamoDB tables made directly, without a deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def make_table(dynamodb: DynamoDBClient, name: str, *keys: dict[str, str], **options: Any) -> None:
    """Create a table with text keys.

    Args:
        dynamodb: Client of the cloud.
        name: Name of the table.
        keys: Key schema of the table, then those of its indexes, e.g. `{"case_id": "HASH", "record": "RANGE"}`.
        options: Other parameters of CreateTable.
    """
    names = [key for schema in keys for key in schema]
    dynamodb.create_table(
        TableName=name,
        KeySchema=key_schema(keys[0]),
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in names],
        BillingMode="PAY_PER_REQUEST",
        **options,
    )


def key_schema(keys: dict[str, str]) -> Any:
    """Make a KeySchema."""
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()]

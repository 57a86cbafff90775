"""The messages of a delivery on the alert topic: one plain string per channel, as entries of `PublishBatch`.

SNS sends message attributes, which the filter policies of the subscriptions need, only with plain strings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from lambdas.alerting.recipients import TopicChannel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef, PublishBatchRequestEntryTypeDef

    from lambdas.alerting.audience import Delivery
    from lambdas.alerting.recipients import Recipient
    from lambdas.alerting.texts.render import Texts

# The limits of one PublishBatch. SNS counts the texts and the attributes of all entries.
_MAX_ENTRIES = 10
_MAX_BYTES = 256 * 1024
# SNS does not document how a filter policy treats an empty list. No recipient has this name.
_NOBODY = "-"


def topic_messages(
    texts: Texts, alert_id: str, delivery: Delivery, recipients: Iterable[Recipient]
) -> list[PublishBatchRequestEntryTypeDef]:
    """Build the entry of each channel that the delivery needs; the `Id` is the channel.

    The document is always sent: the receipts queue needs at least one message.
    """
    names: dict[TopicChannel, list[str]] = {TopicChannel.DOCUMENT: []}
    for recipient in recipients:
        if recipient.name in delivery.recipients:
            names.setdefault(recipient.channel.on_topic, []).append(recipient.name)
    channels = [channel for channel in TopicChannel if channel in names]
    entries: list[PublishBatchRequestEntryTypeDef] = [
        {
            "Id": channel,
            "Message": _body(texts, channel),
            "MessageAttributes": {
                "alert_id": {"DataType": "String", "StringValue": alert_id},
                "channel": {"DataType": "String", "StringValue": channel},
                "channels": _list_attribute(channels),
                "recipients": _list_attribute(names[channel] or [_NOBODY]),
            },
        }
        for channel in channels
    ]
    for entry in entries:
        if entry["Id"] == TopicChannel.EMAIL:
            entry["Subject"] = texts.subject
    return entries


def batches(entries: Iterable[PublishBatchRequestEntryTypeDef]) -> Iterator[list[PublishBatchRequestEntryTypeDef]]:
    """Split the entries into batches within the limits of SNS. An entry that is too large has a batch of its own."""
    batch: list[PublishBatchRequestEntryTypeDef] = []
    size = 0
    for entry in entries:
        entry_bytes = len(msgspec.json.encode(entry))  # an upper bound: SNS does not count the names of the members
        if batch and (len(batch) == _MAX_ENTRIES or size + entry_bytes > _MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry_bytes
    if batch:
        yield batch


def _body(texts: Texts, channel: TopicChannel) -> str:
    if channel is TopicChannel.EMAIL:
        return texts.email
    return texts.sms if channel is TopicChannel.SMS else texts.document


def _list_attribute(values: Sequence[str]) -> MessageAttributeValueTypeDef:
    return {"DataType": "String.Array", "StringValue": msgspec.json.encode(values).decode()}

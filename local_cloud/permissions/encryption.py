"""What uses of encrypted resources require of KMS. The emulator does not ask IAM for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_cloud.permissions.statements import Permission

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from local_cloud.permissions.deployed import Deployed

_READ, _WRITE = "kms:Decrypt", "kms:GenerateDataKey"
_NEEDED = {
    "s3:GetObject": (_READ,),
    # One PutObject, not a multipart upload: that would need kms:Decrypt as well.
    "s3:PutObject": (_WRITE,),
    "sqs:ReceiveMessage": (_READ,),
    "sqs:SendMessage": (_READ, _WRITE),
    "sns:Publish": (_READ, _WRITE),
    "secretsmanager:GetSecretValue": (_READ,),
}


def key_uses(deployed: Deployed, uses: Iterable[Permission]) -> Iterator[Permission]:
    """Yield the uses of KMS keys that these uses of encrypted resources include."""
    for use in uses:
        if key := deployed.key_of(use.resource):
            # DynamoDB keeps a table's data key itself and asks with the caller's permissions to decrypt it.
            reads_table = use.action.startswith("dynamodb:")
            for action in (_READ,) if reads_table else _NEEDED.get(use.action, ()):
                yield Permission(use.role, action, key)

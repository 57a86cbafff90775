"""Create and delete certificates in AWS IoT."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from homeward.fleet.aws_iot import delete_when_detached, unless_gone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def new_certificate(
    iot: Any, policies: Sequence[str], *, certificate: Path, key: Path, thing: str | None = None
) -> str:
    """Write a new certificate and its private key, and return the certificate's ARN.

    The key exists nowhere else. The certificate becomes active last, so that a failure leaves no active one behind.

    Raises:
        FileExistsError: The key's file exists.
    """
    certificate.parent.mkdir(parents=True, exist_ok=True)
    # Only the owner may read the key, from its first byte on.
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        try:
            created = iot.create_keys_and_certificate(setAsActive=False)
        except BaseException:
            key.unlink()  # an empty file would block the next attempt
            raise
        file.write(created["keyPair"]["PrivateKey"])
    certificate.write_text(created["certificatePem"])
    arn = str(created["certificateArn"])
    if thing:
        iot.attach_thing_principal(thingName=thing, principal=arn)
    for policy in policies:
        iot.attach_policy(policyName=policy, target=arn)
    iot.update_certificate(certificateId=id_of(arn), newStatus="ACTIVE")
    return arn


def deactivate_certificate(iot: Any, arn: str) -> bool:
    """Deactivate a certificate. Return False if it does not exist."""
    return unless_gone(iot.update_certificate, certificateId=id_of(arn), newStatus="INACTIVE") is not None


def delete_certificate(iot: Any, arn: str, *, things: Sequence[str] = ()) -> None:
    """Deactivate a certificate, detach it from its policies and its things, and delete it. Idempotent."""
    if not deactivate_certificate(iot, arn):
        return
    for policy in iot.list_attached_policies(target=arn)["policies"]:
        iot.detach_policy(policyName=policy["policyName"], target=arn)
    for thing in things:
        unless_gone(iot.detach_thing_principal, thingName=thing, principal=arn)
    delete_when_detached(iot.delete_certificate, certificateId=id_of(arn), forceDelete=True)


def certificates_of(iot: Any, thing: str) -> set[str]:
    """Return the ARNs of a thing's certificates. Empty if the thing does not exist."""
    pages = iot.get_paginator("list_thing_principals").paginate(thingName=thing)
    arns = unless_gone(lambda: {str(arn) for page in pages for arn in page["principals"]})
    return arns or set()


def targets_of(iot: Any, policy: str) -> list[str]:
    """Return the ARNs of the certificates that have a policy."""
    pages = iot.get_paginator("list_targets_for_policy").paginate(policyName=policy)
    return [arn for page in pages for arn in page["targets"]]


def id_of(certificate_arn: str) -> str:
    """Return the certificate's id, which is the end of its ARN."""
    return certificate_arn.rpartition("/")[2]

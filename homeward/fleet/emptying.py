"""Delete everything that an environment has in AWS IoT: cameras, reservations and claim certificates.

Every step is idempotent and starts from what still exists, so an interrupted run is repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from homeward.fleet.aws_iot import delete_when_detached, deprecate_type, is_still_attached, unless_gone
from homeward.fleet.cameras_table import delete_entry, mark_revoked
from homeward.fleet.certificates import deactivate_certificate, id_of
from homeward.fleet.revocation import close_connection, delete_thing

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeward.fleet.own_fleet import Certificate, OwnFleet


def steps(fleet: OwnFleet) -> list[tuple[str, str]]:
    """Describe what `empty_fleet` does, as pairs such as ("delete", "thing oak-dev_cam-01")."""
    return [
        *(("delete", f"thing {thing}") for thing in fleet.things),
        *(
            ("detach", f"certificate {id_of(each.arn)}, which {each.shared_with} also uses")
            if each.shared_with
            else ("delete", f"certificate {id_of(each.arn)}")
            for each in fleet.certificates
        ),
        *(("detach", f"{target} from the policy {policy}") for policy, target in fleet.other_targets),
        *(("delete", f"entry of {entry['camera']}") for entry in fleet.entries),
    ]


def empty_fleet(fleet: OwnFleet, advance: Callable[[str], None]) -> list[str]:
    """Delete the fleet, and return what the operator must know: connections that could not be closed.

    Reservations and claim certificates go first, so that no device joins meanwhile. Calls `advance` once per
    certificate and thing.
    """
    deployment, iot = fleet.deployment, fleet.deployment.client("iot")
    for entry in fleet.entries:
        mark_revoked(deployment, entry["camera"])
    own = [each for each in fleet.certificates if not each.shared_with]
    for certificate in sorted(own, key=lambda each: bool(each.things)):
        deactivate_certificate(iot, certificate.arn)
    failures = [close_connection(deployment, thing) for thing in fleet.things]
    for certificate in fleet.certificates:
        advance(f"certificate {id_of(certificate.arn)[:12]}")
        _delete_certificate(iot, certificate)
    for policy, target in fleet.other_targets:
        iot.detach_policy(policyName=policy, target=target)
    for thing in fleet.things:
        advance(thing)
        delete_thing(deployment, thing)
    for entry in fleet.entries:
        delete_entry(deployment, entry["camera"])
    return [failure for failure in failures if failure]


def _delete_certificate(iot: Any, certificate: Certificate) -> None:
    """Delete a certificate, or detach it if somebody else also uses it.

    A certificate keeps its policies until AWS IoT deletes it with them: after an interruption, only they may tell whose
    it is.
    """
    for thing in certificate.things:
        unless_gone(iot.detach_thing_principal, thingName=thing, principal=certificate.arn)
    if not certificate.shared_with:
        delete_when_detached(iot.delete_certificate, certificateId=id_of(certificate.arn), forceDelete=True)
        return
    for policy in certificate.policies:
        iot.detach_policy(policyName=policy, target=certificate.arn)


def release_policies_and_types(fleet: OwnFleet) -> bool:
    """Deprecate the thing types, and delete what no stack will delete. Return False if AWS IoT refuses that so far.

    AWS IoT deletes a thing type five minutes after its deprecation at the earliest, and a policy up to five minutes
    after it was detached. `homeward camera add` undoes the deprecation.
    """
    iot = fleet.deployment.client("iot")
    for name in fleet.types:
        deprecate_type(iot, name)
    if fleet.has_stack:
        return True
    policies = [_is_deleted(_delete_policy, iot, policy) for policy in fleet.policies]
    types = [_is_deleted(iot.delete_thing_type, thingTypeName=name) for name in fleet.types]
    return all([*policies, *types])


def _delete_policy(iot: Any, policy: str) -> None:
    for version in iot.list_policy_versions(policyName=policy)["policyVersions"]:
        if not version["isDefaultVersion"]:
            iot.delete_policy_version(policyName=policy, policyVersionId=version["versionId"])
    iot.delete_policy(policyName=policy)


def _is_deleted(call: Callable[..., Any], *arguments: Any, **named: Any) -> bool:
    try:
        call(*arguments, **named)
    except ClientError as error:
        if is_still_attached(error):
            return False
        raise
    return True

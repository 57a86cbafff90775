"""Run all checks. One that AWS does not answer does not keep the others from running."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from homeward.deployment.outputs import NotDeployedError, find_deployment
from homeward.doctor.account import (
    check_ai_opt_out,
    check_credentials,
    check_lambda_concurrency,
    check_rekognition_quota,
)
from homeward.doctor.contents import check_cameras, check_filters, check_gallery, check_syncs
from homeward.doctor.environment import check_alarms, check_failure_queues, check_stacks, check_subscriptions
from homeward.doctor.finding import Finding
from homeward.doctor.text_messages import check_opted_out, check_origination, check_sandbox, check_spend_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agencies.settings import Settings

CREDENTIALS, STACKS, ENVIRONMENT = "credentials", "stacks", "environment"
ACCOUNT_CHECKS = {
    "rekognition quota": check_rekognition_quota,
    "lambda concurrency": check_lambda_concurrency,
    "ai opt-out": check_ai_opt_out,
    "sms sandbox": check_sandbox,
    "sms spend limit": check_spend_limit,
    "sms origination": check_origination,
    "sms opted out": check_opted_out,
    STACKS: check_stacks,
}
ENVIRONMENT_CHECKS = {
    "subscriptions": check_subscriptions,
    "gallery": check_gallery,
    "recipient filters": check_filters,
    "syncs": check_syncs,
    "cameras": check_cameras,
    "alarms": check_alarms,
    "failure queues": check_failure_queues,
}
_NOT_OFFERED = {"InvalidAction", "UnknownOperationException", "UnsupportedOperation", "NotImplemented"}


def examine(settings: Settings, client: Callable[[str], Any]) -> Iterator[tuple[str, Finding]]:
    """Yield the name and the finding of each check, the account's first: they make sense before a deployment.

    Raises:
        ClientError: AWS refuses the credentials.
        BotoCoreError: There are no credentials, or no region.
    """
    yield CREDENTIALS, check_credentials(settings, client)
    for name, check_account in ACCOUNT_CHECKS.items():
        yield name, _attempt(check_account, settings, client)
    try:
        deployment = find_deployment(settings.stage, client)
    except NotDeployedError as error:
        yield ENVIRONMENT, Finding("not checked", str(error))
        return
    except ClientError as error:
        yield ENVIRONMENT, _explain(error)
        return
    for name, check in ENVIRONMENT_CHECKS.items():
        yield name, _attempt(check, settings, deployment)


def _attempt(check: Callable[..., Finding], *arguments: Any) -> Finding:
    try:
        return check(*arguments)
    except NotDeployedError as error:
        return Finding("not checked", str(error))
    except ClientError as error:
        return _explain(error)
    except BotoCoreError as error:  # no such endpoint, no connection, an answer that is none
        return Finding("not checked", f"AWS did not answer: {error}")


def _explain(error: ClientError) -> Finding:
    """Tell a missing permission or an unknown call, which says nothing about the environment, from other errors."""
    code, call = error.response["Error"].get("Code", ""), error.operation_name
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if status == 403 or "AccessDenied" in code or "Authoriz" in code:
        return Finding("not checked", f"the credentials may not call {call} ({code})", "use a role that may read it")
    # botocore uses the HTTP status as the code of an answer that is no AWS error.
    if code in _NOT_OFFERED or code in {"400", "404", "405", "501"}:
        return Finding("not checked", f"this endpoint does not offer {call} ({code})")
    return Finding("failed", f"AWS answered: {error}")

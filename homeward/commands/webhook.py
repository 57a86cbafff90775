"""`homeward webhook`: print a signing key, set the address of a chat room, and test either."""

from __future__ import annotations

import json
import sys
import uuid
from typing import TYPE_CHECKING, Annotated

import typer

from homeward.deployment.outputs import connect
from homeward.exit_codes import NOT_FOUND, WRONG_USAGE
from homeward.options import AgencyOption, DryRunOption
from homeward.terminal import console, fail

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment

app = typer.Typer(
    no_args_is_help=True, help="Print a webhook's signing key, set a chat room's address, and test either."
)

RecipientArgument = Annotated[str, typer.Argument(help="The recipient's name in the agency's file.")]


@app.command()
def secret(name: RecipientArgument, *, agency: AgencyOption) -> None:
    """Print the key that signs a webhook, for its receiver. AWS CloudTrail records who read it.

    Example:
        homeward webhook secret records-system -a springfield-prod
    """
    deployment = connect(agency)
    arn = _output(deployment, "WebhookKey", name)
    value = deployment.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    typer.echo(f"whsec_{value}")


@app.command("set-url")
def set_url(name: RecipientArgument, *, agency: AgencyOption, dry_run: DryRunOption = False) -> None:
    """Set the address of a chat room from standard input. Anyone who has the address can post there.

    The address takes effect within five minutes.

    Example:
        homeward webhook set-url search-team -a springfield-prod < address.txt
    """
    deployment = connect(agency)
    arn = _output(deployment, "ChatAddress", name)
    url = sys.stdin.readline().strip()
    if not url.startswith(("https://", "http://127.0.0.1:")) or len(url.split()) != 1:
        raise fail("Standard input has no https:// address. Write one line with the address to it.", code=WRONG_USAGE)
    if dry_run:
        console.print(f"would set the address of {name}")
        return
    deployment.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=url)
    console.print(f"the address of {name} is set")


@app.command("test")
def send_test(name: RecipientArgument, *, agency: AgencyOption, dry_run: DryRunOption = False) -> None:
    """Send a test message to a webhook or a chat room by the same path as an alert.

    If it does not arrive, the log of the webhook function says why.

    Example:
        homeward webhook test records-system -a springfield-prod
    """
    deployment = connect(agency)
    url = _output(deployment, "WebhookQueue", name)
    document = {
        "alert_id": f"test-{uuid.uuid4()}",
        "kind": "test",
        "headline": "Test of Homeward, no alert",
        "verified": False,
        "text": f"Test of Homeward ({agency}), no alert: this is how one comes to {name}.",
    }
    if dry_run:
        console.print_json(data=document)
        return
    deployment.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(document))
    console.print(f"{document['alert_id']} is on its way to {name}")


def _output(deployment: Deployment, kind: str, name: str) -> str:
    """Return the stack output of a recipient. Its name there has capitals instead of hyphens."""
    output = kind + "".join(part.capitalize() for part in name.split("-"))
    if output not in deployment.outputs:
        needed = {"WebhookKey": "webhook", "ChatAddress": "chat = true"}.get(kind, "webhook or chat = true")
        raise fail(f"{deployment.stage} has no recipient {name} with {needed}", code=NOT_FOUND)
    return deployment.outputs[output]

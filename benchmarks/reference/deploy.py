"""Deploys the prototype to a running local cloud, with the product's face collection."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.reference.live_cases import LiveCases
    from local_cloud.cloud import Cloud

_NAME = "reference"


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The deployed prototype: the bucket for captures, and the topic of its alerts."""

    dynamodb: Any
    bucket: str
    topic_arn: str

    def forget(self, number: str) -> None:
        """Delete its record of a person, so that the next capture alerts again."""
        self.dynamodb.delete_item(TableName=_NAME, Key={"person": {"S": number}})


def deploy_reference(cloud: Cloud, live: LiveCases, *, collection: str) -> Reference:
    """Deploy the bucket, whose events invoke the function directly, the table, and the topic with a phone."""
    dynamodb, s3 = cloud.client("dynamodb"), cloud.client("s3")
    dynamodb.create_table(
        TableName=_NAME,
        KeySchema=[{"AttributeName": "person", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "person", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    sns = cloud.client("sns")
    topic_arn = str(sns.create_topic(Name=_NAME)["TopicArn"])
    sns.subscribe(TopicArn=topic_arn, Protocol="sms", Endpoint="+15035550142")
    environment = {
        "TABLE": _NAME,
        "TOPIC_ARN": topic_arn,
        "COLLECTION": collection,
        "CASES_URL": f"{live.url}/api/CaseSets/NamUs/MissingPersons/Cases",
        # Makes Python trust the web site's certificate.
        "SSL_CERT_FILE": str(live.certificate),
    }
    function_arn = _create_function(cloud, environment)
    s3.create_bucket(Bucket=_NAME)
    notification: Any = {"LambdaFunctionArn": function_arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=_NAME, NotificationConfiguration={"LambdaFunctionConfigurations": [notification]}
    )
    return Reference(dynamodb=dynamodb, bucket=_NAME, topic_arn=topic_arn)


def _create_function(cloud: Cloud, environment: dict[str, str]) -> str:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        for name in ("function.py", "prototype.py"):
            archive.write(Path(__file__).with_name(name), name)
    client = cloud.client("lambda")
    created = client.create_function(
        FunctionName=_NAME,
        Runtime="python3.14",
        Handler="function.handler",
        Role="arn:aws:iam::000000000000:role/reference",
        Code={"ZipFile": package.getvalue()},
        Environment={"Variables": environment},
        Timeout=30,
        MemorySize=1024,
    )
    client.add_permission(
        FunctionName=_NAME, StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    return str(created["FunctionArn"])

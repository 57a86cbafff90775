"""What an environment could leave behind in an account, by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_cloud.cloud import Cloud

# Kind: service, operation, member of its pages, and member of each item. None: the item itself.
_LISTED = {
    "stacks": ("cloudformation", "describe_stacks", "Stacks", "StackName"),
    "buckets": ("s3", "list_buckets", "Buckets", "Name"),
    "tables": ("dynamodb", "list_tables", "TableNames", None),
    "collections": ("rekognition", "list_collections", "CollectionIds", None),
    "functions": ("lambda", "list_functions", "Functions", "FunctionName"),
    "queues": ("sqs", "list_queues", "QueueUrls", None),
    "topics": ("sns", "list_topics", "Topics", "TopicArn"),
    "machines": ("stepfunctions", "list_state_machines", "stateMachines", "name"),
    "schedules": ("events", "list_rules", "Rules", "Name"),
    "logs": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "roles": ("iam", "list_roles", "Roles", "RoleName"),
    "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "rules": ("iot", "list_topic_rules", "rules", "ruleName"),
    "policies": ("iot", "list_policies", "policies", "policyName"),
    "things": ("iot", "list_things", "things", "thingName"),
    "thing types": ("iot", "list_thing_types", "thingTypes", "thingTypeName"),
    "thing groups": ("iot", "list_thing_groups", "thingGroups", "groupName"),
    "certificates": ("iot", "list_certificates", "certificates", "certificateArn"),
    "templates": ("iot", "list_provisioning_templates", "templates", "templateName"),
    "status messages": ("iot-data", "list_retained_messages", "retainedTopics", "topic"),
}
_OF_THE_CDK = ("CDKToolkit", "cdk-")


def leftovers(cloud: Cloud) -> dict[str, list[str]]:
    """List the names of all resources that an environment could leave behind. Keys that wait for deletion are none."""
    found = {
        kind: [item if name is None else item[name] for item in _items(cloud.client(service), operation, member)]
        for kind, (service, operation, member, name) in _LISTED.items()
    }
    found["keys"] = list(_keys(cloud.client("kms")))
    return {kind: [name for name in names if not name.startswith(_OF_THE_CDK)] for kind, names in found.items()}


def _items(client: Any, operation: str, member: str) -> Iterator[Any]:
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate():
            yield from page.get(member, [])
    else:
        yield from getattr(client, operation)()[member]


def _keys(kms: Any) -> Iterator[str]:
    """Yield the descriptions of the keys, such as "Homeward demo-dev"."""
    for key in _items(kms, "list_keys", "Keys"):
        described = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if described["KeyState"] != "PendingDeletion":
            yield described["Description"]

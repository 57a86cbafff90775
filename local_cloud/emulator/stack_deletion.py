"""Patches that make CloudFormation refuse the deletions that AWS refuses. They use ministack's private names."""

from collections import defaultdict
from typing import Any

from ministack.services import s3
from ministack.services.cloudformation import _stacks, provisioners, stacks


def keep_buckets_with_objects() -> None:
    """Fail to delete a bucket that has objects. ministack deletes it with them."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]  # noqa: SLF001  (no public hook)
    delete = handlers["delete"]

    def delete_empty(bucket: str, properties: dict[str, Any]) -> None:
        contents = s3._buckets.get(bucket, {}).get("objects")  # noqa: SLF001  (as above)
        if contents or s3._bucket_has_versions(bucket):  # noqa: SLF001  (as above)
            raise ValueError("The bucket you tried to delete is not empty")
        delete(bucket, properties)

    handlers["delete"] = delete_empty


def keep_what_failed_deletions_need() -> None:
    """Fail to delete what a resource whose deletion failed depends on, such as the function of a custom resource.

    ministack deletes it, so the resource's deletion can never succeed.
    """
    delete = stacks._delete_resource  # noqa: SLF001  (no public hook)
    failed: defaultdict[str, set[str]] = defaultdict(set)

    def delete_unless_needed(
        kind: str, physical_id: str, properties: dict[str, Any], stack_name: str = "", logical_id: str = ""
    ) -> None:
        stack = _stacks.get(stack_name) or {}
        if stack.get("StackStatus") != "DELETE_IN_PROGRESS":
            delete(kind, physical_id, properties, stack_name, logical_id)
            return
        here = failed[stack["StackId"]]
        resources = stack["_template"]["Resources"]
        needed = stacks._with_dependencies(here - {logical_id}, resources, set(stack["_resources"]))  # noqa: SLF001
        if logical_id in needed:
            here.add(logical_id)
            raise ValueError("A resource that depends on it could not be deleted")
        try:
            delete(kind, physical_id, properties, stack_name, logical_id)
        except Exception:
            here.add(logical_id)
            raise
        here.discard(logical_id)

    stacks._delete_resource = delete_unless_needed  # noqa: SLF001  (as above)

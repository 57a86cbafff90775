"""Starts the patched emulator: `python -m local_cloud.emulator`.

Like ministack, it reads `GATEWAY_PORT`, `IOT_MTLS_PORT`, `BIND_HOST`, and `AUTH` from the environment. With
`AUTH=true` it records permission checks in the file `PERMISSION_RECORD`.
"""

import os
from pathlib import Path

import ministack.app

from local_cloud.emulator import managed_login, patches, stack_deletion, workers
from local_cloud.emulator.faults import FaultyGateway
from local_cloud.emulator.permissions import PermissionGateway, record_checks
from local_cloud.own_requests import OwnRequestsOnly

if __name__ == "__main__":
    patches.bind_loopback_only()
    patches.require_device_certificates()
    patches.invoke_from_rules_asynchronously()
    workers.extract_bundles_once()
    workers.limit_executions()
    workers.read_whole_logs()
    workers.answer_before_functions_start()
    stack_deletion.keep_buckets_with_objects()
    stack_deletion.keep_what_failed_deletions_need()
    patches.serve_delete_connection()
    patches.authorize_batches_as_iam()
    patches.refer_to_secrets_by_arn()
    patches.know_conditional_puts()
    patches.name_roles_as_principals()
    managed_login.accept_styles()
    managed_login.ask_for_one_time_codes()
    if os.environ.get("AUTH") == "true":
        record_checks(Path(os.environ["PERMISSION_RECORD"]))
        ministack.app.app = PermissionGateway(patches.claim_https(ministack.app.app))
    ministack.app.app = OwnRequestsOnly(patches.send_no_cors(FaultyGateway(ministack.app.app)))
    ministack.app.main()

"""Names of AWS IoT things and MQTT topics, which carry the environment so that two can share an account.

An operator says `cam-01`. Its thing is `springfield-prod_cam-01`, and it publishes under
`homeward/springfield-prod/springfield-prod_cam-01/`. A stage has no `_`, so the first `_` ends it.
`edge_device/core/topics.py`, which imports nothing of the cloud, repeats the topics; a test compares the two.
"""

from __future__ import annotations

from lambdas.common.camera_names import is_camera_name

# Agency and environment.
STAGE = r"[a-z][a-z0-9-]*-(?:dev|staging|prod)"
MAX_THING_NAME = 128  # AWS IoT's limit
# In topics, the environment of cameras that were registered before things carried their stage.
LEGACY_ENVIRONMENT = "v1"


def thing_name(stage: str, camera: str) -> str:
    """Build the name of a camera's thing."""
    return f"{stage}_{camera}"


def camera_of_thing(stage: str, thing: str) -> str | None:
    """Read the camera from the name of a thing. None if the thing's name is not one of this stage."""
    prefix, separator, camera = thing.partition("_")
    return camera if prefix == stage and separator and is_camera_name(camera) else None


def topic(environment: str, thing: str, kind: str) -> str:
    """Build a topic of a thing. `kind` is faces, health or status."""
    return f"homeward/{environment}/{thing}/{kind}"

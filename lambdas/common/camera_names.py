"""The rule for camera names, which become AWS IoT things, levels of MQTT topics, and folders of S3 keys.

The alphabet is that of an AWS IoT thing name. It is also safe in MQTT (no `/`, `+`, `#`) and in S3 keys: without a dot,
no camera can be called `..`. `edge_device/settings.py`, which imports nothing of the cloud, repeats the pattern;
a test compares the two.
"""

import re

CAMERA_NAME = r"[a-zA-Z0-9:_\-]{1,128}"
ALLOWED = "letters, digits, '-', '_' and ':', at most 128"


def is_camera_name(name: str) -> bool:
    """Tell whether a camera may have this name."""
    return re.fullmatch(CAMERA_NAME, name) is not None

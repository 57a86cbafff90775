"""A fake of the DeepLens model optimizer."""

import os


def optimize(model_name: str, input_width: int, input_height: int) -> tuple[int, str]:
    """Return (error, path); error 0 is success."""
    assert (input_width, input_height) == (300, 300)
    if os.environ.get("FAKE_MO_ERROR"):
        return 1, ""
    return 0, "/opt/awscam/artifacts/optimized.xml"

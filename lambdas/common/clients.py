"""The configuration of AWS clients whose calls an alert waits for."""

from botocore.config import Config

HOT_PATH = Config(
    # Tests check that requests are well-formed.
    parameter_validation=False,
    # botocore composes its own name from a dozen parts, twice for each request: a quarter of a request's CPU time.
    user_agent="homeward",
)

"""The Lambda packages: one per pipeline, and what they share.

On Lambda the collector of garbage looks for cycles when 200,000 objects were made, not 700: while boto3 is imported,
whose objects all stay, it would look hundreds of times, which is a seventh of a cold start.
"""

import gc
import os

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    gc.set_threshold(200_000, 20, 100)

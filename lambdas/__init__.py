"""The Lambda packages: one per pipeline, and the rooms that they share.

On Lambda, garbage collection starts after 200,000 allocations, not 700. Importing boto3 allocates many objects that
stay, and hundreds of collections in vain would take a seventh of a cold start.
"""

import gc
import os

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    gc.set_threshold(200_000, 20, 100)

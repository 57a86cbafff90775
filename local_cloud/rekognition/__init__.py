"""A Rekognition-compatible server that runs an open face model, for demos and tests without an AWS account.

docs/developer/local-face-engine.md lists its error rates and its differences from Amazon Rekognition.
"""

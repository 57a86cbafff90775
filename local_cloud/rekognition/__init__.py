"""A Rekognition-compatible server on an open face model, for demos and tests without an AWS account.

What it is good for, and what it is not, is in docs/local-face-engine.md.
"""

"""The embedded cloud: AWS on a laptop, on 127.0.0.1 only, with no account and no Docker."""

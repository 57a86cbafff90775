"""The local cloud: AWS emulated on 127.0.0.1, without an account or Docker."""

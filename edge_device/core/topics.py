"""The MQTT topics of a camera."""


def faces_topic(thing: str) -> str:
    """Topic of the captures."""
    return f"homeward/v1/{thing}/faces"


def health_topic(thing: str) -> str:
    """Topic of the health messages."""
    return f"homeward/v1/{thing}/health"


def status_topic(thing: str) -> str:
    """Topic of the retained status."""
    return f"homeward/v1/{thing}/status"


def shadow_topic(thing: str) -> str:
    """Prefix of the topics of the named shadow `camera`, which holds the remote settings."""
    return f"$aws/things/{thing}/shadow/name/camera"

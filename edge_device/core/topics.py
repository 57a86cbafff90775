"""The MQTT topics of a camera. They carry the environment, such as springfield-prod."""

LEGACY_ENVIRONMENT = "v1"


class Topics:
    """The topics of one thing.

    `environment` is the part of the thing's name before the first `_`, unless it is given. A thing without either is
    from before things carried their environment.
    """

    def __init__(self, thing: str, environment: "str | None" = None) -> None:
        stage, separator, _ = thing.partition("_")
        self.thing = thing
        self.environment = environment or (stage if separator else LEGACY_ENVIRONMENT)

    @property
    def faces(self) -> str:
        """Topic of the captures."""
        return self._topic("faces")

    @property
    def health(self) -> str:
        """Topic of the health messages."""
        return self._topic("health")

    @property
    def status(self) -> str:
        """Topic of the retained status."""
        return self._topic("status")

    @property
    def all(self) -> str:
        """Pattern of an IAM or IoT policy for all of these topics."""
        return self._topic("*")

    def _topic(self, kind: str) -> str:
        return f"homeward/{self.environment}/{self.thing}/{kind}"


def shadow_topic(thing: str) -> str:
    """Prefix of the topics of the named shadow `camera`, which holds the remote settings."""
    return f"$aws/things/{thing}/shadow/name/camera"

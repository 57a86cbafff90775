"""Why an encounter does not take a verdict."""


class ReviewError(RuntimeError):
    """The encounter cannot take the verdict. The message says why."""


class NoEncounterError(ReviewError):
    """No encounter has this id."""


class EncounterOverError(ReviewError):
    """The encounter is withdrawn or expired, and takes no verdict any more."""


class NeedsSupervisorError(ReviewError):
    """Two reviewers disagree, and the one who decides now is not a supervisor who has given no opinion yet."""

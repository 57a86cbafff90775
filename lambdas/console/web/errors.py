"""What a page answers instead of its content. The text of an error is shown to the person."""

from __future__ import annotations


class ConsoleError(Exception):
    """An answer with an error status."""

    status = 500


class InvalidError(ConsoleError):
    """The request is understood, but its content is not valid. The text says what to change."""

    status = 422


class NotFoundError(ConsoleError):
    """There is nothing at this address, or the person may not know of it."""

    status = 404


class RefusedError(ConsoleError):
    """The person, or the page that sent the request, may not do this."""

    status = 403


class ConflictError(ConsoleError):
    """Somebody else was faster, or the state does not allow it any more."""

    status = 409


class TooManyRequestsError(ConsoleError):
    """The session or the person reached a limit."""

    status = 429


class SignedOutError(ConsoleError):
    """Nobody is signed in: there is no session, or it has ended."""

    status = 401

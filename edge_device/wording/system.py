"""Words for errors of the operating system."""

from __future__ import annotations

import errno
import getpass

_ADVICE = {
    errno.EACCES: "this user ({user}) may not use it; use sudo, or run as the user homeward-edge",
    errno.EPERM: "this user ({user}) may not use it; use sudo, or run as the user homeward-edge",
    errno.ENOENT: "it does not exist",
    errno.ENOTDIR: "a part of its path is no folder",
    errno.EISDIR: "it is a folder; name a file",
    errno.ENOSPC: "the disk is full; free some space",
    errno.EROFS: "the disk is mounted read-only",
    errno.EADDRINUSE: "another program uses this port; choose another",
}


def os_error_in_words(error: OSError) -> str:
    """Return the file that an operation failed for, and what to do. Without a number such as [Errno 13]."""
    advice = _ADVICE.get(error.errno or 0)
    words = advice.format(user=_user()) if advice else error.strerror or str(error)
    return f"{error.filename}: {words}" if error.filename else words


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        return "without a name"

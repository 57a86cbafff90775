"""The options that several commands share, and how commands report errors."""

import sqlite3
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from edge_device.cameras import CameraError
from edge_device.cameras.stream_address import redacted
from edge_device.commands.output import say
from edge_device.core.message import MessageTooLargeError
from edge_device.publishers import PublishError
from edge_device.settings import Settings, SettingsError, read_settings
from edge_device.wording.system import os_error_in_words

FAILED, WRONG_SETTINGS, STILL_WAITING, INCOMPLETE = 1, 2, 3, 6

Config = Annotated[
    Path | None,
    typer.Option(envvar="HOMEWARD_EDGE_CONFIG", help="TOML file with the settings; options override it."),
]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a setting, such as mqtt.port=8884.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def load_settings(config: Path | None, assignments: list[str] | None, **given: Any) -> Settings:
    """Read the settings file; `--set` options override it, and a command's own options (`given`) override both.

    Raises:
        SettingsError: a setting is unknown, missing or invalid.
    """
    options: dict[str, Any] = {}
    for assignment in assignments or []:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise SettingsError(f"--set {redacted(name)}: write KEY=VALUE, such as --set mqtt.port=8884")
        options[name] = _toml_value(value)
    return read_settings(config, options | {name: value for name, value in given.items() if value is not None})


def _toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):  # not only of TOML: a number may have too many digits
        return text  # a string without quotes


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Print an expected error on standard error, and exit with the code for its kind."""
    try:
        yield
    except SettingsError as error:
        raise failure(str(error), code=WRONG_SETTINGS) from error
    except sqlite3.Error as error:
        raise failure(f"cannot use the outbox: {error}", code=FAILED) from error
    except (CameraError, MessageTooLargeError, PublishError) as error:
        raise failure(str(error), code=FAILED) from error
    except OSError as error:
        raise failure(os_error_in_words(error), code=FAILED) from error


def failure(message: str, *, code: int) -> typer.Exit:
    """Print the message on standard error, and return the exception to raise."""
    sys.stdout.flush()
    say(f"homeward-edge: {message}", err=True)
    return typer.Exit(code)

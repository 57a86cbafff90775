"""Commands that are imported when they run, so that `homeward --help` answers at once."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    Command = Any  # typer keeps its copy of click's class private

# The first line of each command's help, which a list of the commands shows. A test compares the two.
SUMMARIES = {
    "agency": "Write an agency's file, and check what it says.",
    "sync": "Update the gallery from its sources: fetch new and changed cases, and remove closed ones.",
    "import": "Import an agency's own cases from a folder. If it has errors, list them by line and import nothing.",
    "search": "Search the gallery for the largest face of a picture. Nothing is stored and nobody is alerted.",
    "submit": "Submit pictures or videos as captures of a camera. Each face is searched and can alert.",
    "upload-link": "Create a link with which a partner can upload pictures as captures of one camera, "
    "and nothing else.",
    "gallery": "Count, verify and repair the gallery, and rebuild its face collection.",
    "case": "List and show the cases of the gallery, choose their faces, and close a case by hand.",
    "encounter": "List and show encounters, and review them.",
    "thresholds": "Say what each alert threshold would have meant in alerts and verdicts, and propose one.",
    "latency": "Print p50, p90 and p99 in milliseconds of each hop from the camera to the alert.",
    "probe": "Send one synthetic capture through a deployed environment, and print the time of each hop.",
    "doctor": "Check an account and its deployed environment with read-only calls. Print ok or what to do.",
    "reviewer": "Add, list and remove the people who may sign in to the console.",
    "camera": "Register, reserve, list and revoke cameras.",
    "fleet": "Delete the cameras of an environment, before the environment itself is removed.",
    "queue": "Count and retry messages that failed permanently.",
    "webhook": "Print a webhook's signing key, set a chat room's address, and test either.",
}
_MODULES = {"import": "import_folder"}  # a module cannot be called `import`


class LazyGroup(TyperGroup):
    """A group that imports `homeward.commands.NAME` when command NAME runs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"commands": _Imported()})

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """List the commands by their summaries, without importing any."""
        listing = copy.copy(self)
        listing.commands = {name: TyperCommand(name, help=text) for name, text in SUMMARIES.items()}
        TyperGroup.format_help(listing, ctx, formatter)


class _Imported(Mapping[str, "Command"]):
    """The commands by name."""

    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}

    def __getitem__(self, name: str) -> Command:
        if name in SUMMARIES and name not in self._commands:
            self._commands[name] = _import(name)
        return self._commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(SUMMARIES)

    def __len__(self) -> int:
        return len(SUMMARIES)


def _import(name: str) -> Command:
    """Import one command: a module has an `app` of subcommands, or a function of its own name."""
    module_name = _MODULES.get(name, name.replace("-", "_"))
    module = import_module(f"homeward.commands.{module_name}")
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        app.command(name)(getattr(module, module_name))
    command = typer.main.get_command(app)
    command.name = name
    return command

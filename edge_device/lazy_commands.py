"""Commands that are imported when they run, so that `--help` answers at once. `homeward` uses them, too."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    Command = Any  # typer keeps its copy of click's class private


def lazy_group(
    package: str, summaries: Mapping[str, str], modules: Mapping[str, str] | None = None
) -> type[TyperGroup]:
    """Make a group that imports `PACKAGE.NAME` when command NAME runs.

    `summaries` are the first lines of the commands' help, which the list of the commands shows; a test compares them.
    `modules` names the module of a command if it is not the command's name.
    """

    class LazyGroup(TyperGroup):
        """A group with these commands."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**options | {"commands": _Imported(package, summaries, modules or {})})

        def format_help(self, ctx: Any, formatter: Any) -> None:
            """List the commands by their summaries, without importing any."""
            listing = copy.copy(self)
            listing.commands = {name: TyperCommand(name, help=text) for name, text in summaries.items()}
            TyperGroup.format_help(listing, ctx, formatter)

    return LazyGroup


class _Imported(Mapping[str, "Command"]):
    """The commands by name."""

    def __init__(self, package: str, summaries: Mapping[str, str], modules: Mapping[str, str]) -> None:
        self._package, self._summaries, self._modules = package, summaries, modules
        self._commands: dict[str, Command] = {}

    def __getitem__(self, name: str) -> Command:
        if name in self._summaries and name not in self._commands:
            self._commands[name] = self._import(name)
        return self._commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._summaries)

    def __len__(self) -> int:
        return len(self._summaries)

    def _import(self, name: str) -> Command:
        """Import one command: a module has an `app` of subcommands, or a function of its own name."""
        module_name = self._modules.get(name, name.replace("-", "_"))
        module = import_module(f"{self._package}.{module_name}")
        app = getattr(module, "app", None)
        if app is None:
            app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            app.command(name)(getattr(module, module_name))
        command = typer.main.get_command(app)
        command.name = name
        return command

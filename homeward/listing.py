"""Print the rows of a list: as a table for 80 columns, as JSON, or as CSV."""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass
from json import dumps
from typing import TYPE_CHECKING, Any

from rich.table import Table

from homeward.exit_codes import WRONG_USAGE
from homeward.terminal import console, fail
from lambdas.common.outside_text import spreadsheet_cell, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_GAP = 1
_MIN_FLEXIBLE = 8


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a list command prints.

    Attributes:
        columns: The columns of the table: the header of each, by member of the rows.
        whole: The columns that people copy, such as ids and names to type. They never wrap.
        members: The columns of CSV if there are no rows.
    """

    columns: Mapping[str, str]
    whole: frozenset[str]
    members: Sequence[str] = ()

    def show(self, rows: Sequence[Mapping[str, Any]], *, as_json: bool, as_csv: bool) -> bool:
        """Print the rows. Return True if people read them, so that a summary may follow."""
        if as_json and as_csv:
            raise fail("Use only one of --json and --csv.", code=WRONG_USAGE)
        if as_json:
            console.print_json(data=list(rows))
        elif as_csv:
            self._print_csv(rows)
        else:
            console.print(self.table(rows), crop=False)
        return not (as_json or as_csv)

    def _print_csv(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Print every member of the rows. The document is the same on a terminal and in a file."""
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(rows[0] if rows else self.members or self.columns)
        writer.writerows([_csv_cell(value) for value in row.values()] for row in rows)

    def table(self, rows: Sequence[Mapping[str, Any]]) -> Table:
        """Lay out the rows for the width of the terminal, or wider if the whole columns need it."""
        cells = {name: [_cell(row[name]) for row in rows] for name in self.columns}
        table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0))
        width = 0
        for name, header in self.columns.items():
            is_whole = name in self.whole
            longest = max(map(len, (header, *cells[name])))
            width += _GAP + (longest if is_whole else min(longest, _MIN_FLEXIBLE))
            table.add_column(header, no_wrap=is_whole, overflow="fold")
        for row in zip(*cells.values(), strict=True):
            table.add_row(*row)
        if width > console.width:  # a terminal that breaks the line still copies the id in one piece
            table.width = width
        return table


def _cell(value: Any) -> str:
    return "" if value is None else visible(f"{value:.1f}" if isinstance(value, float) else str(value))


def _csv_cell(value: Any) -> Any:
    if isinstance(value, (dict, list, tuple)):
        return dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        return value
    return spreadsheet_cell(visible(value))

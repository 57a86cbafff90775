"""Run functions step by step: an actor stops before every AWS call and waits for a go-ahead.

A test can so choose how concurrent functions interleave, where one is killed, and which call fails how.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from queue import SimpleQueue
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

_running = threading.local()


class Killed(BaseException):
    """Ends an actor as a crash of its host would: no `except Exception` catches it."""


@dataclass(frozen=True)
class Fate:
    """The outcome of one call: an error in place of it, an error after it took effect, or neither.

    `failed_entry` is the answer about one entry of a `PublishBatch`, which does not reach the topic.
    """

    before: BaseException | None = None
    after: BaseException | None = None
    failed_entry: Mapping[str, Any] | None = None


FINE = Fate()


class Actor:
    """One invocation of a function. `next_call` is the operation that it waits before; None when it has ended."""

    def __init__(self, work: Callable[[], Any], *, started_at: datetime) -> None:
        self.started_at = started_at
        self.failure: BaseException | None = None
        self._work = work
        self._fates: SimpleQueue[Fate] = SimpleQueue()
        self._calls: SimpleQueue[str | None] = SimpleQueue()
        threading.Thread(target=self._run, daemon=True).start()
        self.next_call = self._calls.get(timeout=60)

    def go_on(self, fate: Fate = FINE) -> None:
        """Make the pending call and stop before the next one; a no-op if the actor has ended."""
        if self.next_call:
            self._fates.put(fate)
            self.next_call = self._calls.get(timeout=60)

    def go_on_to(self, *operations: str) -> None:
        """Make calls until the next one is one of these operations, or the actor has ended."""
        while self.next_call and self.next_call not in operations:
            self.go_on()

    def finish(self) -> None:
        """Make all remaining calls."""
        while self.next_call:
            self.go_on()

    def kill(self) -> None:
        """Kill the actor before its pending call."""
        self.go_on(Fate(before=Killed()))

    def reach(self, operation: str) -> Fate:
        """Report the pending call and wait for its fate. Runs in the actor's own thread."""
        self._calls.put(operation)
        return self._fates.get()

    def _run(self) -> None:
        _running.actor = self
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - Killed is one, and the test examines the others
            self.failure = error
        self._calls.put(None)


def stop_before_calls(client: Any, answer: Callable[[dict[str, Any]], Any] | None = None) -> Any:
    """Make actors stop at this client's calls. If given, `answer` maps a call's parameters to a response."""

    def before(model: Any, params: Any, context: dict[str, Any], **_: Any) -> Any:
        actor: Actor | None = getattr(_running, "actor", None)
        fate = actor.reach(model.name) if actor else FINE
        if fate.before:
            raise fate.before
        context["fate"] = fate
        if fate.failed_entry and not _drop_entry(params["body"], fate.failed_entry["Id"]):
            return SimpleNamespace(status_code=200, headers={}), {}
        return answer(params) if answer else None

    def after(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        fate = context["fate"]
        if fate.after:
            raise fate.after
        if fate.failed_entry:
            parsed["Failed"] = [fate.failed_entry]

    client.meta.events.register("before-call", before)
    client.meta.events.register("after-call", after)
    return client


def _drop_entry(form: dict[str, str], entry_id: str) -> bool:
    """Remove an entry from the form of a `PublishBatch`; False if no other entry is left."""
    prefix = "PublishBatchRequestEntries.member."
    numbers = {name.removeprefix(prefix).partition(".")[0] for name in form if name.startswith(prefix)}
    dropped = {number for number in numbers if form[f"{prefix}{number}.Id"] == entry_id}
    kept = sorted(numbers - dropped, key=int)
    entries = {name: form.pop(name) for name in list(form) if name.startswith(prefix)}
    for new, old in enumerate(kept, start=1):
        of_old = f"{prefix}{old}."
        members = {name.removeprefix(of_old): value for name, value in entries.items() if name.startswith(of_old)}
        form.update({f"{prefix}{new}.{member}": value for member, value in members.items()})
    return bool(kept)

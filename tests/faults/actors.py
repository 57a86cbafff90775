"""Functions that run only as far as a test lets them: each stops before every call to AWS and waits for what is next.

So a test chooses how concurrent functions interleave, where one is killed, and which call fails how.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_running = threading.local()


class Killed(BaseException):
    """The function ends here, as when its host dies: no handler of exceptions runs."""


@dataclass(frozen=True)
class Fate:
    """What becomes of one call: an error instead of it, or one after it took effect, or neither."""

    before: BaseException | None = None
    after: BaseException | None = None


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
        """Make the call that it waits before, and stop before the next; nothing if it has ended."""
        if self.next_call:
            self._fates.put(fate)
            self.next_call = self._calls.get(timeout=60)

    def go_on_to(self, *operations: str) -> None:
        """Go on until it waits before one of these operations, or has ended."""
        while self.next_call and self.next_call not in operations:
            self.go_on()

    def finish(self) -> None:
        while self.next_call:
            self.go_on()

    def kill(self) -> None:
        self.go_on(Fate(before=Killed()))

    def reach(self, operation: str) -> Fate:
        """Called in the actor's own thread: tell where it is, and wait."""
        self._calls.put(operation)
        return self._fates.get()

    def _run(self) -> None:
        _running.actor = self
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - Killed is one, and the test looks at every other
            self.failure = error
        self._calls.put(None)


def stop_before_calls(client: Any, answer: Callable[[dict[str, Any]], Any] | None = None) -> Any:
    """Let actors stop at this client's calls; `answer` is given a call's parameters and answers instead of AWS."""

    def before(model: Any, params: Any, context: dict[str, Any], **_: Any) -> Any:
        actor: Actor | None = getattr(_running, "actor", None)
        fate = actor.reach(model.name) if actor else FINE
        if fate.before:
            raise fate.before
        context["fate"] = fate
        return answer(params) if answer else None

    def after(context: dict[str, Any], **_: Any) -> None:
        if error := context["fate"].after:
            raise error

    client.meta.events.register("before-call", before)
    client.meta.events.register("after-call", after)
    return client

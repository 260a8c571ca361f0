"""Around long work: a bar that shows how far it is, and a Ctrl-C that waits for the end of a step."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interruption() -> Iterator[threading.Event]:
    """Turn the first Ctrl-C into a flag, so that no update is cut in half; the second one interrupts."""
    flag = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield flag
        return

    def first(number: int, frame: Any) -> None:
        if flag.is_set():
            raise KeyboardInterrupt
        flag.set()

    try:
        before = signal.signal(signal.SIGINT, first)
    except (ValueError, OSError, AttributeError):  # no signals here, as in a browser
        yield flag
        return
    try:
        yield flag
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def progress_bar(wanted: bool, steps: int) -> Iterator[Any]:
    """Draw a bar if one is wanted and tqdm is there.

    Parameters
    ----------
    wanted
        Whether to show progress.
    steps
        How many steps there are.

    Yields
    ------
    Callable
        To be told how many steps were taken.
    """
    if wanted:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            tqdm = None
        if tqdm is not None:
            with tqdm(total=steps, unit="step") as shown:
                yield shown.update
            return
    yield lambda steps: None

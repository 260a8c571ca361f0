"""Tell of large results that cells keep of slow statements, and publish small ones: pages also run in their readers' browsers.

What a slow statement has bound or changed is handed to the reader's browser instead of being computed again there, so it has
to be small and to pickle. It travels as an output of the cell, of a type of its own, so that the cache of executed pages
keeps it; _ext/live_pages.py takes it from there, and refuses what is large on a page that has live cells.
"""

import base64
import contextlib
import pickle
import sys
import time
import types
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "_live" / "python"))
from gradlab_live import needs, results  # reads code alone, and imports neither gradlab nor NumPy

MIME = "application/x-gradlab-live+json"
SLOW = 1.0  # seconds of the processor
LARGE = 100_000  # bytes
WORTH = 0.4  # seconds of the processor: what took longer is published
TOLD = 0.05  # seconds: a cell that took less is not told of


def load_ipython_extension(shell):
    """Time each statement of a cell, and look at what the slow ones have bound when they and the cell have ended."""
    Cells(shell)


class Cells:
    """The cells of a page, as they run."""

    def __init__(self, shell):
        """Have the shell tell of its cells and statements."""
        self.shell, self.page, self.count = shell, needs.Page([]), -1
        self.run_code, self.slow, self.kept, self.seconds = shell.run_code, {}, {}, []
        shell.run_code = self.timed
        shell.events.register("pre_run_cell", self.begin)
        shell.events.register("post_run_cell", self.end)

    def begin(self, info):
        """Read the code of a cell, before it runs."""
        self.count += 1
        self.page.add(self.count, info.raw_cell)
        self.kept, self.seconds = {}, []

    async def timed(self, code, result=None, **how):
        """Run a statement."""
        names, number, before = self.shell.user_ns, len(self.seconds), dict(self.shell.user_ns)
        with watched(self.shell) as shown:
            start = time.process_time()
            answer = await self.run_code(code, result, **how)
            taken = time.process_time() - start
        self.seconds.append(taken)
        if taken > SLOW:
            self.slow.update({name: value for name, value in names.items() if before.get(name, self) is not value})
        if taken > WORTH and not answer:
            statements = self.page.of(self.count)
            if number < len(statements):
                self.kept[str(number)] = self.result(statements[number], shown)
        return answer

    def result(self, statement, shown):
        """Return what a slow statement has made, or why that cannot be handed on."""
        names = {name: self.shell.user_ns[name] for name in statement.touches if name in self.shell.user_ns}
        if shown or statement.ambient:
            return {"refused": "it shows something" if shown else "it changes more than names"}
        given = {name: value for name, value in names.items() if not self.fault(value)}
        wanted = (statement.binds | statement.changes) & set(names) or set(names)  # not what a loop alone leaves behind
        if not wanted & set(given):
            faults = ", ".join(f"{name}: {self.fault(names[name])}" for name in sorted(wanted))
            return {"refused": faults or "it binds nothing"}
        data, used = results.pack(given, self.shell.user_ns)
        if len(data) > results.LARGEST:
            return {"refused": f"{len(data) / 1000:.0f} kB, packed"}
        return {"data": base64.b64encode(data).decode(), "given": sorted(given), "names": used}

    def fault(self, value):
        """Say what keeps one value from being handed on, if anything does."""
        if isinstance(value, (types.ModuleType, types.FunctionType, types.GeneratorType, type)):
            return f"a {type(value).__name__}"
        if type(value).__module__.startswith("matplotlib"):
            return "a drawing"
        try:
            size = len(results.pack({"": value}, self.shell.user_ns)[0])
        except Exception as error:
            return f"does not pickle ({type(error).__name__}: {error})"
        return f"{size / 1000:.0f} kB, packed" if size > results.LARGEST else ""

    def end(self, result):
        """Tell what a cell took and made, and what it keeps that is large."""
        large = {}
        for name, value in self.slow.items():
            ours = not name.startswith("_") and not isinstance(value, (types.ModuleType, types.FunctionType, type))
            if ours and self.shell.user_ns.get(name) is value and (fault := problem(value)):
                large[name] = fault
        self.slow.clear()
        if sum(self.seconds) > TOLD:
            told = {"seconds": [round(one, 3) for one in self.seconds], "results": self.kept, "large": large}
            self.shell.display_pub.publish({MIME: told})


@contextlib.contextmanager
def watched(shell):
    """Give a list that has an entry for whatever code shows meanwhile: text, outputs, open figures."""
    shown, publish, write = [], shell.display_pub.publish, sys.stdout.write

    def published(*args, **how):
        shown.append("output")
        return publish(*args, **how)

    def written(text):
        shown.append("text")
        return write(text)

    stream = sys.stdout
    stream.write, shell.display_pub.publish = written, published
    try:
        yield shown
    finally:
        stream.write, shell.display_pub.publish = write, publish
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None and pyplot.get_fignums():
            shown.append("figure")


def problem(value):
    """Say what keeps a value from being handed on, if anything does."""
    try:
        size = len(pickle.dumps(value))
    except Exception as error:
        return f"which does not pickle ({error})"
    return f"{size / 1000:.0f} kB" if size > LARGE else None

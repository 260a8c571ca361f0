"""Refuse cells that keep large results of slow statements: the book's pages are to run in a browser, statement by statement.

What a slow statement has bound is handed to the reader's browser instead of being computed again there, so it has to be
small and to pickle. A line on the error stream fails the build.
"""

import pickle
import sys
import time
import types

SLOW = 1.0  # seconds of the processor
LARGE = 100_000  # bytes


def load_ipython_extension(shell):
    """Note which names each slow statement of a cell binds, and look at them when the cell has ended."""
    run_code, slow = shell.run_code, {}

    async def timed(code, result=None, **how):
        before, start = dict(shell.user_ns), time.process_time()
        answer = await run_code(code, result, **how)
        if time.process_time() - start > SLOW:
            slow.update({name: value for name, value in shell.user_ns.items() if before.get(name, slow) is not value})
        return answer

    def look(result):
        for name, value in slow.items():
            ours = not name.startswith("_") and not isinstance(value, (types.ModuleType, types.FunctionType, type))
            if ours and shell.user_ns.get(name) is value and (fault := problem(value)):
                print(
                    f"a slow statement binds {name}, {fault}: keep the numbers that are needed, `del` it",
                    file=sys.stderr,
                )
        slow.clear()

    shell.run_code = timed
    shell.events.register("post_run_cell", look)


def problem(value):
    """Say what keeps a value from being handed on, if anything does."""
    try:
        size = len(pickle.dumps(value))
    except Exception as error:
        return f"which does not pickle ({error})"
    return f"{size / 1000:.0f} kB" if size > LARGE else None

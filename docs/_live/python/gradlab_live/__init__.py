"""The half of live cells that reasons about code and runs it: the same in the browser's Pyodide and in any Python."""

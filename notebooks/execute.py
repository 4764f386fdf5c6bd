#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Run a notebook from its first cell to its last, with the Python that runs this script.

The notebook itself is not changed; --output keeps the executed copy. Exit codes: 0 every cell ran;
1 a cell failed (its traceback is shown); 2 the command line; 4 a package is missing.
"""
from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

try:
    import nbformat
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
except ImportError as missing:
    print(f"execute: {missing}; install python3-nbclient and python3-ipykernel", file=sys.stderr)
    sys.exit(4)


class ThisPython(KernelSpecManager):
    """Knows one kernel: whatever installed specs say, the interpreter that has our packages."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name=kernel_name, language="python")


def main() -> int:
    parser = argparse.ArgumentParser(description="Run a notebook and fail if a cell fails.")
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--output", type=Path, help="where to write the executed notebook")
    parser.add_argument("--timeout", type=int, default=120, help="seconds per cell, default: 120")
    options = parser.parse_args()
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # says nothing we need to hear
    notebook = nbformat.read(options.notebook, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=options.timeout,
        km=AsyncKernelManager(kernel_spec_manager=ThisPython()),
        resources={"metadata": {"path": str(options.notebook.resolve().parent)}},
    )
    try:
        client.execute(cleanup_kc=True)  # or the kernel outlives this script
    except CellExecutionError as error:
        print(f"{options.notebook}: {error}", file=sys.stderr)
        return 1
    if options.output:
        nbformat.write(notebook, options.output)
    cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    print(f"{options.notebook}: {cells} cells ran")
    return 0


if __name__ == "__main__":
    sys.exit(main())

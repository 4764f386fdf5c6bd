#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Remove outputs, counts and editors' metadata from notebooks, so that diffs show what changed.

With --check nothing is written. Exit codes: 0 all are stripped (now); 1 --check found one that is
not; 2 the command line; 3 a file is no notebook.
"""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

import nbformat


def main() -> int:
    parser = argparse.ArgumentParser(description="Remove outputs from notebooks.")
    parser.add_argument("--check", action="store_true", help="only say which have outputs")
    parser.add_argument("notebooks", nargs="+", type=Path)
    options = parser.parse_args()
    unstripped = 0
    for path in options.notebooks:
        try:
            notebook = nbformat.read(path, as_version=4)
        except (OSError, ValueError, nbformat.reader.NotJSONError) as error:
            print(f"{path}: not a notebook: {error}", file=sys.stderr)
            return 3
        if not strip(notebook):
            continue
        unstripped += 1
        if options.check:
            print(f"{path}: has outputs; run notebooks/strip.py {path}", file=sys.stderr)
        else:
            nbformat.write(notebook, path)
    return 1 if options.check and unstripped else 0


def strip(notebook: nbformat.NotebookNode) -> bool:
    """Strips in place; whether there was anything to strip."""
    before = nbformat.writes(notebook)
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
    }
    return nbformat.writes(notebook) != before


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: BSD-3-Clause
"""The scripts that run notebooks and keep outputs out of the repository."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

TOOLS = Path(os.environ["ACRN_SOURCE_DIR"]) / "notebooks"


def tool(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOLS / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def write(path: Path, *sources: str) -> Path:
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
    return path


def test_execute_runs_every_cell_with_this_python(tmp_path: Path) -> None:
    notebook = write(tmp_path / "n.ipynb", "import sys", "print(sys.executable)")
    before = notebook.read_bytes()
    result = tool("execute.py", notebook, "--output", tmp_path / "out.ipynb")
    assert result.returncode == 0, result.stderr
    assert "2 cells ran" in result.stdout
    executed = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert executed.cells[1].outputs[0].text.strip() == sys.executable
    assert notebook.read_bytes() == before


def test_execute_fails_with_the_cell_that_fails(tmp_path: Path) -> None:
    notebook = write(tmp_path / "n.ipynb", "1 / 0")
    result = tool("execute.py", notebook, "--output", tmp_path / "out.ipynb")
    assert result.returncode == 1
    assert "ZeroDivisionError" in result.stderr
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.parametrize("what", ["output", "count", "metadata"])
def test_strip_finds_and_removes_what_running_leaves(tmp_path: Path, what: str) -> None:
    cell = new_code_cell("print(1)")
    if what == "output":
        cell.outputs = [new_output("stream", text="1\n")]
    elif what == "count":
        cell.execution_count = 3
    else:
        cell.metadata = {"collapsed": False}
    path = tmp_path / "n.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Title"), cell]), path)
    before = path.read_bytes()
    check = tool("strip.py", "--check", path)
    assert (check.returncode, "n.ipynb: has outputs" in check.stderr) == (1, True)
    assert path.read_bytes() == before
    assert tool("strip.py", path).returncode == 0
    assert tool("strip.py", "--check", path).returncode == 0
    assert nbformat.read(path, as_version=4).cells[1].source == "print(1)"


def test_strip_refuses_other_files(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text("not json")
    assert tool("strip.py", path).returncode == 3
    assert tool("strip.py", tmp_path / "none.ipynb").returncode == 3

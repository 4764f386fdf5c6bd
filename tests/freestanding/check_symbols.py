#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks what freestanding objects leave undefined against a list of allowed symbols.

    check_symbols.py NM ALLOWED OBJECT...   exit 1 and one line per symbol that is not allowed
"""
import pathlib
import subprocess
import sys


def symbols(nm: str, option: str, objects: "list[str]") -> "dict[str, set[str]]":
    """Symbol -> objects that list it, as nm with `option` prints them."""
    found: "dict[str, set[str]]" = {}
    for item in objects:
        run = subprocess.run([nm, option, item], capture_output=True, text=True, check=True)
        for line in run.stdout.splitlines():
            fields = line.split()
            if fields and not line.endswith(":"):
                found.setdefault(fields[-1], set()).add(item)
    return found


def main(arguments: "list[str]") -> int:
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    nm, allowed_file, *objects = arguments
    lines = pathlib.Path(allowed_file).read_text(encoding="utf-8").splitlines()
    allowed = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    defined = symbols(nm, "--defined-only", objects)
    undefined = symbols(nm, "--undefined-only", objects)
    wrong = sorted(set(undefined) - set(defined) - allowed)
    for symbol in wrong:
        users = ", ".join(sorted(pathlib.Path(item).name for item in undefined[symbol]))
        print(f"{symbol}: needed by {users}, not in {allowed_file}")
    print(f"{len(objects)} objects, {len(defined)} symbols defined, {len(wrong)} not allowed")
    if not defined:
        print("no object defines anything: the check has nothing to look at")
    return 1 if wrong or not defined else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

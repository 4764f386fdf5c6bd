# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of acrntb explain share."""

from __future__ import annotations

import json

from support import Result, run


def explain(*arguments: object) -> Result:
    """An explanation that was found."""
    result = run("explain", *arguments)
    assert (result.code, result.err) == (0, "")
    return result


def explain_json(*arguments: object, code: int = 0) -> dict:
    result = run("explain", *arguments, "--json")
    assert (result.code, result.err) == (code, "")
    answer = json.loads(result.out)
    assert answer["schema"] == "acrntb.explain/1"
    assert answer["has_meaning"] is (code == 0)
    assert bool(answer["nearest"]) is not answer["has_meaning"]
    assert answer["sources"]
    assert all(set(source) == {"document", "section", "title"} for source in answer["sources"])
    return answer


def column(table: list[dict], name: str) -> list:
    return [row[name] for row in table]

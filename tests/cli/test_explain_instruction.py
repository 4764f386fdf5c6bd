# SPDX-License-Identifier: BSD-3-Clause
"""acrntb explain instruction."""

from __future__ import annotations

import pytest

from explain_tools import explain, explain_json


def test_bytes_need_no_quotes() -> None:
    quoted = explain("instruction", "8b 04 25 00 00 c0 fe").out
    assert explain("instruction", "8b", "04", "25", "00", "00", "c0", "fe").out == quoted
    assert explain("instruction", "0x8b042500,00c0fe").out == quoted


@pytest.mark.parametrize(
    "code, mode, summary, kind, requests",
    [
        ("8b 00", 64, "MOV EAX, dword DS:[RAX]", "read", [("read", 4, 1)]),
        ("8b 00", 16, "MOV AX, word DS:[BX+SI*1]", "read", [("read", 2, 1)]),
        ("89 03", 32, "MOV dword DS:[EBX], EAX", "write", [("write", 4, 1)]),
        (
            "09 00",
            64,
            "OR dword DS:[RAX], EAX",
            "read-modify-write",
            [("read", 4, 1), ("write", 4, 1)],
        ),
        (
            "f3 a4",
            64,
            "REP MOVS byte ES:[RDI], byte DS:[RSI]",
            "string",
            [("read", 1, 1), ("write", 1, 1)],
        ),
        (
            "a7",
            64,
            "CMPS dword DS:[RSI], dword ES:[RDI]",
            "string",
            [("read", 4, 1), ("read", 4, 1)],
        ),
        ("ff 30", 64, "PUSH qword DS:[RAX]", "copy", [("read", 8, 1), ("write", 8, 1)]),
        ("c5 fe 6f 00", 64, "VMOVDQU YMM0, ymmword DS:[RAX]", "read", [("read", 32, 4)]),
        ("0f 94 00", 64, "SETE byte DS:[RAX]", "write", [("write", 1, 1)]),
        (
            "48 0f c7 08",
            64,
            "CMPXCHG16B xmmword DS:[RAX]",
            "read-modify-write",
            [("read", 16, 2), ("write", 16, 2)],
        ),
    ],
)
def test_what_an_instruction_asks_of_the_bus(
    code: str, mode: int, summary: str, kind: str, requests: list[tuple]
) -> None:
    answer = explain_json("instruction", code, "--mode", mode)
    assert answer["summary"] == summary
    assert answer["asks_for"] == kind
    assert answer["mode_bits"] == mode
    assert answer["length_bytes"] == len(code.split())
    found = [(row["direction"], row["size_bytes"], row["requests"]) for row in answer["requests"]]
    assert found == requests


def test_memory_is_taken_apart() -> None:
    answer = explain_json("instruction", "64 8b 44 8b f0 90 90")
    assert answer["memory"] == {
        "text": "FS:[RBX+RCX*4-0x10]",
        "segment": "fs",
        "base": "RBX",
        "index": "RCX",
        "scale": 4,
        "displacement": -16,
        "size_bytes": 4,
    }
    assert answer["other_operand"] == "EAX"
    assert answer["following_bytes"] == 2


@pytest.mark.parametrize(
    "code, fact",
    [
        ("f3 a4", "repeat"),
        ("f0 01 00", "lock"),
        ("87 00", "lock"),
        ("0f 28 00", "alignment"),
        ("0f ab 00", "bit_string"),
        ("0f 44 00", "condition"),
    ],
)
def test_particulars_are_told_where_they_apply(code: str, fact: str) -> None:
    assert answer_has(code, fact)
    assert not answer_has("8b 00", fact)


def answer_has(code: str, fact: str) -> bool:
    return fact in explain_json("instruction", code)


@pytest.mark.parametrize(
    "code, status, offset, gets",
    [
        ("f0 8b 00", "undefined", 0, "#UD"),
        ("66 c5 f8 10 00", "undefined", 0, "#UD"),
        ("8b c0", "unsupported", 1, "#UD"),
        ("0f 0b", "unsupported", 1, "#UD"),
        ("8b 04 25 00", "need more bytes", 4, "more bytes are fetched"),
        ("66" * 16, "longer than 15 bytes", 15, "#GP(0)"),
    ],
)
def test_refused_bytes_are_blamed(code: str, status: str, offset: int, gets: str) -> None:
    answer = explain_json("instruction", code, code=1)
    assert (answer["status"], answer["offset"]) == (status, offset)
    assert gets in answer["guest_gets"]

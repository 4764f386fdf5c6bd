# SPDX-License-Identifier: BSD-3-Clause
"""acrntb explain."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from explain_tools import column, explain, explain_json
from support import assert_error, run

GOLDEN = Path(__file__).with_name("golden")
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("slot_state", ["slot-state", "PROCESSING"]),
        ("slot_word", ["slot-state", "0x0000000500000003"]),
        ("io", ["exit", "--reason", "30", "0x03f80008"]),
        ("ept", ["exit", "--reason", "48", "0x182"]),
        ("hypercall", ["hypercall", "0x80000032"]),
        ("instruction", ["instruction", "8b 04 25 00 00 c0 fe"]),
    ],
)
def test_golden_text(name: str, arguments: list[str]) -> None:
    assert explain(*arguments).out == (GOLDEN / f"explain_{name}.txt").read_text()


def test_golden_json() -> None:
    result = explain("instruction", "f3 a5", "--mode", "32", "--json")
    assert result.out == (GOLDEN / "explain_instruction.json").read_text()


@pytest.mark.parametrize(
    "given, state",
    [("0", "PENDING"), ("complete", "COMPLETE"), ("0x2", "PROCESSING"), ("Free", "FREE")],
)
def test_a_state_is_a_number_or_a_name(given: str, state: str) -> None:
    answer = explain_json("slot-state", given)
    assert answer["state"] == state
    assert "generation" not in answer


def test_transitions_are_those_of_the_core() -> None:
    rows = (ROOT / "core/ioreq/transitions.hpp").read_text()
    for state in ["pending", "complete", "processing", "free"]:
        wanted = re.findall(rf"Row\{{{state}, (\w+), (\w+), (\w+), \w+\}}", rows)
        table = explain_json("slot-state", state)["transitions"]
        found = [(row["event"], row["to"].lower(), row["actor"]) for row in table]
        assert found == wanted
        assert all(row["source"] and row["happens"] for row in table)


def test_the_usual_next_step_comes_first() -> None:
    owed = {
        state: explain_json("slot-state", state)["next_steps"][0]["owed_by"]
        for state in ["pending", "processing", "complete", "free"]
    }
    assert owed == {
        "pending": "service module",
        "processing": "client",
        "complete": "hypervisor",
        "free": "nobody",
    }


def test_a_pending_request_may_want_a_client() -> None:
    steps = explain_json("slot-state", "pending")["next_steps"]
    assert "create a client that wants the request" in column(steps, "step")


def test_the_word_has_a_generation() -> None:
    answer = explain_json("slot-state", "0x0000000700000002")
    assert (answer["state"], answer["number"], answer["generation"]) == ("PROCESSING", 2, 7)
    zero = explain_json("slot-state", "0x0000000000000000")
    assert (zero["state"], zero["generation"]) == ("PENDING", 0)
    assert "announced" in zero["generation_means"]
    assert explain_json("slot-state", str(3 << 32 | 1))["generation"] == 3


@pytest.mark.parametrize("given", ["4", "7", "0xffffffff", "0x0000000100000004", "invalid"])
def test_other_states_have_no_meaning(given: str) -> None:
    answer = explain_json("slot-state", given, code=1)
    assert answer["nearest"] == ["0 PENDING", "1 COMPLETE", "2 PROCESSING", "3 FREE"]
    assert "repair" in column(answer["transitions"], "event")


def test_a_misspelt_state_finds_the_nearest() -> None:
    assert explain_json("slot-state", "pendng", code=1)["nearest"] == ["PENDING"]
    assert len(explain_json("slot-state", "banana", code=1)["nearest"]) == 4


@pytest.mark.parametrize(
    "word, summary, asks",
    [
        ("0x03f80008", "IN 1 byte from port 0x3f8", "into AL"),
        ("0x03f80000", "OUT 1 byte to port 0x3f8", "AL, to port 0x3f8"),
        ("0x0cfc0003", "OUT 4 bytes to port 0xcfc", "EAX, to port"),
        ("0x00600049", "IN 2 bytes from port 0x60", "into AX"),
        ("0x01f00039", "REP INS 2 bytes from port 0x1f0", "a write to ES:rDI; RIP stays"),
        ("0x01f00011", "OUTS 2 bytes to port 0x1f0", "after a read at the segment and rSI"),
    ],
)
def test_io_in_words(word: str, summary: str, asks: str) -> None:
    answer = explain_json("io", word)
    assert answer["summary"] == summary
    assert asks in answer["asks_for"]
    assert answer == explain_json("exit", "--reason", "io", word)
    assert answer["sources"][0]["section"] == "table 28-5"


def test_io_fields_cover_the_word() -> None:
    answer = explain_json("io", "0x01f00079")
    assert column(answer["fields"], "bits") == [
        "2:0",
        "3",
        "4",
        "5",
        "6",
        "15:7",
        "31:16",
        "63:32",
    ]
    assert column(answer["fields"], "value") == [1, 1, 1, 1, 1, 0, 0x1F0, 0]


def test_reserved_io_bits_are_named() -> None:
    answer = explain_json("io", "0x000000a003f81088", code=1)
    assert answer["nearest"] == ["0x03f80008 IN 1 byte from port 0x3f8"]
    means = column(answer["fields"], "means")
    assert means[5].endswith("bits 7, 12") and means[7].endswith("bits 37, 39")


def test_a_reserved_io_size_has_its_neighbours() -> None:
    answer = explain_json("io", "0x03f8000a", code=1)
    assert answer["access_size_bytes"] == 3
    assert [nearest.split()[0] for nearest in answer["nearest"]] == [
        "0x03f80008",
        "0x03f80009",
        "0x03f8000b",
    ]


@pytest.mark.parametrize(
    "word, summary, asks",
    [
        ("0x181", "data read from a page that is not mapped", "decoded"),
        ("0x182", "data write to a page that is not mapped", "decoded"),
        ("0x183", "read-modify-write to a page that is not mapped", "decoded"),
        ("0x1aa", "data write to a page that is mapped r-x", "write-protect"),
        ("0x184", "instruction fetch from a page that is not mapped", "not emulated"),
        ("0x081", "data read from a page that is not mapped", "page tables"),
    ],
)
def test_ept_in_words(word: str, summary: str, asks: str) -> None:
    answer = explain_json("ept", word)
    assert answer["summary"] == summary
    assert asks in answer["asks_for"]
    assert answer == explain_json("exit", "--reason", "0x30", word)
    assert answer["sources"][0]["section"] == "table 28-7"


def test_ept_fields_cover_the_word() -> None:
    fields = explain_json("ept", "0xffffffffffffffff")["fields"]
    assert column(fields, "bits") == [str(bit) for bit in range(17)] + ["63:17"]
    assert column(fields, "value") == [1] * 17 + [(1 << 47) - 1]
    assert fields[-1]["means"] == "reserved: bits 17-63"


def test_ept_bits_without_a_linear_address_are_undefined() -> None:
    means = column(explain_json("ept", "0x1")["fields"], "means")
    assert means[8:12] == ["undefined here"] * 4
    assert "undefined here" not in column(explain_json("ept", "0x181")["fields"], "means")


@pytest.mark.parametrize(
    "word, nearest", [("0", ["0x1", "0x2", "0x4"]), ("0x101", ["0x1", "0x181"])]
)
def test_ept_words_that_no_cpu_makes(word: str, nearest: list[str]) -> None:
    answer = explain_json("ept", word, code=1)
    assert [line.split()[0] for line in answer["nearest"]] == nearest


def test_other_exit_reasons_are_not_emulated() -> None:
    answer = explain_json("exit", "--reason", "10", "0", code=1)
    assert answer["nearest"] == ["30 (io): I/O instruction", "48 (ept): EPT violation"]


@pytest.mark.parametrize(
    "given", ["0x80000031", "2147483697", "HC_NOTIFY_REQUEST_FINISH", "notify_request_finish"]
)
def test_a_call_is_a_number_or_a_name(given: str) -> None:
    answer = explain_json("hypercall", given)
    assert (answer["name"], answer["id"]) == ("HC_NOTIFY_REQUEST_FINISH", 0x80000031)
    assert column(answer["arguments"], "register") == ["R8", "RDI", "RSI"]
    assert "slot" in answer["arguments"][2]["holds"]


def test_every_call_of_the_interface_is_known() -> None:
    header = (ROOT / "core/abi/hypercall.hpp").read_text()
    calls = re.findall(r"^  (\w+) = 0x(8000'00\w\w),$", header, re.MULTILINE)
    assert len(calls) == 14
    for name, number in calls:
        answer = explain_json("hypercall", name)
        assert answer["id"] == int(number.replace("'", ""), 16)
        results = column(answer["results"], "result")
        assert results[0] == "RAX 0" and results[-2:] == ["#UD", "#GP(0)"] and len(results) > 3


@pytest.mark.parametrize(
    "given, nearest",
    [
        ("0x31", ["0x80000031 HC_NOTIFY_REQUEST_FINISH"]),
        ("0x180000031", ["0x80000031 HC_NOTIFY_REQUEST_FINISH"]),
        ("0x80000014", ["0x80000013 HC_PAUSE_VM", "0x80000015 HC_RESET_VM"]),
        ("hc_stop_vm", ["0x80000012 HC_START_VM"]),
        ("notify_finish", ["0x80000031 HC_NOTIFY_REQUEST_FINISH"]),
    ],
)
def test_an_unknown_call_finds_the_nearest(given: str, nearest: list[str]) -> None:
    answer = explain_json("hypercall", given, code=1)
    assert answer["nearest"] == nearest
    assert "-25" in answer["summary"]


def test_a_call_like_no_other_gets_the_list() -> None:
    assert len(explain_json("hypercall", "zzzzzzzzzzzzzz", code=1)["nearest"]) == 14


@pytest.mark.parametrize(
    "arguments, fragments",
    [
        (["instruction", "8b 0g"], ["position 4", "'g' is not a hexadecimal digit", "for example"]),
        (["instruction", "8b 0"], ["position 3", "'0' has no second digit"]),
        (["instruction", ""], ["there is no byte"]),
        (
            ["instruction", "8b", "--mode", "8"],
            ["--mode", "8", "acrntb explain instruction --help"],
        ),
        (["io", "3f8"], ["position 1", "'f'", "begin with 0x"]),
        (["ept", "0x1ffffffffffffffff"], ["above the largest"]),
        (["exit", "--reason", "30x", "1"], ["--reason '30x'", "position 2"]),
        (["exit", "--reason", "10", "zz"], ["exit qualification 'zz'", "position 0"]),
        (["exit", "0x1"], ["--reason", "acrntb explain exit --help"]),
        (["slot-state", "2x"], ["slot state '2x'", "position 1"]),
        (["hypercall"], ["CALL", "acrntb explain hypercall --help"]),
        (["hypercall", "0x"], ["position 2", "a digit is missing"]),
        (["weather"], ["'weather' is not a verb of acrntb explain"]),
        ([], ["acrntb explain --help"]),
    ],
)
def test_wrong_command_lines(arguments: list[str], fragments: list[str]) -> None:
    assert_error(run("explain", *arguments), 2, *fragments)


@pytest.mark.parametrize("subject", ["slot-state", "exit", "io", "ept", "hypercall", "instruction"])
def test_each_subject_has_help(subject: str) -> None:
    result = explain(subject, "--help")
    assert f"Usage: acrntb explain {subject} " in result.out
    assert "--json" in result.out

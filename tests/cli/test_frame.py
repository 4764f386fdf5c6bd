# SPDX-License-Identifier: BSD-3-Clause
"""What every verb shares: help, version, usage errors, the two ways out."""

import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from support import ACRNTB, PERF_TEXT, assert_error, make_capture, many_accesses, run

VERBS = ["import", "record", "info", "report", "replay", "explain", "export"]


def test_bare_command_prints_short_help_with_two_examples() -> None:
    result = run()
    assert result.code == 0
    assert result.err == ""
    assert len(re.findall(r"^  acrntb ", result.out, re.MULTILINE)) == 2
    for verb in VERBS:
        assert verb in result.out


def test_version_names_format_abi_and_revision() -> None:
    result = run("--version")
    assert result.code == 0
    assert re.fullmatch(
        r"acrntb \d+\.\d+\.\d+, capture format \d+, "
        r"ioreq ABI linux/acrn\.h 16 x 256 bytes, revision \S+\n",
        result.out,
    )


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_help(verb: str) -> None:
    result = run(verb, "--help")
    assert result.code == 0
    assert result.err == ""
    assert f"Usage: acrntb {verb} " in result.out


def test_help_lists_the_exit_codes() -> None:
    assert "130 interrupted" in run("--help").out


def test_main_is_ours_and_not_that_of_libsystemc() -> None:
    result = run("--version", env={"SYSTEMC_DISABLE_COPYRIGHT_MESSAGE": ""})
    assert result.out.startswith("acrntb ")
    assert "SystemC" not in result.out + result.err


@pytest.mark.parametrize(
    "arguments, fragments",
    [
        (["frobnicate"], ["'frobnicate' is not a verb of acrntb;", "acrntb --help"]),
        (["import"], ["SOURCE", "acrntb import --help"]),
        (["info"], ["FILE", "acrntb info --help"]),
        (["report", "x.acap", "--no-such-option"], ["--no-such-option", "acrntb report --help"]),
        (["replay", "x.acap", "--engine", "warp"], ["--engine", "warp", "acrntb replay --help"]),
        (["replay"], ["FILE is needed", "acrntb replay boot.acap"]),
        (["record", "xen", "-o", "x"], ["'xen' is not a verb of acrntb record"]),
        (["record"], ["acrntb record --help"]),
        (["-q", "-v", "info", "x"], ["--quiet"]),
    ],
)
def test_wrong_command_lines(arguments: list[str], fragments: list[str]) -> None:
    assert_error(run(*arguments), 2, *fragments)


@pytest.mark.parametrize("verb", ["report", "replay"])
@pytest.mark.parametrize(
    "option, text, why",
    [
        ("--port", "0x3ff-0x3f8", "reversed"),
        ("--port", "serial", "neither a number nor a range"),
        ("--port", "0x10000", "above the largest"),
        ("--gpa", "5-4", "reversed"),
        ("--vcpu", "0,x", "'x' is neither"),
        ("--vcpu", "2-1", "reversed"),
        ("--time", "1", "two times are needed"),
        ("--time", "2,1", "reversed"),
        ("--time", "soon,", "'soon' is not a time"),
    ],
)
def test_wrong_filters_name_option_text_and_example(
    small: Path, verb: str, option: str, text: str, why: str
) -> None:
    assert_error(
        run(verb, small, f"{option}={text}"),
        2,
        f"{option} '{text}'",
        why,
        f"for example: {option} ",
    )


def test_a_full_disk_at_standard_output_is_an_error(small: Path) -> None:
    with open("/dev/full", "wb") as full:
        for verb in ["info", "report", "replay"]:
            result = run(verb, small, stdout=full)
            assert result.code == 4
            assert "standard output: cannot be written: No space left on device" in result.err


def test_a_closed_pipe_ends_quietly(large: Path) -> None:
    with subprocess.Popen(
        [ACRNTB, "report", str(large)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline().startswith(b"vm0/vcpu0 ")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


def on_terminal(arguments: list[str], env: dict[str, str]) -> str:
    """Runs acrntb with standard error on a terminal and returns what it showed there."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [ACRNTB, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=slave,
        env={**os.environ, "TERM": "xterm", **env},
    ) as process:
        os.close(slave)
        shown = b""
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
        process.wait(timeout=120)
    os.close(master)
    return shown.decode()


def test_colour_only_on_a_terminal_and_without_no_color(tmp_path: Path) -> None:
    missing = ["info", str(tmp_path / "none.acap")]
    assert "\x1b[" in on_terminal(missing, {"NO_COLOR": ""})
    assert "\x1b[" not in on_terminal(missing, {"NO_COLOR": "1"})
    assert "\x1b[" not in run(*missing).err


def test_progress_bar_only_on_a_terminal_and_never_with_json_or_quiet(tmp_path: Path) -> None:
    source = tmp_path / "long.txt"
    source.write_text(many_accesses(100_000))
    capture = str(tmp_path / "out.acap")
    arguments = ["import", str(source), "-o", capture, "--force"]
    assert "importing [" in on_terminal(arguments, {})
    assert "importing" not in on_terminal([*arguments, "--json"], {})
    assert "importing" not in on_terminal([*arguments, "-q"], {})
    assert run(*arguments).err == ""


def test_json_is_one_object_with_a_schema(tmp_path: Path, small: Path) -> None:
    commands = {
        "acrntb.info/1": ["info", small],
        "acrntb.replay/1": ["replay", small],
        "acrntb.import/1": ["import", f"{small}.txt", "-o", tmp_path / "again.acap"],
    }
    for schema, command in commands.items():
        result = run(*command, "--json")
        assert result.code == 0, result.err
        assert json.loads(result.out)["schema"] == schema


def test_names_that_are_not_utf8_still_give_valid_json(tmp_path: Path) -> None:
    small = make_capture(tmp_path)
    odd = os.fsencode(tmp_path) + b"/\xff.acap"
    os.rename(small, odd)
    done = subprocess.run(
        [os.fsencode(ACRNTB), b"info", odd, b"--json"], capture_output=True, check=False
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["schema"] == "acrntb.info/1"


def complete(*words: str) -> list[str]:
    """What the bash completion offers for the last of `words`."""
    script = Path(__file__).parents[2] / "sim" / "cli" / "acrntb.bash"
    program = (
        'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _acrntb; '
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "-c", program, "bash", str(script), "acrntb", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_completion_offers_verbs_and_values() -> None:
    assert sorted(complete("")) == sorted(VERBS)
    assert complete("replay", "x.acap", "--engine", "s") == ["systemc"]
    assert complete("explain", "s") == ["slot-state"]
    assert complete("explain", "instruction", "--mode", "6") == ["64"]
    assert "--reason" in complete("explain", "exit", "--")


@pytest.mark.parametrize("verb", VERBS)
def test_completion_offers_exactly_the_options_that_exist(verb: str) -> None:
    parts = {"record": ["kvm"], "explain": ["instruction"], "export": ["accesses"]}
    words = [verb, *parts.get(verb, [])]
    text = run(*words, "--help").out
    known = set(re.findall(r"(?m)^  (?:-\w,)?(--[a-z-]+)", text))
    assert "--json" in known or verb == "export"  # what it writes is a file
    assert known | {"--quiet", "--verbose"} == set(complete(*words, "--"))


def test_verbose_tells_origin_amount_and_choice(tmp_path: Path) -> None:
    source = tmp_path / "small.txt"
    source.write_text(PERF_TEXT)
    capture = tmp_path / "small.acap"
    imported = run("import", source, "-o", capture, "-v").err
    assert re.fullmatch(
        rf"{source}: dialect kvm-perf-script \(by its first lines\), "
        r"clock kvm-trace at 1000000000 Hz, CRC-32C of the text 0x[0-9a-f]{8}\n",
        imported,
    )
    origin = (
        f"{capture}: format 1, from small.txt (kvm-perf-script), "
        "clock kvm-trace at 1000000000/1 Hz, profile architectural\n"
    )
    amount = f"{capture}: rows read: 3, chunks: 1\n"
    assert run("info", capture, "-v").err == origin
    assert run("report", capture, "--verbose").err == origin + amount
    choice = f"{capture}: accesses to replay: 1 that pass the filters, vCPUs: 1, profile acrn\n"
    replayed = run("replay", capture, "-v", "--profile", "acrn", "--port", "0x3f8")
    assert replayed.err == origin + amount + choice
    assert replayed.out == run("replay", capture, "--profile", "acrn", "--port", "0x3f8").out

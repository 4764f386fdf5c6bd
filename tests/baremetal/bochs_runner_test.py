# SPDX-License-Identifier: BSD-3-Clause
"""run_bochs.py: its verdicts on small programs that stand in for Bochs, and what it prepares."""
from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from runner_bench import Bench

ELF = os.environ["HV_ELF"]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, "bochs")


@pytest.mark.parametrize(
    ("script", "code", "talk"),
    [
        ("echo 'hv: end: passed' >com1; exec sleep 60", 0, "passed in "),
        ("echo 'hv: end: passed' >com1; exit 1", 0, "passed in "),
        ("echo 'hv: end: failed' >com1; exec sleep 60", 1, "failed in "),
        ("echo 'hv: end: crashed' >com1; exec sleep 60", 1, "crashed in "),
        ("echo 'xhv: end: passed' >com1; exit 1", 1, "ended with status 1 before the image"),
        ("printf 'hv: end: passed' >com1; exit 1", 1, "ended with status 1 before the image"),
        ("exit 0", 1, "Bochs ended with status 0 before the image"),
    ],
)
def test_verdict(bench: Bench, script: str, code: int, talk: str) -> None:
    start = time.monotonic()
    result = bench.run(script)
    assert (result.returncode, talk in result.stderr) == (code, True), result.stderr
    assert time.monotonic() - start < 30


def test_console_goes_to_standard_output_without_escapes(bench: Bench) -> None:
    text = r"\033[H\033[=3h\033[1;1Hone\r\ntwo\r\nhv: end: passed\r\n"
    assert bench.run(f"printf '{text}' >com1; sleep 60").stdout == "one\ntwo\nhv: end: passed\n"


def test_a_cut_last_line_is_shown(bench: Bench) -> None:
    assert bench.run("printf 'one\ntw' >com1").stdout == "one\ntw\n"


def ends(pid: int) -> bool:
    """Whether the process ends, or has ended: a busy machine takes its time to deliver a signal."""
    for _ in range(100):
        try:
            if ") Z " in Path(f"/proc/{pid}/stat").read_text(encoding="ascii"):
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.1)
    return False


def test_silence_ends_at_the_time_limit_and_ends_the_emulator(bench: Bench) -> None:
    pid = bench.folder / "pid"
    script = f"sleep 60 & echo $! >{pid}; echo started >com1; wait"
    result = bench.run(script, "--timeout", "0.5")
    assert (result.returncode, result.stdout) == (1, "started\n")
    assert "no end after 0.5 s" in result.stderr
    assert ends(int(pid.read_text()))


def test_failure_shows_the_errors_of_bochs_log(bench: Bench) -> None:
    log = "1i[CPU0  ] fine\\n2e[CPU0  ] VMENTER FAIL: why\\n3p[      ] >>PANIC<< lost\\n"
    result = bench.run(f"printf '{log}' >bochs.log; echo 'hv: end: failed' >com1; sleep 60")
    assert "bochs: 2e[CPU0  ] VMENTER FAIL: why\n" in result.stderr
    assert "bochs: 3p[      ] >>PANIC<< lost\n" in result.stderr
    assert "fine" not in result.stderr


def test_success_shows_no_errors(bench: Bench) -> None:
    result = bench.run("echo '2e[CPU0  ] odd' >bochs.log; echo 'hv: end: passed' >com1; sleep 60")
    assert (result.returncode, "odd" in result.stderr) == (0, False)


def test_an_emulator_without_a_log_shows_its_screen(bench: Bench) -> None:
    result = bench.run("echo 'bochsrc:3: bad directive'; exit 1")
    assert (result.returncode, "bochs: bochsrc:3: bad directive" in result.stderr) == (1, True)


def test_configuration_says_what_was_asked_for(bench: Bench) -> None:
    arguments = ["--cpus", "2", "--model", "tigerlake", "--memory", "300", "--timeout", "20"]
    result = bench.run("cat bochsrc >com1; echo 'hv: end: passed' >com1; sleep 60", *arguments)
    assert "cpu: model=tigerlake, count=2, ips=20000000," in result.stdout
    assert "memory: guest=300, host=300\n" in result.stdout
    assert "BIOS-bochs-latest" in result.stdout
    assert f"path={bench.image}, status=inserted" in result.stdout
    assert "parport1" not in result.stdout and "com2" not in result.stdout


def test_runs_in_a_folder_of_its_own_that_goes_away(bench: Bench) -> None:
    script = "pwd >com1; echo 'hv: end: passed' >com1; sleep 60"
    folders = [Path(bench.run(script).stdout.splitlines()[0]) for _ in range(2)]
    assert folders[0] != folders[1]
    assert not folders[0].exists() and not folders[1].exists()
    kept = bench.folder / "kept"
    assert bench.run(script, "--keep", str(kept)).stdout.startswith(f"{kept}\n")
    assert (kept / "bochsrc").is_file()
    again = bench.run(script, "--keep", str(kept))
    assert (again.returncode, "exists; name a new folder" in again.stderr) == (2, True)


@pytest.mark.parametrize(
    ("port", "line"),
    [
        ("lpt1", "parport1: enabled=1, file=capture"),
        ("com2", "com2: enabled=1, mode=file"),
        ("memory", "com2: enabled=1, mode=file"),
    ],
)
def test_capture_is_copied(bench: Bench, port: str, line: str) -> None:
    out = bench.folder / "out.acap"
    bench.image = Path(ELF)
    script = (
        f"grep -q '{line}' bochsrc && printf abc >capture; echo 'hv: end: failed' >com1; sleep 9"
    )
    result = bench.run(script, "--capture", str(out), "--capture-port", port)
    assert (result.returncode, out.read_bytes()) == (1, b"abc")


def test_a_capture_by_port_e9_is_cut_out_of_the_screen(bench: Bench) -> None:
    out = bench.folder / "out.acap"
    bench.image = Path(ELF)
    magic = r"\211ACAP\r\n\032"
    script = (
        f"grep -q 'port_e9_hack: enabled=1' bochsrc && printf 'screen{magic}abc';"
        "echo 'hv: end: passed' >com1; sleep 9"
    )
    result = bench.run(script, "--capture", str(out), "--capture-port", "e9")
    assert (result.returncode, out.read_bytes()) == (0, b"\x89ACAP\r\n\x1aabc"), result.stderr


def test_an_interrupted_run_leaves_its_capture(bench: Bench) -> None:
    out = bench.folder / "out.acap"
    bench.image = Path(ELF)
    # The runner's process is the parent of timeout, whose child is the script.
    script = (
        "printf abc >capture; echo started >com1;"
        "kill -INT $(awk '{print $4}' /proc/$PPID/stat); sleep 60"
    )
    result = bench.run(script, "--capture", str(out))
    assert (result.returncode, out.read_bytes()) == (130, b"abc"), result.stderr


def test_a_run_without_the_capture_it_was_asked_for_fails(bench: Bench) -> None:
    out = bench.folder / "out.acap"
    bench.image = Path(ELF)
    result = bench.run("echo 'hv: end: passed' >com1; sleep 60", "--capture", str(out))
    assert (result.returncode, "the image sent no capture" in result.stderr) == (1, True)


def test_words_and_modules_reach_the_menu(bench: Bench) -> None:
    module = bench.folder / "kernel"
    module.write_text("kernel's bytes")
    bench.image = Path(ELF)
    script = (
        "cat tree/boot/grub/grub.cfg tree/boot/module-linux >com1; echo >com1;"
        "test -s run.iso && echo 'hv: end: passed' >com1; sleep 60"
    )
    arguments = ["--append", "crash=$x y;z", "--module", f"linux={module},quiet a=b"]
    result = bench.run(script, *arguments)
    assert result.returncode == 0, result.stderr
    menu = "multiboot2 /boot/hv.elf 'tsc-hz=50000000' 'cpus=1' 'crash=$x' 'y;z'\n"
    assert menu + "module2 /boot/module-linux linux 'quiet' 'a=b'\nboot\n" in result.stdout
    assert "kernel's bytes\n" in result.stdout


def test_given_words_win_over_the_emulators(bench: Bench) -> None:
    bench.image = Path(ELF)
    script = "cat tree/boot/grub/grub.cfg >com1; echo 'hv: end: passed' >com1; sleep 60"
    result = bench.run(script, "--append", "tsc-hz=0 cpus=3")
    assert "hv.elf 'tsc-hz=0' 'cpus=3'\n" in result.stdout


def test_what_is_missing_is_named_with_its_remedy(bench: Bench) -> None:
    result = bench.run_plain("--bochs", "no-such-emulator", str(bench.image))
    assert (result.returncode, "packages bochs and bochs-term" in result.stderr) == (4, True)
    result = bench.run_plain("--bochs", "true", str(bench.folder / "none.iso"))
    assert (result.returncode, "none.iso: no such file" in result.stderr) == (4, True)
    result = bench.run_plain("--bochs", "true", ELF, "--module", "a=/no/module")
    assert (result.returncode, "/no/module: no such file" in result.stderr) == (4, True)


def test_an_iso_without_the_image_is_refused(bench: Bench) -> None:
    result = bench.run("exit 1", "--append", "word")
    assert result.returncode == 3
    assert "hv.iso: neither an ELF file nor an ISO with /boot/hv.elf" in result.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        ["--timeout", "0"],
        ["--cpus", "0"],
        ["--cpus", "9"],
        ["--model", "i386"],
        ["--module", "kernel"],
        ["--module", "a b=file"],
        ["--speed", "9"],
    ],
)
def test_wrong_command_line(bench: Bench, wrong: list[str]) -> None:
    assert bench.run("exit 1", *wrong).returncode == 2

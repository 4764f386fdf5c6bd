# SPDX-License-Identifier: BSD-3-Clause
"""acrntb record kvm, with a stand-in for perf: what it is asked, and what its failures give."""

import os
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

from support import ACRNTB, PERF_TEXT, assert_error, run

FAKE_PERF = """\
#!/bin/sh
echo "$@" >> '{log}'
case $1 in
record) while [ "$1" != -o ]; do shift; done; {record} ;;
script) cat '{text}'; {script} ;;
esac
"""


class Machine:
    """A folder with a perf of ours, a tracefs of ours, and a log of perf's arguments."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.tracefs = folder / "tracefs"
        for event in ["kvm_pio", "kvm_mmio", "kvm_userspace_exit"]:
            (self.tracefs / "events" / "kvm" / event).mkdir(parents=True)
        (folder / "text").write_text(PERF_TEXT)
        self.perf()

    def perf(self, record: str = 'echo data > "$2"', script: str = ":") -> None:
        perf = self.folder / "bin" / "perf"
        perf.parent.mkdir(exist_ok=True)
        perf.write_text(FAKE_PERF.format(log=self.log, text=self.folder / "text", record=record,
                                         script=script))
        perf.chmod(perf.stat().st_mode | stat.S_IXUSR)

    def arguments(self, *more: object) -> list[str]:
        return ["record", "kvm", "-o", str(self.folder / "out.acap"), "--tracefs",
                str(self.tracefs), *map(str, more)]

    def env(self) -> dict[str, str]:
        return {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "TMPDIR": str(self.folder)}

    def record(self, *more: object):
        return run(*self.arguments(*more), env=self.env())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_records_and_imports(machine: Machine) -> None:
    result = machine.record("--duration", "1s", "-q")
    assert result.code == 0, result.err
    assert "accesses" in result.out
    assert "-e kvm:kvm_pio,kvm:kvm_mmio,kvm:kvm_userspace_exit -a -- sleep 1.000000000" in \
        machine.log.read_text()
    assert run("report", machine.folder / "out.acap").out.count(" io:access ") == 3
    assert not list(machine.folder.glob("acrntb-record-*"))


def test_a_command_or_a_process_is_recorded(machine: Machine) -> None:
    assert machine.record("--", "qemu", "-accel", "kvm").code == 0
    assert machine.log.read_text().splitlines()[0].endswith(" -- qemu -accel kvm")
    machine.log.unlink()
    assert machine.record("--force", "--pid", "4711").code == 0
    assert " -p 4711" in machine.log.read_text()


def test_ctrl_c_ends_the_recording_and_keeps_it(machine: Machine) -> None:
    machine.perf(record='echo data > "$2"; trap "exit 130" INT; touch \'%s\'; '
                 'while :; do sleep 0.05; done' % (machine.folder / "ready"))
    with subprocess.Popen([ACRNTB, *machine.arguments()], env={**os.environ, **machine.env()},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          start_new_session=True) as process:
        deadline = time.monotonic() + 60
        while not (machine.folder / "ready").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert b"stop with Ctrl-C" in err
    assert run("info", machine.folder / "out.acap").code == 0


def test_failures_of_perf(machine: Machine) -> None:
    machine.perf(record="echo no permission >&2; exit 255")
    result = machine.record("--duration", "1s")
    assert (result.code, result.out) == (4, "")
    assert "no permission" in result.err
    assert "ended with code 255" in result.err and "perf_event_paranoid" in result.err
    machine.perf(script="exit 3")
    result = machine.record("--duration", "1s")
    assert result.code == 4 and "perf script: ended with code 3" in result.err
    assert not (machine.folder / "out.acap").exists()


def test_a_machine_without_perf_tracefs_or_kvm(machine: Machine) -> None:
    result = run(*machine.arguments("--duration", "1s"), env={"PATH": str(machine.folder)})
    assert_error(result, 4, "perf: is not installed", "apt-get install")
    (machine.tracefs / "events" / "kvm").rename(machine.folder / "away")
    assert_error(machine.record("--duration", "1s"), 4, "no KVM events", "modprobe")
    (machine.tracefs / "events").rmdir()
    assert_error(machine.record("--duration", "1s"), 4, "not mounted", "mount -t tracefs")


def test_nothing_recorded_is_an_error(machine: Machine) -> None:
    (machine.folder / "text").write_text("")
    result = machine.record("--duration", "1s")
    assert result.code == 3
    assert not (machine.folder / "out.acap").exists()


@pytest.mark.parametrize("more, fragment", [
    (["--pid", "x"], "--pid 'x'"), (["--pid", "0"], "--pid '0'"),
    (["--duration", "long"], "--duration 'long'"), (["--duration", "0"], "--duration '0'"),
    (["--duration", "1s", "--", "qemu"], "until it ends")])
def test_usage_errors(machine: Machine, more: list[str], fragment: str) -> None:
    assert_error(machine.record(*more), 2, fragment)

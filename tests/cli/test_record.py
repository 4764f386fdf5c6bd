# SPDX-License-Identifier: BSD-3-Clause
"""acrntb record kvm: what a machine that cannot do it gets, and a real recording where it can."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support import ACRNTB, assert_error, run

HAS_KVM = os.path.exists("/dev/kvm")
needs_kvm = pytest.mark.skipif(not HAS_KVM, reason="this machine has no /dev/kvm")


@pytest.fixture
def tracefs(tmp_path: Path) -> Path:
    """A folder that looks like a tracefs in which no buffer can be made."""
    folder = tmp_path / "tracefs"
    (folder / "events" / "kvm" / "kvm_pio").mkdir(parents=True)
    return folder


def record(tmp_path: Path, tracefs: Path, *more: object):
    return run("record", "kvm", "-o", tmp_path / "out.acap", "--tracefs", tracefs, *more)


@pytest.mark.skipif(HAS_KVM, reason="this machine has /dev/kvm")
def test_a_machine_without_kvm(tmp_path: Path, tracefs: Path) -> None:
    assert_error(record(tmp_path, tracefs, "--duration", "1s"), 4, "/dev/kvm", "modprobe")


@needs_kvm
def test_a_machine_without_tracefs_or_events(tmp_path: Path, tracefs: Path) -> None:
    short = ["--duration", "1ms"]
    assert_error(record(tmp_path, tracefs, *short), 4, "cannot make a trace buffer")
    (tracefs / "events" / "kvm").rename(tmp_path / "away")
    assert_error(record(tmp_path, tracefs, *short), 4, "no KVM events", "modprobe")
    (tracefs / "events").rmdir()
    assert_error(record(tmp_path, tracefs, *short), 4, "not mounted", "mount -t tracefs")
    assert not (tmp_path / "out.acap").exists()


@pytest.mark.parametrize(
    "more, fragment",
    [
        (["--pid", "x"], "--pid 'x'"),
        (["--pid", "0"], "--pid '0'"),
        (["--duration", "long"], "--duration 'long'"),
        (["--duration", "0"], "--duration '0'"),
        (["--pid", "1", "--", "qemu"], "the one or the other"),
    ],
)
def test_usage_errors(tmp_path: Path, tracefs: Path, more: list[str], fragment: str) -> None:
    assert_error(record(tmp_path, tracefs, *more), 2, fragment)


def test_outputs_that_are_refused(tmp_path: Path, tracefs: Path) -> None:
    (tmp_path / "out.acap").write_text("precious")
    assert_error(record(tmp_path, tracefs), 2, "exists already", "--force")
    assert_error(run("record", "kvm", "-o", "-"), 2, "-o -")


def in_own_mounts(script: str) -> subprocess.CompletedProcess:
    """Runs a shell script with a tracefs of its own view of the file system."""
    mount = "mount -t tracefs nodev /sys/kernel/tracing && test -d /sys/kernel/tracing/events/kvm"
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", f"{mount} || exit 99; {script}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@needs_kvm
@pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="there is no QEMU")
def test_a_real_boot_is_recorded(tmp_path: Path) -> None:
    output = tmp_path / "boot.acap"
    done = in_own_mounts(
        f"exec '{ACRNTB}' record kvm -o '{output}' --duration 4s -- qemu-system-x86_64 -accel kvm "
        "-display none -serial none -monitor none"
    )
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("tracefs cannot be mounted here")
    assert done.returncode == 0, done.stderr
    assert "kvm-ftrace" in done.stdout
    assert run("report", output, "--port", "0x402").out.count(" io:access pio W 0x0402 ") > 10

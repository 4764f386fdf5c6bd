#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Boot the hypervisor image in Bochs with a chosen guest; its console is shown live.

Writes the image's configuration (baremetal/config) and its modules, and leaves the rest to
run_bochs.py, whose exit codes are kept: 0 passed, 1 failed, 2 command line, 3 content of a file,
4 something is missing, 130 interrupted.
"""
from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import run_bochs

BUILD = Path(__file__).resolve().parent.parent / "build/gcc/baremetal"
SELFTESTS = ("selftest-real", "selftest-protected", "selftest-long")
REPLAY = "replay:"
ACRNTB = BUILD.parent / "sim/cli/acrntb"
# The memory that a replay guest has at least.
MEBIBYTE = 1 << 20
REPLAY_MEMORY_MIB_MIN = 16
EXIT_MISSING = 4
# No APIC, one CPU, a clock that the hypervisor vouches for; no tests of the kernel's own ciphers.
# `lpj` is loops per jiffy of 4 ms: it skips a calibration by the timer.
LINUX_WORDS = (
    "console=ttyS0,115200 earlyprintk=serial,ttyS0,115200 nokaslr mitigations=off tsc=reliable"
    " lpj=200000 nosmp acpi=off no_timer_check cryptomgr.notests"
)
TIMEOUT_SECONDS = 120
LINUX_TIMEOUT_SECONDS = 300


def main() -> int:
    options, passed_on = parse_arguments()
    with tempfile.TemporaryDirectory(prefix="acrn-boot-") as name:
        options.accesses = Path(name) / "accesses"
        if options.guest.startswith(REPLAY):
            code = export_accesses(options)
            if code != 0:
                return code
        config = Path(name) / "config"
        config.write_text(configuration(options))
        arguments = [str(options.image), *passed_on, "--cpus", str(options.cpus)]
        arguments += ["--timeout", f"{timeout(options):g}"]
        for module in [f"config={config}", *modules(options)]:
            arguments += ["--module", module]
        return run_bochs.main(arguments)


def parse_arguments() -> tuple[argparse.Namespace, list[str]]:
    """The options that are ours, and those for run_bochs.py."""
    parser = argparse.ArgumentParser(
        prog="testbed boot",
        description="Boot the hypervisor image in Bochs with a chosen guest.",
        epilog="Further options: --uefi, --capture OUT, --capture-port PORT, --module NAME=FILE,"
        " --append WORDS, --model CPU, --memory MIB, --keep FOLDER; see"
        " baremetal/run_bochs.py --help.",
    )
    add = parser.add_argument
    add(
        "--guest",
        default="selftest",
        metavar="GUEST",
        help="linux (Debian's cloud kernel), selftest (three test guests, each in a VM), one of"
        f" {', '.join(SELFTESTS)}, none, replay:CAPTURE (executes the accesses of a"
        " capture again), or the file of a flat real-mode program; default: selftest",
    )
    add("--cpus", type=int, choices=(1, 2), default=1, help="2: the Service VM has its own CPU")
    add("--verbose", action="store_true", help="all messages of the Linux kernel")
    add("--image", type=Path, default=BUILD / "hv.elf", help="hv.elf or hv.iso")
    add("--linux", type=Path, default=BUILD / "guest/linux", metavar="FOLDER", help="its files")
    add("--vm", type=int, metavar="N", help="for replay:CAPTURE: which VM's accesses")
    add("--acrntb", type=Path, default=ACRNTB, metavar="FILE", help="for replay:CAPTURE")
    add("--timeout", type=run_bochs.positive, metavar="SECONDS", help="default: by guest")
    options, passed_on = parser.parse_known_args()
    known = ("linux", "selftest", "none", *SELFTESTS)
    file = options.guest.removeprefix(REPLAY)
    if options.guest not in known and not Path(file).is_file():
        parser.error(f"--guest: {file} is neither a file nor one of {', '.join(known)}")
    return options, passed_on


def export_accesses(options: argparse.Namespace) -> int:
    """Makes the list of the capture's accesses; the exit code is acrntb's."""
    capture = options.guest.removeprefix(REPLAY)
    command = [str(options.acrntb), "export", "accesses", capture, "-o", str(options.accesses)]
    if options.vm is not None:
        command += ["--vm", str(options.vm)]
    try:
        return subprocess.run(command, check=False).returncode
    except OSError as error:
        print(
            f"testbed boot: {options.acrntb}: {error.strerror}; build it:"
            " cmake --build --preset gcc --target acrntb",
            file=sys.stderr,
        )
        return EXIT_MISSING


def configuration(options: argparse.Namespace) -> str:
    """The text of the image's module `config`."""
    lines = []
    for number, guest in enumerate(guests(options), 1):
        lines.append(f"vm{number}.guest={guest}")
        lines.append(f"vm{number}.cpu={options.cpus - 1}")
    if options.guest == "linux":
        lines.append("vm1.initrd=initrd")
        lines.append(f"vm1.cmdline={LINUX_WORDS}{'' if options.verbose else ' quiet'}")
    if options.guest.startswith(REPLAY):
        lines.append(f"vm1.memory={replay_memory_mib(options.accesses.stat().st_size)}M")
    return "\n".join([*lines, ""])


def replay_memory_mib(list_bytes: int) -> int:
    """The list lies at 1 MiB."""
    return max(REPLAY_MEMORY_MIB_MIN, 1 + -(-list_bytes // MEBIBYTE))


def guests(options: argparse.Namespace) -> tuple[str, ...]:
    if options.guest == "selftest":
        return SELFTESTS
    if options.guest == "none":
        return ()
    if options.guest == "linux" or options.guest in SELFTESTS:
        return (options.guest,)
    if options.guest.startswith(REPLAY):
        return ("replay:accesses",)
    return ("flat:program",)


def modules(options: argparse.Namespace) -> list[str]:
    if options.guest == "linux":
        folder = options.linux
        return [f"linux={folder}/vmlinuz", f"initrd={folder}/initramfs.cpio"]
    if options.guest.startswith(REPLAY):
        return [f"accesses={options.accesses}"]
    if guests(options) == ("flat:program",):
        return [f"program={options.guest}"]
    return []


def timeout(options: argparse.Namespace) -> float:
    by_guest = LINUX_TIMEOUT_SECONDS if options.guest == "linux" else TIMEOUT_SECONDS
    return options.timeout or by_guest


if __name__ == "__main__":
    sys.exit(main())

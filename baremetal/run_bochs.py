#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Boot the bare-metal image under Bochs, which emulates VT-x, show its console, say how it ended.

Standard output is what the image prints on COM1; the verdict goes to standard error.
Exit codes: 0 the image ended with "hv: end: passed"; 1 it failed, crashed or did not end in time,
or Bochs gave up; 2 the command line; 3 a file's content; 4 Bochs, the image or a file is missing;
130 interrupted.
"""
from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import medium
from runner import Run, Talk, add_common_arguments, follow, positive

BIOS = Path("/usr/share/bochs/BIOS-bochs-latest")
VIDEO_BIOS = Path("/usr/share/bochs/VGABIOS-lgpl-latest")
UEFI = Path("/usr/share/ovmf/OVMF.fd")
ROM_SIZE_MAX = 2 << 20
PACKAGES = {BIOS: "bochsbios", VIDEO_BIOS: "vgabios", UEFI: "ovmf"}
MODELS = ("corei7_skylake_x", "corei7_icelake_u", "tigerlake")
# Instructions, and TSC ticks, per emulated second. With two CPUs the BIOS waits for emulated time
# while both run, so less is quicker.
IPS = {1: 50_000_000}
IPS_SMP = 20_000_000
# Seconds since 1970: 2000-01-01. A start at the host's time would make every run differ.
CLOCK_START = 946684800
CPUS_MAX = 8
CAPTURE_MAGIC = b"\x89ACAP\r\n\x1a"
# Lines of bochs.log that are shown when a run fails.
LOG_LINES_MAX = 40
# GNU timeout ends Bochs that much later should this program be killed before it can.
ORPHAN_SECONDS = 15

TALK = Talk("run_bochs")


def main(arguments: list[str] | None = None) -> int:
    options = parse_arguments(arguments)
    bochs = shutil.which(options.bochs)
    if bochs is None:
        return TALK.say(4, f"{options.bochs} not found; install the packages bochs and bochs-term")
    for path in roms(options):
        if not path.is_file():
            return TALK.say(4, f"{path}: no such file; install the package {PACKAGES[path]}")
    for path in (options.image, *(module.path for module in options.module)):
        if not path.is_file():
            return TALK.missing(path)
    try:
        with run_folder(options.keep) as folder:
            return boot(bochs, options, folder)
    except medium.MediumError as error:
        return TALK.say(3, str(error))
    except KeyboardInterrupt:
        return TALK.interrupted()
    except BrokenPipeError:
        return TALK.nobody_reads()


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Boot the bare-metal image under Bochs and say how it ended."
    )
    add = parser.add_argument
    add("image", type=Path, help="hv.elf or hv.iso, e.g. build/gcc/baremetal/hv.iso")
    add_common_arguments(parser, timeout=120, memory=512)
    add("--cpus", type=int, default=1, metavar="N", help=f"1 to {CPUS_MAX}, default: 1")
    add("--model", choices=MODELS, default=MODELS[0], help=f"CPU, default: {MODELS[0]}")
    add("--uefi", action="store_true", help="boot by UEFI (OVMF); default: BIOS")
    add(
        "--module",
        action="append",
        type=module_argument,
        default=[],
        metavar="NAME=FILE[,WORDS]",
        help="a file for the image, found by the first word of its command line; repeatable",
    )
    add("--capture", type=Path, metavar="OUT", help="write the capture to this file")
    add(
        "--capture-port",
        choices=("lpt1", "com2", "e9", "memory"),
        default="lpt1",
        help="how the capture leaves the machine, default: lpt1; memory: by COM2 at the run's end",
    )
    add("--ips", type=positive, metavar="N", help="emulated instructions and TSC ticks per second")
    add("--keep", type=Path, metavar="FOLDER", help="run in this new folder, and leave it")
    add("--bochs", default="bochs-bin", metavar="PROGRAM", help="the emulator's program")
    options = parser.parse_args(arguments)
    if not 1 <= options.cpus <= CPUS_MAX:
        parser.error(f"--cpus: {options.cpus} is not 1 to {CPUS_MAX}")
    if options.keep and options.keep.exists():
        parser.error(f"--keep: {options.keep} exists; name a new folder")
    return options


def module_argument(text: str) -> medium.Module:
    try:
        return medium.parse_module(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def roms(options: argparse.Namespace) -> tuple[Path, ...]:
    return (UEFI if options.uefi else BIOS, VIDEO_BIOS)


@contextlib.contextmanager
def run_folder(keep: Path | None) -> Iterator[Path]:
    """A folder of this run's own: two Bochs in one folder overwrite each other's files."""
    if keep:
        keep.mkdir(parents=True)
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="acrn-bochs-") as name:
        yield Path(name)


def boot(bochs: str, options: argparse.Namespace, folder: Path) -> int:
    words = command_line(options)
    iso = medium.make(medium.Medium(options.image, words, options.module), folder)
    (folder / "bochsrc").write_text(bochsrc(iso, options))
    (folder / "commands").write_text("c\n")
    console = folder / "com1"
    os.mkfifo(console)
    # Open for both ways: the end of Bochs is seen by its process, never by an end of file.
    descriptor = os.open(console, os.O_RDWR)
    try:
        run = follow(start(bochs, folder, options), descriptor, options.timeout, grace=0)
    finally:
        os.close(descriptor)
        if options.capture:
            save_capture(folder, options)
    return judge(run, folder, options)


def command_line(options: argparse.Namespace) -> str:
    """The image's words, with what only the emulator's configuration knows added in front: the
    image need not measure the TSC then, which makes runs comparable."""
    words = options.append.split()
    given = {word.partition("=")[0] for word in words}
    extra = {"tsc-hz": f"{ips(options)}", "cpus": f"{options.cpus}"}
    if options.capture:
        extra["capture"] = options.capture_port
    if not options.append and not options.module and not options.capture:
        return ""
    return " ".join([f"{key}={value}" for key, value in extra.items() if key not in given] + words)


def ips(options: argparse.Namespace) -> int:
    return int(options.ips or IPS.get(options.cpus, IPS_SMP))


def bochsrc(iso: Path, options: argparse.Namespace) -> str:
    """Bochs' configuration. An unknown MSR raises #GP as on a real CPU, but for UEFI: OVMF reads
    IA32_PLATFORM_ID, which Bochs lacks."""
    rom, video = roms(options)
    lines = [
        f"cpu: model={options.model}, count={options.cpus}, ips={ips(options)},"
        f" reset_on_triple_fault=0, ignore_bad_msrs={int(options.uefi)}",
        f"memory: guest={int(options.memory)}, host={int(options.memory)}",
        f"romimage: file={rom}",
        f"vgaromimage: file={video}",
        "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14",
        f"ata0-master: type=cdrom, path={iso}, status=inserted",
        "boot: cdrom",
        f"clock: sync=none, time0={CLOCK_START}",
        "com1: enabled=1, mode=file, dev=com1",
        "log: bochs.log",
        "panic: action=fatal",
        "error: action=report",
        "info: action=report",
        "debug: action=ignore",
        "display_library: term",
    ]
    if options.capture and options.capture_port == "lpt1":
        lines.append("parport1: enabled=1, file=capture")
    if options.capture and options.capture_port in ("com2", "memory"):
        lines.append("com2: enabled=1, mode=file, dev=capture")
    if options.capture and options.capture_port == "e9":
        lines.append("port_e9_hack: enabled=1")
    return "\n".join([*lines, ""])


def start(bochs: str, folder: Path, options: argparse.Namespace) -> subprocess.Popen[bytes]:
    """Bochs' own screen (escape codes) goes to a file; without TERM it ends at once."""
    limit = options.timeout + ORPHAN_SECONDS
    command = ["timeout", "--signal=KILL", f"{limit:g}", bochs]
    command += ["-q", "-f", "bochsrc", "-rc", "commands"]
    with (folder / "screen").open("wb") as screen:
        return subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=screen,
            stderr=subprocess.STDOUT,
            env={**os.environ, "TERM": "linux"},
            start_new_session=True,
        )


def save_capture(folder: Path, options: argparse.Namespace) -> None:
    """Also of a run that was interrupted or ran out of time: a cut capture can be read."""
    if options.capture_port == "e9":
        # Bochs writes port E9H among its own screen, which is still once the image runs.
        _, magic, rest = (folder / "screen").read_bytes().partition(CAPTURE_MAGIC)
        options.capture.write_bytes(magic + rest)
    elif (folder / "capture").is_file():
        shutil.copyfile(folder / "capture", options.capture)


def judge(run: Run, folder: Path, options: argparse.Namespace) -> int:
    code = TALK.verdict(run) if run.end else TALK.no_end(run, options.timeout, "Bochs")
    if code != 0:
        show_log(folder)
    if options.capture and not (options.capture.is_file() and options.capture.stat().st_size):
        TALK.say(1, f"{options.capture}: the image sent no capture")
        return code or 1
    return code


def is_error(line: str) -> bool:
    """Bochs calls every EPT violation an error; for a hypervisor it is how MMIO works."""
    return ("e[CPU" in line and "VMEXIT: EPT violation" not in line) or "PANIC" in line


def show_log(folder: Path) -> None:
    """What Bochs itself has to say: why a VM entry failed, or what made it stop."""
    log = folder / "bochs.log"
    text = log.read_text(errors="replace") if log.is_file() else ""
    lines = [line for line in text.splitlines() if is_error(line)]
    if not lines and not text:
        lines = (folder / "screen").read_text(errors="replace").splitlines()
    for line in lines[-LOG_LINES_MAX:]:
        print(f"bochs: {line}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

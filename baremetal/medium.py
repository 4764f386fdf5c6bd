# SPDX-License-Identifier: BSD-3-Clause
"""Makes the CD image of one run: GRUB, the hypervisor image, its command line and its modules."""
from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ELF_MAGIC = b"\x7fELF"
MODULE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# What GRUB needs for the menu below; fewer files make a smaller image, and a quicker start under an
# emulator. Its EFI program asks for every partition map by name.
PARTITION_MAPS = "acorn amiga apple bsd dfly dvh gpt msdos plan sun sunpc"
GRUB_MODULES = " ".join(
    ["normal iso9660 multiboot2 serial terminal test all_video search"]
    + [f"part_{name}" for name in PARTITION_MAPS.split()]
)


class MediumError(Exception):
    """One sentence: what is wrong with the image or a module, or which program is missing."""


@dataclass
class Module:
    """A file that GRUB loads beside the image, and the words that the image finds it by."""

    name: str
    path: Path
    arguments: str = ""


@dataclass
class Medium:
    """What one run boots."""

    image: Path
    words: str = ""
    modules: list[Module] = field(default_factory=list)


def parse_module(text: str) -> Module:
    """NAME=FILE or NAME=FILE,WORDS: the words follow the name in the module's command line."""
    name, separator, rest = text.partition("=")
    if not separator or not MODULE_NAME.fullmatch(name):
        raise ValueError(f"{text!r} is not NAME=FILE with a NAME of letters, digits, '.', '_', '-'")
    path, _, arguments = rest.partition(",")
    return Module(name, Path(path), arguments)


def make(medium: Medium, folder: Path) -> Path:
    """The path of an ISO that boots `medium` by BIOS and by UEFI; it is made in `folder`.

    An ISO without words and modules of its own is booted as it is."""
    is_elf = read_start(medium.image) == ELF_MAGIC
    if not is_elf and not medium.words and not medium.modules:
        return medium.image.resolve()
    tree = folder / "tree"
    (tree / "boot/grub").mkdir(parents=True)
    elf = tree / "boot/hv.elf"
    if is_elf:
        shutil.copyfile(medium.image, elf)
    else:
        extract_elf(medium.image, elf)
    # GRUB copies a program's debug sections into memory, which takes an emulator a second.
    run(["strip", "--strip-debug", str(elf)], "binutils")
    for module in medium.modules:
        shutil.copyfile(module.path, tree / "boot" / f"module-{module.name}")
    (tree / "boot/grub/grub.cfg").write_text(menu(medium))
    iso = folder / "run.iso"
    make_iso(tree, iso)
    return iso


def read_start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(ELF_MAGIC))


def extract_elf(iso: Path, elf: Path) -> None:
    command = ["xorriso", "-osirrox", "on", "-indev", str(iso), "-extract", "/boot/hv.elf"]
    try:
        run([*command, str(elf)], "xorriso")
    except subprocess.CalledProcessError:
        raise MediumError(f"{iso}: neither an ELF file nor an ISO with /boot/hv.elf") from None
    elf.chmod(0o644)


def menu(medium: Medium) -> str:
    """GRUB's commands. Words are quoted, so that none is taken for a command or a variable."""
    words = "".join(f" {quote(word)}" for word in medium.words.split())
    lines = ["serial --unit=0 --speed=115200", "terminal_output serial"]
    lines.append(f"multiboot2 /boot/hv.elf{words}")
    for module in medium.modules:
        arguments = "".join(f" {quote(word)}" for word in module.arguments.split())
        lines.append(f"module2 /boot/module-{module.name} {module.name}{arguments}")
    return "\n".join([*lines, "boot", ""])


def quote(word: str) -> str:
    if "'" in word:
        raise MediumError(f"{word}: GRUB cannot be given a word with a quotation mark")
    return f"'{word}'"


def make_iso(tree: Path, iso: Path) -> None:
    """grub-mkrescue fails with a success status when xorriso or mtools are missing."""
    for program, package in (("xorriso", "xorriso"), ("mformat", "mtools")):
        if shutil.which(program) is None:
            raise MediumError(f"{program} not found; install the package {package}")
    command = ["grub-mkrescue", "-o", str(iso), "--fonts=", "--locales=", "--themes="]
    result = run([*command, f"--install-modules={GRUB_MODULES}", str(tree)], "grub-common")
    if not iso.is_file() or iso.stat().st_size == 0:
        raise MediumError(f"grub-mkrescue made no image; is grub-pc-bin installed?\n{result}")


def run(command: list[str], package: str) -> str:
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise MediumError(f"{command[0]} not found; install the package {package}") from None
    return result.stderr

#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks that each case of the acceptance list has a test, or a reason in tests/README.md.

    check_acceptance.py ROOT         exit 1 and one line per case that is wrong, else 0
    check_acceptance.py --self-test  proves that each kind of mistake is found
"""
import pathlib
import re
import sys
import tempfile

CASES = [f"T{number:02}" for number in range(1, 81)]
# The name of a test, or of a row of a parametrised one.
TEST = re.compile(r"^\s*TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
ROW = re.compile(r'"((?:T\d{2}_)+[A-Z]\w*)"')
CASE = re.compile(r"(?<![A-Za-z0-9])T\d{2}(?=_)")
EXCEPTION = re.compile(r"^\| (T\d{2}) \| (.*\S) \|$", re.MULTILINE)


def cases_with_tests(tests: pathlib.Path) -> "dict[str, str]":
    """Each case that the name of an enabled test carries, and one file where it does."""
    found: "dict[str, str]" = {}
    for path in sorted(tests.rglob("*.cpp")):
        text = path.read_text(encoding="utf-8")
        names = [name for suite, name in TEST.findall(text) if "DISABLED_" not in suite + name]
        if "INSTANTIATE_TEST_SUITE_P" in text:
            names += ROW.findall(text)
        for name in names:
            for case in CASE.findall(name):
                found.setdefault(case, str(path))
    return found


def mistakes(root: pathlib.Path) -> "tuple[int, list[str]]":
    """The number of cases that tests carry, and a line for each mistake."""
    tested = cases_with_tests(root / "tests")
    readme = root / "tests" / "README.md"
    excused = EXCEPTION.findall(readme.read_text(encoding="utf-8"))
    rows = [case for case, _ in excused]
    found = []
    for case in CASES:
        if case not in tested and case not in rows:
            found.append(f"{case}: no test's name has it; write one, or say why not in {readme}")
        if case in tested and case in rows:
            found.append(f"{case}: {readme} excuses it; {tested[case]} tests it: remove the row")
        if rows.count(case) > 1:
            found.append(f"{case}: {readme} has more than one row for it")
    for case in sorted((set(tested) | set(rows)) - set(CASES)):
        found.append(f"{case}: the list ends at {CASES[-1]}; found in {tested.get(case, readme)}")
    return len(set(tested) & set(CASES)), found


def self_test() -> int:
    """Every kind of mistake in a small tree, and a tree without one."""
    every = "".join(f"TEST(A, {case}_Works) {{}}\n" for case in CASES[:-1])
    row = "| T80 | nothing of it is here |\n"
    cases = [
        ("complete", every, row, 0),
        ("one test for two cases", every.replace("T01_", "T01_T80_"), "", 0),
        ("a parametrised row", every + 'INSTANTIATE_TEST_SUITE_P\n{"T80_Row", 1}', "", 0),
        ("a row without a suite", every + '{"T80_Row", 1}', "", 1),
        ("a case without a test", every, "", 1),
        ("a test and a row", every, row + "| T03 | old |\n", 1),
        ("two rows", every, row + row, 1),
        ("a disabled test", every.replace("T07_", "DISABLED_T07_"), row, 1),
        ("a disabled suite", every + "TEST(DISABLED_A, T80_Works) {}", "", 1),
        ("a comment", every + "// T80_Works\n", "", 1),
        ("a case past the list", every + "TEST(A, T81_Works) {}", row, 1),
        ("a row without a reason", every, "| T80 |  |\n", 1),
    ]
    wrong = 0
    for what, source, readme, expected in cases:
        with tempfile.TemporaryDirectory() as name:
            tests = pathlib.Path(name) / "tests"
            tests.mkdir()
            (tests / "a_test.cpp").write_text(source)
            (tests / "README.md").write_text("| case | why |\n| --- | --- |\n" + readme)
            _, found = mistakes(pathlib.Path(name))
            if len(found) != expected:
                print(f"self-test: {what}: found {found}")
                wrong += 1
    print(f"self-test: {len(cases) - wrong} of {len(cases)} cases right")
    return 1 if wrong else 0


def main(arguments: "list[str]") -> int:
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 1 or not (pathlib.Path(arguments[0]) / "tests/README.md").is_file():
        print(__doc__, file=sys.stderr)
        return 2
    tested, found = mistakes(pathlib.Path(arguments[0]))
    for line in found:
        print(line)
    print(f"{tested} of {len(CASES)} cases have a test, {len(found)} mistakes")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

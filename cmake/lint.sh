#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# One entry for every static check; called by ./testbed lint. With --tidy also clang-tidy, which takes
# longer than all else together and needs a built build/gcc.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 4
failed=()

check() {
  local name=$1
  shift
  printf '== lint: %s\n' "$name" >&2
  "$@" || failed+=("$name")
}

tracked() { git ls-files -- "$@"; }

long_files() {
  local found=0 file lines
  for file in $(tracked '*.cpp' '*.hpp' '*.py'); do
    lines=$(wc -l <"$file")
    if [ "$lines" -gt 300 ] && ! grep -qxF "$file" cmake/long-files.txt; then
      printf '%s: %s lines, the limit is 300 (exceptions: cmake/long-files.txt)\n' "$file" "$lines"
      found=1
    fi
  done
  return $found
}

# README.md must list the same packages as the script installs.
readme_packages() {
  diff <(grep -v '^#' cmake/debian-packages.txt) \
    <(sed -n '/<!-- packages -->/,/<!-- end -->/p' README.md | grep -E '^[a-z]+: ')
}

mapfile -t cpp < <(tracked '*.cpp' '*.hpp')
mapfile -t units < <(tracked '*.cpp' | grep -vE '^tests/(fuzz|bench)/')
mapfile -t python < <(tracked '*.py')
mapfile -t shell < <(tracked '*.sh' testbed .ci/run)
mapfile -t prose < <(tracked '*.md' '*.cpp' '*.hpp' '*.py' '*.sh')

check clang-format clang-format --dry-run -Werror "${cpp[@]}"
check file-length long_files
check readme-packages readme_packages
check shellcheck shellcheck "${shell[@]}"
check black black --quiet --check --line-length 100 "${python[@]}"
check flake8 /usr/bin/python3 -m flake8 --max-line-length 100 --extend-ignore E203,W503 "${python[@]}"
check codespell codespell --ignore-words-list 'inout,fo,te,ist,nd,thre,trun,msdos' "${prose[@]}"
if [ "${1:-}" = --tidy ]; then
  check clang-tidy run-clang-tidy -quiet -p build/gcc -j "$(nproc)" "${units[@]/#/$PWD/}"
fi

if [ ${#failed[@]} -gt 0 ]; then
  printf 'lint failed: %s\n' "${failed[*]}" >&2
  exit 1
fi
printf 'lint: clean\n' >&2

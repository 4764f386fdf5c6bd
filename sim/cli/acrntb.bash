# SPDX-License-Identifier: BSD-3-Clause
# bash completion of acrntb. To use it: source sim/cli/acrntb.bash
_acrntb() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  local verb=${COMP_WORDS[1]} words=
  local filters='--vcpu --port --gpa --time'
  COMPREPLY=()
  case $previous in
    --engine) words='functional systemc' ;;
    --completion) words='notification polling' ;;
    --profile) words='architectural acrn acrn2018' ;;
    --dialect) words='kvm-ftrace kvm-trace-cmd kvm-perf-script qemu-log' ;;
  esac
  if [[ $COMP_CWORD -eq 2 && $verb == record && $word != -* ]]; then
    words='kvm'
  elif [[ -z $words && $word == -* ]]; then
    case $verb in
      import) words='--output --dialect --force --json' ;;
      record) words='--output --pid --duration --tracefs --force --json' ;;
      info) words='--json' ;;
      report) words="--ns --json --skip-damaged --stuck $filters" ;;
      replay) words="--engine --profile --timing --completion --poll-interval --assume-gap
        --record --top --print-timing --skip-damaged --force --json $filters" ;;
      *) words='--version' ;;
    esac
    words="$words --help --quiet --verbose"
  elif [[ -z $words && $COMP_CWORD -eq 1 ]]; then
    words='import record info report replay'
  fi
  if [[ -n $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -o filenames -F _acrntb acrntb

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
    --mode) words='64 32 16' ;;
    --reason) words='io ept' ;;
    --profile) words='architectural acrn acrn2018' ;;
    --dialect) words='kvm-ftrace kvm-trace-cmd kvm-perf-script qemu-log' ;;
  esac
  if [[ $COMP_CWORD -eq 2 && $verb == record && $word != -* ]]; then
    words='kvm'
  elif [[ $COMP_CWORD -eq 2 && $verb == export && $word != -* ]]; then
    words='accesses'
  elif [[ $COMP_CWORD -eq 2 && $verb == explain && $word != -* ]]; then
    words='slot-state exit io ept hypercall instruction'
  elif [[ -z $words && $word == -* ]]; then
    case $verb in
      import) words='--output --dialect --force --json' ;;
      record) words='--output --pid --duration --tracefs --force --json' ;;
      explain)
        case ${COMP_WORDS[2]} in
          exit) words='--reason --json' ;;
          instruction) words='--mode --json' ;;
          slot-state | io | ept | hypercall) words='--json' ;;
        esac
        ;;
      export) words="--output --vm --skip-damaged --force $filters" ;;
      info) words='--json' ;;
      report) words="--ns --json --skip-damaged --stuck $filters" ;;
      replay) words="--engine --profile --timing --completion --poll-interval --assume-gap
        --record --top --print-timing --skip-damaged --force --json $filters" ;;
      *) words='--version' ;;
    esac
    words="$words --help --quiet --verbose"
  elif [[ -z $words && $COMP_CWORD -eq 1 ]]; then
    words='import record info report replay export explain'
  fi
  if [[ -n $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -o filenames -F _acrntb acrntb

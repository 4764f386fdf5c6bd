# SPDX-License-Identifier: BSD-3-Clause
# Run at every build: writes revision.hpp, touching it only when the revision changed.
# Takes -D source=... template=... output=... version=...
execute_process(COMMAND git -C ${source} describe --always --dirty --abbrev=12
  OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(revision "unknown")
endif()
configure_file(${template} ${output} @ONLY)

# SPDX-License-Identifier: BSD-3-Clause
# core and traces/wire are built twice from the same sources: hosted, and for the bare machine.

# Code generation for ring 0 without an operating system. No -mgeneral-regs-only: clang 14 then
# refuses libstdc++'s headers; without SSE and MMX a double in core is an error all the same.
add_library(acrn_freestanding INTERFACE)
target_include_directories(acrn_freestanding INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(acrn_freestanding INTERFACE _GLIBCXX_ASSERTIONS)
target_compile_options(acrn_freestanding INTERFACE
  -m64 -ffreestanding -fno-stack-protector -fcf-protection=none -fno-pic -fno-pie -mno-red-zone
  -mcmodel=kernel -mno-sse -mno-mmx -fno-asynchronous-unwind-tables
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti -fno-threadsafe-statics -mno-popcnt>)
target_link_libraries(acrn_freestanding INTERFACE acrn_warnings)

# acrn_add_dual_library(NAME SOURCES...): NAME (static, hosted) and NAME_freestanding (objects).
function(acrn_add_dual_library name)
  add_library(${name} STATIC ${ARGN})
  target_compile_options(${name} PRIVATE -fno-exceptions -fno-rtti)
  target_link_libraries(${name} PUBLIC acrn_hosted)
  add_library(${name}_freestanding OBJECT ${ARGN})
  set_target_properties(${name}_freestanding PROPERTIES
    POSITION_INDEPENDENT_CODE OFF INTERPROCEDURAL_OPTIMIZATION OFF)
  target_link_libraries(${name}_freestanding PRIVATE acrn_freestanding)
endfunction()

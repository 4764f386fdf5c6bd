# SPDX-License-Identifier: BSD-3-Clause
# Compile flags that all our targets share, as INTERFACE libraries.
add_library(acrn_warnings INTERFACE)
target_compile_options(acrn_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast
  -Wnon-virtual-dtor>)
# clang 14 takes the 0 inside a defaulted <=> for a null pointer.
target_compile_options(acrn_warnings INTERFACE
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wzero-as-null-pointer-constant>)
if(ACRN_WARNINGS_AS_ERRORS)
  target_compile_options(acrn_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()

# What every hosted target of ours is compiled with: the repository root is the include path, and
# bounds checks of the standard library stay on.
add_library(acrn_hosted INTERFACE)
target_include_directories(acrn_hosted INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
target_compile_definitions(acrn_hosted INTERFACE _GLIBCXX_ASSERTIONS)
target_link_libraries(acrn_hosted INTERFACE acrn_warnings)
if(ACRN_SANITIZER)
  target_compile_options(acrn_hosted INTERFACE -fsanitize=${ACRN_SANITIZER}
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(acrn_hosted INTERFACE -fsanitize=${ACRN_SANITIZER})
endif()
if(ACRN_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "ACRN_FUZZERS needs clang; use the asan preset")
  endif()
  target_compile_options(acrn_hosted INTERFACE -fsanitize=fuzzer-no-link)
endif()

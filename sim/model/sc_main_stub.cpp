// SPDX-License-Identifier: BSD-3-Clause
// The sc_main that libsystemc wants from every program and Python module that links it. Nothing
// here starts by it: main() of the program or the module's importer does.
extern "C" [[gnu::visibility("default")]] int sc_main(int /*argc*/, char** /*argv*/) { return 70; }

// SPDX-License-Identifier: Apache-2.0
// apps/erbium/main.cpp: the edge where exceptions become exit codes.
#include <cstdio>
#include <exception>
#include <new>

#include "command_line.hpp"
#include "erbium/base/error.hpp"

int main(int argc, char** argv) {
    using erbium::app::Exit;
    Exit code = Exit::io;
    try {
        code = erbium::app::run_command_line(argc, argv);
    } catch (const erbium::IoError& error) {
        std::fprintf(stderr, "erbium: %s\n", error.what());
    } catch (const std::bad_alloc&) {
        std::fprintf(stderr, "erbium: out of memory\n");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "erbium: %s\n", error.what());
    }
    if (std::fflush(stdout) != 0 && code == Exit::ok) {
        std::fprintf(stderr, "erbium: cannot write to standard output\n");
        code = Exit::io;
    }
    return static_cast<int>(code);
}

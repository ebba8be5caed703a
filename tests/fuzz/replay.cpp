// SPDX-License-Identifier: Apache-2.0
// tests/fuzz/replay.cpp: gives each file of a folder to the fuzz target; needs no libFuzzer.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "erbium/base/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    int count = 0;
    for (int i = 1; i < argc; ++i) {
        for (const auto& file : std::filesystem::directory_iterator{argv[i]}) {
            const std::string text = erbium::read_file(file.path().string());
            const std::vector<std::uint8_t> bytes(text.begin(), text.end());
            LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
            ++count;
        }
    }
    std::printf("%d texts replayed\n", count);
    return count > 0 ? 0 : 1;
}

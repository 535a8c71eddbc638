// What gzip and zstd make of packed bytes: the programs, so that the tests have other eyes than the product.
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "tests/support/temporary_folder.h"
#include "transports/compression.h"

namespace tapferry {

inline std::string unpacked_file(const std::string& path, Compression how) {
    const std::string command = (how == Compression::gzip ? "gzip -dc '" : "zstd -q -dc '") + path + "'";
    FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string text;
    for (int letter = 0; (letter = std::fgetc(pipe)) != EOF;) text += static_cast<char>(letter);
    CHECK(::pclose(pipe) == 0);
    return text;
}

inline std::string unpacked(const std::string& bytes, Compression how) {
    const TemporaryFolder folder;
    const std::string path = folder.path("packed");
    std::ofstream(path, std::ios::binary) << bytes;
    return unpacked_file(path, how);
}

}  // namespace tapferry

// tests/data/rdata.txt: RDATA of every type that has a presentation form, and the text that we write of it.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "tests/proto/wire_builder.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry::test {

struct RdataCase {
    std::uint16_t type = 0;
    Bytes wire;
    std::string text;

    // A record whose message is `wire` alone.
    [[nodiscard]] dns::ResourceRecord record() const {
        dns::ResourceRecord record;
        record.type = type;
        record.rclass = 1;
        record.rdata_length = static_cast<std::uint16_t>(wire.size());
        return record;
    }
};

inline std::vector<RdataCase> read_rdata_cases() {
    std::istringstream lines(
        read_test_file(std::filesystem::path(TAPFERRY_SOURCE_DIR) / "tests/data/rdata.txt"));
    std::vector<RdataCase> cases;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream columns(line);
        std::string type;
        std::string hex;
        RdataCase one;
        std::getline(columns, type, '\t');
        std::getline(columns, hex, '\t');
        std::getline(columns, one.text);
        one.type = static_cast<std::uint16_t>(std::stoul(type));
        one.wire = from_hex(hex);
        cases.push_back(std::move(one));
    }
    return cases;
}

}  // namespace tapferry::test

#include "encoders/aggregate/row_digest.h"

#include <doctest/doctest.h>

#include <string>

#include "proto/dns_text.h"

namespace tapferry {

TEST_CASE("a digest is BLAKE2s of 16 bytes, as Python's hashlib makes it") {
    const auto digest = [](const std::string& key) {
        const RowDigest row = row_digest(key);
        TextBuffer text;
        append_event_id(text, {row.high, row.low});
        return std::string(text.view());
    };
    CHECK(digest("") == "64550d6ffe2c0a01a14aba1eade0200c");
    CHECK(digest("abc") == "aa4938119b1dc7b87cbad0ffd200d0ae");
    CHECK(digest(std::string(64, 'x')) == "e1d5fb352cad2589b30d4f38821b1608");
    CHECK(digest(std::string(65, 'y')) == "e9033ccbeb377e9a81f9d37acbca2614");
    CHECK(digest(std::string(200, 'z')) == "3c2a2dc52b2f66b9590ef32f76132ca0");
}

}  // namespace tapferry

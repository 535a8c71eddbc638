// The text of each type's RDATA. The octets were made from the text by another implementation, or by hand.
#include <doctest/doctest.h>

#include <set>

#include "tests/proto/rdata_file.h"

using namespace tapferry;
using namespace tapferry::test;

namespace {

// Types of IANA's registry whose RDATA nobody has published a text for: NULL, OPT, types of queries and of
// nothing but bitmaps, and the unused UINFO, UID, GID, UNSPEC and TKEY, which tools write in different ways.
const std::set<unsigned> without_text = {10, 41, 100, 101, 102, 103, 128, 249, 251, 252, 253, 254, 255};

bool has_mnemonic(unsigned type) {
    const auto text =
        text_of([&](TextBuffer& buffer) { append_type(buffer, static_cast<std::uint16_t>(type)); });
    return !text.starts_with("TYPE");
}

}  // namespace

TEST_CASE("RDATA of each type is written in the presentation form of its RFC") {
    for (const auto& example : read_rdata_cases()) {
        CAPTURE(example.type);
        CHECK(text_of([&](TextBuffer& text) {
                  CHECK_FALSE(append_rdata(text, example.wire, example.record()));
              }) == example.text);
    }
}

TEST_CASE("every type of the registry has an example, or no text that was published") {
    std::set<unsigned> with_example;
    for (const auto& example : read_rdata_cases()) with_example.insert(example.type);
    for (unsigned type = 0; type < 65536; ++type) {
        CAPTURE(type);
        CHECK(has_mnemonic(type) == (with_example.contains(type) || without_text.contains(type)));
    }
}

TEST_CASE("RDATA that is cut short anywhere, or goes on too long, never reads past its end") {
    for (auto example : read_rdata_cases()) {
        const std::string whole = example.text;
        for (std::size_t size = 0; size < example.wire.size(); ++size) {
            auto part = example;
            // An allocation of its own size, so that reading past it is noticed.
            part.wire = Bytes(example.wire.begin(), example.wire.begin() + static_cast<std::ptrdiff_t>(size));
            const auto text =
                text_of([&](TextBuffer& buffer) { append_rdata(buffer, part.wire, part.record()); });
            CAPTURE(example.type);
            CHECK_FALSE(text.empty());
            CHECK(text != whole);
        }
    }
}

TEST_CASE("text that is cut is the beginning of the whole text") {
    for (const auto& example : read_rdata_cases()) {
        for (std::size_t max = 0; max <= example.text.size() + 1; ++max) {
            const auto text = text_of([&](TextBuffer& buffer) {
                CHECK(append_rdata(buffer, example.wire, example.record(), NameEnd::plain, max) ==
                      (max < example.text.size()));
            });
            CAPTURE(example.type);
            CHECK(text.size() <= max);
            CHECK(text.size() + 4 > std::min(max, example.text.size()));
            CHECK(example.text.starts_with(text));
        }
    }
}

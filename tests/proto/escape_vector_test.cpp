// tests/data/escape-vectors.json: hostile bytes and the one text that they have.
#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include "proto/wire_bytes.h"
#include "tests/proto/wire_builder.h"
#include "tests/support/frame_streams_file.h"

using namespace tapferry;
using namespace tapferry::test;

namespace {

rapidjson::Document read_vectors() {
    const auto json =
        read_test_file(std::filesystem::path(TAPFERRY_SOURCE_DIR) / "tests/data/escape-vectors.json");
    rapidjson::Document document;
    document.Parse(json.c_str());
    REQUIRE(document.IsArray());
    return document;
}

// Renders each vector of `kind` and compares it with the member called `expected`.
template <typename Render>
void check_vectors(const char* kind, const char* expected, Render render) {
    unsigned count = 0;
    const auto vectors = read_vectors();
    for (const auto& vector : vectors.GetArray()) {
        if (std::string_view(vector["kind"].GetString()) != kind) continue;
        CAPTURE(vector["id"].GetString());
        REQUIRE(vector.HasMember(expected));
        CHECK(render(vector) == vector[expected].GetString());
        ++count;
    }
    CHECK(count >= 4);
}

Bytes name_of(const rapidjson::Value& vector) {
    Bytes wire;
    for (const auto& octets : vector["labels_hex"].GetArray()) {
        const Bytes bytes = from_hex(octets.GetString());
        append(wire, label(dns::as_text(bytes)));
    }
    wire.push_back(0);
    return wire;
}

}  // namespace

TEST_CASE("names of hostile bytes have the text of the vectors") {
    check_vectors("name", "canonical", [](const auto& vector) {
        return text_of([&](TextBuffer& text) { append_name(text, name_of(vector), 0); });
    });
    check_vectors("name", "passivedns", [](const auto& vector) {
        return text_of(
            [&](TextBuffer& text) { append_name(text, name_of(vector), 0, NameEnd::trailing_dot); });
    });
}

TEST_CASE("character strings of hostile bytes have the text of the vectors") {
    check_vectors("txt", "presentation", [](const auto& vector) {
        const Bytes bytes = from_hex(vector["hex"].GetString());
        return text_of([&](TextBuffer& text) { append_character_string(text, dns::as_text(bytes)); });
    });
}

TEST_CASE("opaque bytes have the text of the vectors") {
    check_vectors("opaque", "scrubbed", [](const auto& vector) {
        const Bytes bytes = from_hex(vector["hex"].GetString());
        return text_of([&](TextBuffer& text) { append_opaque(text, dns::as_text(bytes)); });
    });
}

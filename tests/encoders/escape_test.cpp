#include "encoders/escape.h"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <string>

#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry::test {
namespace {

rapidjson::Document escape_vectors() {
    const std::string text =
        read_test_file(std::filesystem::path(TAPFERRY_SOURCE_DIR) / "tests/data/escape-vectors.json");
    rapidjson::Document document;
    document.Parse(text.c_str());
    REQUIRE(document.IsArray());
    REQUIRE(document.Size() == 34);
    return document;
}

std::string member(const rapidjson::Value& vector, const char* name) {
    return vector[name].GetString();
}

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return bytes;
}

Labels labels_of(const rapidjson::Value& vector) {
    Labels labels;
    for (const auto& label : vector["labels_hex"].GetArray()) labels.push_back(from_hex(label.GetString()));
    return labels;
}

std::string escaped(void (*escape)(TextBuffer&, std::size_t), std::string_view text) {
    TextBuffer out;
    out.append("left alone: \\\"=|]");
    const std::size_t from = out.size();
    out.append(text);
    escape(out, from);
    CHECK(out.view().substr(0, from) == "left alone: \\\"=|]");
    return std::string(out.view(from));
}

// The value between `before` and `behind`.
std::string between(const std::string& line, const std::string& before, const std::string& behind) {
    const std::size_t at = line.find(before);
    REQUIRE(at != std::string::npos);
    const std::size_t begin = at + before.size();
    const std::size_t end = line.find(behind, begin);
    REQUIRE(end != std::string::npos);
    return line.substr(begin, end - begin);
}

}  // namespace

TEST_CASE("every name of the vectors is written as they say, in every format") {
    const rapidjson::Document vectors = escape_vectors();
    for (const auto& vector : vectors.GetArray()) {
        if (member(vector, "kind") != "name") continue;
        CAPTURE(member(vector, "id"));
        EventBuilder builder;
        builder.type(MessageType::auth_response).question(labels_of(vector)).rcode(3);
        const Event& event = builder.build();
        CHECK(event.qname == member(vector, "canonical"));
        CHECK("\"" + between(render(JsonOptions{}, event), "\"qname\":\"", "\",\"qtype\"") + "\"" ==
              member(vector, "json"));
        CHECK(between(render(CefOptions{}, event), "destinationDnsDomain=", " outcome=") ==
              member(vector, "cef_ext"));
        CHECK(between(render(PassivednsOptions{.errors = true}, event), "||IN||", "||A||") ==
              member(vector, "passivedns"));
        CHECK(escaped(escape_cef_header, event.qname) == member(vector, "cef_hdr"));
    }
}

TEST_CASE("every TXT record of the vectors is written as they say, in every format") {
    const rapidjson::Document vectors = escape_vectors();
    for (const auto& vector : vectors.GetArray()) {
        if (member(vector, "kind") != "txt") continue;
        CAPTURE(member(vector, "id"));
        EventBuilder builder;
        builder.type(MessageType::auth_response).question({"t", "test"}, 16);
        builder.answer({"t", "test"}, 16, character_string(from_hex(member(vector, "hex"))));
        const Event& event = builder.build();
        CHECK("\"" + between(render(JsonOptions{}, event), "\"data\":\"", "\"}]") + "\"" ==
              member(vector, "json"));
        CHECK(between(render(CefOptions{}, event), "300 IN TXT ", " cs5Label") == member(vector, "cef_ext"));
        CHECK(between(render(PassivednsOptions{.errors = true}, event), "||TXT||", "||300||1") ==
              member(vector, "passivedns"));
    }
}

TEST_CASE("every opaque value of the vectors is written as they say, in every format") {
    const rapidjson::Document vectors = escape_vectors();
    for (const auto& vector : vectors.GetArray()) {
        if (member(vector, "kind") != "opaque") continue;
        CAPTURE(member(vector, "id"));
        const std::string bytes = from_hex(member(vector, "hex"));
        EventBuilder builder;
        builder.event().identity = bytes;
        const Event& event = builder.build();
        CHECK("\"" + between(render(JsonOptions{}, event), "\"identity\":\"", "\",\"version\"") + "\"" ==
              member(vector, "json"));
        CHECK(between(render(CefOptions{}, event), "dvchost=", " externalId") == member(vector, "cef_ext"));
        CHECK(escaped(escape_cef_header, member(vector, "scrubbed")) == member(vector, "cef_hdr"));
    }
}

TEST_CASE("an escape is found wherever it stands, and nothing else changes") {
    for (std::size_t length = 1; length < 40; ++length) {
        for (std::size_t at = 0; at < length; ++at) {
            std::string text(length, 'a');
            text[at] = '\\';
            std::string wanted = text;
            wanted.insert(at, "\\");
            REQUIRE(escaped(escape_json, text) == wanted);
            REQUIRE(escaped(escape_cef_value, text) == wanted);
            REQUIRE(escaped(escape_cef_header, text) == wanted);
        }
    }
}

TEST_CASE("a long text full of escapes is written as each of its bytes would be by itself") {
    void (*const escapes[])(TextBuffer&, std::size_t) = {
        escape_json, escape_cef_value, escape_cef_header, escape_pipes, escape_tabs, escape_single_quotes};
    constexpr std::string_view bytes = "ab\"c\\d=|e]'f\ng\rh\ti\x01\x7F\xFF";
    unsigned random = 1;
    for (std::size_t length = 1; length < 300; ++length) {
        std::string text;
        for (std::size_t i = 0; i < length; ++i) {
            random = random * 1'103'515'245 + 12'345;
            // The higher the share of plain text, the longer the stretches between escapes.
            text += random >> 16 & length ? bytes[(random >> 20) % bytes.size()] : 'x';
        }
        for (const auto escape : escapes) {
            std::string wanted;
            for (const char c : text) wanted += escaped(escape, std::string(1, c));
            if (escaped(escape, text) != wanted) REQUIRE(escaped(escape, text) == wanted);
        }
    }
}

TEST_CASE("each syntax escapes its own characters and no others") {
    const std::string text = "a\"b\\c=d|e]f\ng\rh\x01i";
    CHECK(escaped(escape_json, text) == "a\\\"b\\\\c=d|e]f\\u000ag\\u000dh\\u0001i");
    CHECK(escaped(escape_cef_value, text) == "a\"b\\\\c\\=d|e]f\\ng\\rh\x01i");
    CHECK(escaped(escape_cef_header, text) == "a\"b\\\\c=d\\|e]f g h\x01i");
    CHECK(escaped(escape_pipes, "a||b") == "a\\124\\124b");
    CHECK(escaped(escape_json, "").empty());
    for (std::size_t length = 0; length < 40; ++length) {
        const std::string plain(length, 'a');
        CHECK(escaped(escape_json, plain + '\x7F') == plain + "\\u007f");
    }
}

TEST_CASE("a cut never divides an escape") {
    const auto cut = [](std::string_view text, std::size_t max) {
        TextBuffer out;
        out.append("ab");
        out.append(text);
        const bool was_cut = cut_text(out, 2, max);
        CHECK(was_cut == (text.size() > max));
        return std::string(out.view(2));
    };
    CHECK(cut("abcdef", 6) == "abcdef");
    CHECK(cut("abcdef", 5) == "abcde");
    CHECK(cut("ab\\010cd", 2) == "ab");
    CHECK(cut("ab\\010cd", 3) == "ab");
    CHECK(cut("ab\\010cd", 4) == "ab");
    CHECK(cut("ab\\010cd", 5) == "ab");
    CHECK(cut("ab\\010cd", 6) == "ab\\010");
    CHECK(cut("ab\\010\\011", 9) == "ab\\010");
    CHECK(cut("\\010", 1).empty());
}

}  // namespace tapferry::test

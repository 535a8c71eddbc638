// The fuzzers' corpora: answers that between them reach all that an answer can reach.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/bulk_properties.h"
#include "tests/fuzz/hec_properties.h"
#include "tests/fuzz/http_properties.h"

namespace tapferry::test {
namespace {

// How many answers the corpus has, each of which is held to the property.
std::size_t replayed(const std::string& corpus, std::string (*broken)(std::string_view)) {
    std::size_t answers = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(TAPFERRY_SOURCE_DIR) /
                                                                 "tests/fuzz/corpus" / corpus)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        CAPTURE(entry.path().filename().string());
        CHECK(broken(bytes) == "");
        ++answers;
    }
    return answers;
}

}  // namespace

TEST_CASE("every answer of the corpus has a sound verdict, the same in whatever pieces it comes") {
    CHECK(replayed("http", &broken_by_answer) > 20);
}

TEST_CASE("whatever an HTTP Event Collector answers, each batch has one outcome") {
    CHECK(replayed("hec", &broken_by_collector) > 10);
}

TEST_CASE("whatever is answered to a _bulk request, nothing counts as stored that the answer does not name") {
    CHECK(replayed("bulk", &broken_by_bulk_answer) > 15);
}

}  // namespace tapferry::test

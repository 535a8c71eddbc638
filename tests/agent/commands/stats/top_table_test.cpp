#include "agent/commands/stats/top_table.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

namespace tapferry {
namespace {

TEST_CASE("what fits is counted exactly, the most frequent first and equal ones in order of text") {
    TopTable table;
    for (const char* text : {"b", "a", "c", "a", "b", "a", ""}) table.add(text);
    const auto top = table.top(3);
    REQUIRE(top.size() == 3);
    CHECK(top[0].text == "a");
    CHECK(top[0].count == 3);
    CHECK(top[1].text == "b");
    CHECK(top[2].text == "");
    CHECK(table.distinct() == 4);
    CHECK(table.total() == 7);
    CHECK(table.exact());
    CHECK(table.top(100).size() == 4);
    TopTable alike;
    for (char c = 'z'; c >= 'a'; --c) alike.add(std::string(1, c));
    const auto all = alike.top(26);
    REQUIRE(all.size() == 26);
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i].text.front() == static_cast<char>('a' + i));
}

TEST_CASE("a full table keeps what is frequent, and never tells too little of it nor hides its error") {
    TopTable table(100);
    std::map<std::string, std::uint64_t> truth;
    std::mt19937 random(1);
    const auto add = [&](const std::string& text) {
        table.add(text);
        ++truth[text];
    };
    for (int i = 0; i < 50'000; ++i) {
        add("rare" + std::to_string(random()));
        if (i % 5 == 0) add("often");
        if (i % 9 == 0) add("now and then");
    }
    CHECK(!table.exact());
    CHECK(table.total() == truth["often"] + truth["now and then"] + 50'000);
    const auto top = table.top(2);
    CHECK(top[0].text == "often");
    CHECK(top[1].text == "now and then");
    for (const auto& entry : table.top(100)) {
        const std::uint64_t count = truth[std::string(entry.text)];
        CHECK(entry.count >= count);
        CHECK(entry.count - entry.error <= count);
    }
}

TEST_CASE("what comes back to a table counts with what it may have had before it went") {
    TopTable table(4);
    for (const char* text : {"a", "a", "b", "c", "d", "e", "b"}) table.add(text);  // at e all but a go
    const auto top = table.top(3);
    REQUIRE(top.size() == 3);
    CHECK(top[1].text == "b");
    CHECK(top[1].count == 2);
    CHECK(top[1].error == 1);
}

TEST_CASE("long texts fill a table as many short ones do") {
    TopTable table(1'000'000, 100'000);
    for (int i = 0; i < 1000; ++i) table.add(std::to_string(i) + std::string(1000, 'x'));
    CHECK(!table.exact());
    CHECK(table.top(1'000'000).size() < 100);
    CHECK(table.top(1'000'000).size() > 30);  // each removal made room for many
    CHECK(table.distinct() == 1000);
}

}  // namespace
}  // namespace tapferry

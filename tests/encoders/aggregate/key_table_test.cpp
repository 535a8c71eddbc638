#include "encoders/aggregate/key_table.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "encoders/aggregate/row_table.h"

namespace tapferry {

TEST_CASE("keys are numbered in the order in which they came, whatever the secret") {
    std::mt19937 random(7);
    std::vector<std::string> keys;
    for (int i = 0; i < 50'000; ++i) {
        std::string key(random() % 40, 'k');
        for (char& c : key) c = static_cast<char>(random() % 4);
        keys.push_back(std::move(key));
    }
    for (const HashKey& secret : {HashKey{0, 0}, HashKey{1, 2}, HashKey::secret()}) {
        KeyTable table(secret);
        std::map<std::string, std::uint32_t> model;
        for (const std::string& key : keys) {
            const auto [place, is_new] = model.emplace(key, static_cast<std::uint32_t>(model.size()));
            const KeyTable::Found found = table.find_or_add(key);
            REQUIRE(found.number == place->second);
            REQUIRE(found.is_new == is_new);
        }
        REQUIRE(table.size() == model.size());
        for (const auto& [key, number] : model) REQUIRE(table.key(number) == key);
    }
}

TEST_CASE("a cleared table knows nothing and numbers from 0") {
    KeyTable table(HashKey{1, 2});
    for (int i = 0; i < 3000; ++i) (void)table.find_or_add(std::to_string(i));
    table.clear();
    CHECK(table.size() == 0);
    CHECK(table.key_bytes() == 0);
    CHECK(table.find_or_add("2999").is_new);
    CHECK(table.find_or_add("0").number == 1);
    CHECK(table.key(0) == "2999");
}

TEST_CASE("keys of every length stay whole next to each other, and the longest are cut") {
    KeyTable table(HashKey{1, 2});
    std::vector<std::string> keys;
    for (const std::size_t length : {0UL, 1UL, 300UL, 32'000UL, 40'000UL, 64'999UL, 65'000UL, 2UL})
        keys.emplace_back(length, 'a');
    for (const std::string& key : keys) REQUIRE(table.find_or_add(key).is_new);
    for (std::uint32_t number = 0; number < table.size(); ++number) CHECK(table.key(number) == keys[number]);
    CHECK_FALSE(table.find_or_add(std::string(70'000, 'a')).is_new);
}

TEST_CASE("names that fall on each other under one secret do not under another") {
    // Found by trying: under the known key their hashes agree in the bits that a table of 1,024 slots uses.
    constexpr HashKey known{1, 2};
    constexpr HashKey secret{0xFEED, 0xBEEF};
    std::vector<std::string> flood;
    for (int i = 0; flood.size() < 64; ++i) {
        std::string name = std::to_string(i) + ".example.test";
        if ((sip_hash(known, name) & 1023) == 0) flood.push_back(std::move(name));
    }
    std::map<std::uint64_t, int> under_secret;
    for (const std::string& name : flood) ++under_secret[sip_hash(secret, name) & 1023];
    for (const auto& [slot, names] : under_secret) CHECK(names <= 4);
}

TEST_CASE("a table is full by its rows or by what their keys take") {
    RowTable<int> rows(100, 128);
    for (int i = 0; i < 99; ++i) rows.find_or_add("row" + std::to_string(i)).row = i;
    CHECK_FALSE(rows.full());
    CHECK(rows.full(128 * 100));
    rows.find_or_add("one more");
    CHECK(rows.full());
    CHECK(rows.row(98) == 98);
    rows.clear();
    CHECK_FALSE(rows.full());
    for (int i = 0; i < 6; ++i) rows.find_or_add(std::string(2048, static_cast<char>('a' + i)));
    CHECK_FALSE(rows.full());
    rows.find_or_add(std::string(2048, 'z'));
    CHECK(rows.full());
}

}  // namespace tapferry

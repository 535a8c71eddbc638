#include "agent/stages/domains.h"

#include <doctest/doctest.h>

namespace tapferry {
namespace {

TEST_CASE("a name is brought into the form that events have") {
    CHECK(canonical_name("Example.COM.") == "example.com");
    CHECK(canonical_name(".") == ".");
    CHECK(canonical_name("a\\.b.test") == "a\\046b.test");
    CHECK(canonical_name("\\065bc") == "abc");
    CHECK(canonical_name("a\\032b") == "a\\032b");
    CHECK(canonical_name("_dmarc.*.x-y") == "_dmarc.*.x-y");
    CHECK(canonical_name(std::string(63, 'a') + ".b").has_value());
}

TEST_CASE("what is no name is none") {
    for (const std::string& text :
         {std::string(), std::string(".."), std::string("a..b"), std::string(".a"), std::string("a b"),
          std::string("a\\"), std::string("a\\25"), std::string("a\\256"), std::string("b\303\274cher.de"),
          std::string(64, 'a'), std::string("a\0b", 3)}) {
        CAPTURE(text);
        CHECK(!canonical_name(text));
    }
    std::string longest;
    for (int i = 0; i < 127; ++i) longest += "a.";
    CHECK(canonical_name(longest).has_value());
    CHECK(!canonical_name("a." + longest));
}

TEST_CASE("a domain holds itself and what is below it, by whole labels") {
    DomainSet set;
    CHECK(set.add("Example.com"));
    CHECK(set.add("*.below.test"));
    CHECK(set.add(".dotted.test"));
    CHECK(!set.add("a b"));
    for (const std::string_view name :
         {"example.com", "a.example.com", "a.b.example.com", "x.below.test", "y.dotted.test"}) {
        CAPTURE(name);
        CHECK(set.contains(name));
    }
    for (const std::string_view name :
         {"", "com", "badexample.com", "example.com.x", "below.test", "dotted.test", "test", "."}) {
        CAPTURE(name);
        CHECK(!set.contains(name));
    }
    CHECK(!DomainSet().contains("a"));
}

TEST_CASE("a domain given both ways holds itself, and the root holds every name") {
    DomainSet set;
    CHECK(set.add("*.a"));
    CHECK(set.add("a"));
    CHECK(set.add("*.a"));
    CHECK(set.contains("a"));
    CHECK(set.size() == 1);
    DomainSet root;
    CHECK(root.add("."));
    CHECK(root.contains("any.name"));
    CHECK(!root.contains(""));
}

TEST_CASE("only a single dot is the root") {
    DomainSet set;
    CHECK(!set.add(".."));
    CHECK(!set.add("*.."));
    CHECK(!set.add("*."));
    CHECK(!set.contains("any.name"));
}

TEST_CASE("a large set holds what was put into it and nothing else") {
    DomainSet set;
    for (int i = 0; i < 20'000; ++i) REQUIRE(set.add("n" + std::to_string(i) + ".test"));
    CHECK(set.size() == 20'000);
    for (int i = 0; i < 20'000; ++i) {
        REQUIRE(set.contains("n" + std::to_string(i) + ".test"));
        REQUIRE(set.contains("www.n" + std::to_string(i) + ".test"));
        REQUIRE(!set.contains("m" + std::to_string(i) + ".test"));
    }
}

}  // namespace
}  // namespace tapferry

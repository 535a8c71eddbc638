#include "agent/stages/registered_domains.h"

#include <doctest/doctest.h>

#include <string>

namespace tapferry {
namespace {

TEST_CASE("of a name the registered domain and the public suffix are told, at every look the same") {
    RegisteredDomains domains;
    struct Vector {
        std::string name, registered, suffix;
    };
    const std::string label(63, 'x');
    const std::string long_name = label + "." + label + "." + label + ".www.example.co.uk";
    const Vector vectors[] = {
        {"www.example.com", "example.com", "com"},
        {"example.com", "example.com", "com"},
        {"com", "", "com"},
        {"a.b.example.co.uk", "example.co.uk", "co.uk"},
        {"co.uk", "", "co.uk"},
        {"www.ck", "www.ck", "ck"},                        // an exception of the list
        {"a.b.ck", "a.b.ck", "b.ck"},                      // under its wildcard
        {"host.corp.example", "corp.example", "example"},  // a suffix that the list does not know
        {"www.shop.co.za", "shop.co.za", "co.za"},         // that knows the suffix, and not the end of it
        {"co.za", "", "co.za"},
        {"za", "", "za"},
        {"a.b.s3.amazonaws.com", "b.s3.amazonaws.com", "s3.amazonaws.com"},  // below a name that is none
        {"a.amazonaws.com", "amazonaws.com", "com"},
        {"xn--bcher-kva.xn--p1ai", "xn--bcher-kva.xn--p1ai", "xn--p1ai"},
        {"1.2.0.192.in-addr.arpa", "192.in-addr.arpa", "in-addr.arpa"},
        {"a\\046b.com", "a\\046b.com", "com"},
        {"\\000\\255.x\\032y", "\\000\\255.x\\032y", "x\\032y"},
        {"_tcp.*.example.com", "example.com", "com"},
        {long_name, "example.co.uk", "co.uk"},
        {".", "", ""},
        {"", "", ""},
    };
    for (int round = 0; round < 2; ++round) {
        for (const Vector& vector : vectors) {
            Event event;
            event.qname = vector.name;
            domains.add(event);
            CAPTURE(vector.name);
            CHECK(event.registered_domain == vector.registered);
            CHECK(event.public_suffix == vector.suffix);
            // They are parts of the name itself.
            if (!event.registered_domain.empty())
                CHECK(event.registered_domain.data() + event.registered_domain.size() ==
                      event.qname.data() + event.qname.size());
        }
    }
}

TEST_CASE("more names than are remembered, and names that push one another out, keep their parts") {
    RegisteredDomains domains;
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 20'000; ++i) {
            const std::string domain = "d" + std::to_string(i % 5'000) + (i % 2 == 0 ? ".com" : ".co.uk");
            const std::string name =
                std::string(static_cast<std::size_t>(i) % 60, 'h') + std::to_string(i) + "." + domain;
            Event event;
            event.qname = name;
            domains.add(event);
            if (event.registered_domain != domain) REQUIRE(event.registered_domain == domain);
        }
    }
}

TEST_CASE("a name of one endless label, or of nothing but short ones, is looked up like any other") {
    RegisteredDomains domains;
    std::string escapes, shorts;
    for (int i = 0; i < 63; ++i) escapes += "\\255";
    for (int i = 0; i < 127; ++i) shorts += i == 0 ? "a" : ".a";
    const std::string names[] = {escapes, escapes + "." + escapes + ".com", escapes + "." + escapes, shorts};
    for (const std::string& name : names) {
        Event event;
        event.qname = name;
        domains.add(event);
        CHECK(name.ends_with(event.registered_domain));
        CHECK(name.ends_with(event.public_suffix));
    }
}

}  // namespace
}  // namespace tapferry

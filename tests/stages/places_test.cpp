#include "agent/stages/places.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "agent/stages/networks.h"
#include "tests/support/temporary_folder.h"

namespace tapferry {
namespace {

const std::string data = std::string(TAPFERRY_SOURCE_DIR) + "/tests/data/places/";

std::shared_ptr<const PlaceDatabases> open(const PlaceDatabases::Files& files) {
    auto opened = PlaceDatabases::open(files);
    REQUIRE(opened.index() == 0);
    return std::get<0>(opened);
}

std::string place_of(const PlaceDatabases& databases, std::string_view address) {
    const GeoPlace place = databases.find(parse_network(address).value().address);
    return std::string(place.country) + "|" + std::string(place.city) + "|" +
           std::to_string(place.as_number) + "|" + std::string(place.as_organization);
}

TEST_CASE("an address has the country, city and system that the databases tell of its network") {
    const auto databases = open({data + "city.mmdb", "", data + "asn.mmdb"});
    CHECK(place_of(*databases, "192.0.2.1") == "DE|Frankfurt|64496|Example One");
    CHECK(place_of(*databases, "198.51.100.1") == "FR||0|");
    CHECK(place_of(*databases, "2001:db8::1") == "NL|Amsterdam|4200000000|Example Two");
    CHECK(place_of(*databases, "2001:db8:ffff::1") == "NL|Amsterdam|0|");
    CHECK(place_of(*databases, "203.0.113.1") == "||0|");
}

TEST_CASE("what is no country code is none, and a city is passed on as bytes") {
    const auto databases = open({data + "city.mmdb", "", ""});
    CHECK(place_of(*databases, "198.51.100.200") == "|Saint-\303\211tienne\n|0|");
}

TEST_CASE("a database of countries tells the country alone") {
    const auto databases = open({"", data + "city.mmdb", ""});
    CHECK(place_of(*databases, "192.0.2.1") == "DE||0|");
}

TEST_CASE("a database that is cut off or written over while it is used goes on as it was") {
    const TemporaryFolder folder;
    const std::string file = folder.path("city.mmdb");
    std::filesystem::copy(data + "city.mmdb", file);
    const auto databases = open({file, "", ""});
    std::ofstream(file, std::ios::trunc) << "x";
    CHECK(place_of(*databases, "192.0.2.1") == "DE|Frankfurt|0|");
    CHECK(place_of(*databases, "2001:db8::1") == "NL|Amsterdam|0|");
}

TEST_CASE("both ends of an event get their places, the same at every look, and absent ones none") {
    Places places(open({data + "city.mmdb", "", data + "asn.mmdb"}));
    for (int i = 0; i < 2; ++i) {
        Event event;
        event.query.address = parse_network("192.0.2.1").value().address;
        places.add(event);
        CHECK(event.query_place.country == "DE");
        CHECK(!event.response_place.present());
        event.response.address = parse_network("2001:db8::1").value().address;
        places.add(event);
        CHECK(event.response_place.city == "Amsterdam");
    }
}

TEST_CASE("a file that is no database is a fault that names it") {
    for (const std::string& file : {data + "make_databases.py", data + "missing.mmdb", std::string("/")}) {
        const auto opened = PlaceDatabases::open({"", "", file});
        REQUIRE(opened.index() == 1);
        CHECK(std::get<1>(opened).file == file);
        CHECK(!std::get<1>(opened).text.empty());
    }
}

TEST_CASE("a FIFO in place of a database is a fault, and nobody waits for what comes out of it") {
    const std::filesystem::path fifo =
        std::filesystem::temp_directory_path() / ("tapferry-fifo-" + std::to_string(::getpid()));
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const auto opened = PlaceDatabases::open({fifo, "", ""});
    std::filesystem::remove(fifo);
    CHECK(opened.index() == 1);
}

}  // namespace
}  // namespace tapferry

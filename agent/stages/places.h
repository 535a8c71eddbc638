// Where addresses are and whose they are, by databases in MaxMind's format (GeoLite2, GeoIP2, DB-IP …).
// places.cpp is the door of libmaxminddb.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "agent/stages/address_cache.h"
#include "proto/event.h"

namespace tapferry {

// Shared by threads. The places it tells live as long as it does.
class PlaceDatabases {
  public:
    struct Files {
        std::string city;     // with the country
        std::string country;  // the country alone
        std::string asn;
        [[nodiscard]] bool any() const { return !city.empty() || !country.empty() || !asn.empty(); }
        bool operator==(const Files&) const = default;
    };
    struct Fault {
        std::string file;
        std::string text;
    };
    // Empty names are left out; each of the others must be such a database. Holds them in memory, whatever
    // becomes of the files.
    static std::variant<std::shared_ptr<const PlaceDatabases>, Fault> open(const Files& files);
    ~PlaceDatabases();

    [[nodiscard]] GeoPlace find(const IpAddress& address) const;

  private:
    PlaceDatabases();
    struct Opened;
    std::unique_ptr<Opened> opened_;
};

// Adds the places of both endpoints to an event. Owned by Stages.
class Places {
  public:
    explicit Places(std::shared_ptr<const PlaceDatabases> databases);
    void add(Event& event);

  private:
    [[nodiscard]] GeoPlace find(const IpAddress& address);

    std::shared_ptr<const PlaceDatabases> databases_;
    AddressCache<GeoPlace> known_;
};

}  // namespace tapferry

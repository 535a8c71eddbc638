#include "agent/config/read_geoip.h"

#include <algorithm>

#include "agent/config/list_file.h"

namespace tapferry {

namespace {

std::variant<std::shared_ptr<const PlaceDatabases>, PlaceDatabases::Fault> open_once(
    const PlaceDatabases::Files& files, ConfigReading& reading) {
    const auto known = std::find_if(reading.places.begin(), reading.places.end(),
                                    [&](const auto& entry) { return entry.first == files; });
    if (known != reading.places.end()) return known->second;
    auto opened = PlaceDatabases::open(files);
    if (const auto* databases = std::get_if<std::shared_ptr<const PlaceDatabases>>(&opened))
        reading.places.emplace_back(files, *databases);
    return opened;
}

}  // namespace

void read_geoip(Section geoip, DestinationConfig& destination) {
    PlaceDatabases::Files files;
    files.city = geoip.text("city", "");
    files.country = geoip.text("country", "");
    files.asn = geoip.text("asn", "");
    if (files.any()) {
        auto opened = open_once(files, geoip.reading());
        if (const auto* fault = std::get_if<PlaceDatabases::Fault>(&opened)) {
            const std::string_view key = fault->file == files.city      ? "city"
                                         : fault->file == files.country ? "country"
                                                                        : "asn";
            geoip.fault(key, fault->file + " cannot be used: " + fault->text);
        } else {
            destination.stages.places = std::get<0>(std::move(opened));
        }
        for (const auto& file : {files.city, files.country, files.asn})
            if (!file.empty()) note_named_file(file, destination);
    }
    geoip.finish();
}

}  // namespace tapferry

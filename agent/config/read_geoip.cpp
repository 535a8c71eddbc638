#include "agent/config/read_geoip.h"

#include "agent/config/list_file.h"

namespace tapferry {

void read_geoip(Section geoip, DestinationConfig& destination) {
    PlaceDatabases::Files files;
    files.city = geoip.text("city", "");
    files.country = geoip.text("country", "");
    files.asn = geoip.text("asn", "");
    if (files.any()) {
        auto opened = PlaceDatabases::open(files);
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

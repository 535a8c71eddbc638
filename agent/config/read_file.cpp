#include "agent/config/read_file.h"

#include <limits>
#include <string>

#include "transports/files/file_names.h"

namespace tapferry {

using namespace std::chrono_literals;

FileOptions read_file(Section& section) {
    FileOptions options;
    options.path = section.required_text("path", "/var/log/tapferry/dns.json");
    options.fsync = section.flag("fsync", false);
    Section rotate = section.table("rotate");
    options.rotate_bytes = rotate.size("bytes", 0, 64 << 10, std::numeric_limits<std::int64_t>::max());
    options.rotate_interval =
        std::chrono::duration_cast<std::chrono::seconds>(rotate.duration("interval", 0ms, 1min, 24h * 366));
    options.keep = rotate.integer("keep", 0, 0, 1'000'000);
    rotate.finish();
    options.compression = section.choice<Compression>(
        "compression", Compression::none,
        {{"none", Compression::none}, {"gzip", Compression::gzip}, {"zstd", Compression::zstd}});
    if (options.path.empty()) return options;  // told already
    if (const std::string fault = FileNames::fault_of(options.path); !fault.empty()) {
        section.fault("path", fault);
        return options;
    }
    const bool ends =
        options.rotate_bytes != 0 || options.rotate_interval != 0s || FileNames(options.path).tell_time();
    if (ends) return options;
    const std::string never =
        "has no effect: the file never ends; give rotate.bytes, rotate.interval or a time in the path, such "
        "as \"dns-%Y%m%d.json\"";
    if (options.compression != Compression::none) section.fault("compression", never);
    if (options.keep != 0) section.fault("rotate", "\"keep\" " + never);
    return options;
}

}  // namespace tapferry

#include "agent/stages/places.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <maxminddb.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace tapferry {

namespace {

constexpr unsigned places_log2 = 11;

// A file in memory that holds what another one held. libmaxminddb maps what it opens, and a map of a file
// that somebody writes over or cuts off ends the program.
class MemoryCopy {
  public:
    explicit MemoryCopy(const std::string& file) {
        const int from =
            ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a FIFO would be waited for
        if (from < 0) return;
        struct stat status {};
        if (::fstat(from, &status) == 0 && S_ISREG(status.st_mode) &&
            (fd_ = ::memfd_create("tapferry-places", MFD_CLOEXEC)) >= 0)
            whole_ = copy(from, status.st_size);
        ::close(from);
    }
    ~MemoryCopy() {
        if (fd_ >= 0) ::close(fd_);
    }
    MemoryCopy(const MemoryCopy&) = delete;
    MemoryCopy& operator=(const MemoryCopy&) = delete;

    // Holds as long as this does. None: it could not be read, or shrank meanwhile.
    [[nodiscard]] std::optional<std::string> path() const {
        if (!whole_) return std::nullopt;
        return "/proc/self/fd/" + std::to_string(fd_);
    }

  private:
    [[nodiscard]] bool copy(int from, off_t left) const {
        while (left > 0) {
            const ssize_t count = ::sendfile(fd_, from, nullptr, static_cast<std::size_t>(left));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return false;
            left -= count;
        }
        return true;
    }

    int fd_ = -1;
    bool whole_ = false;
};

class Database {
  public:
    // Not 0: why it cannot be opened.
    int open(const std::string& file) {
        const MemoryCopy copy(file);
        const auto path = copy.path();
        if (!path) return MMDB_FILE_OPEN_ERROR;
        const int status = MMDB_open(path->c_str(), MMDB_MODE_MMAP, &database_);
        is_open_ = status == MMDB_SUCCESS;
        return status;
    }
    Database() = default;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() {
        if (is_open_) MMDB_close(&database_);
    }

    [[nodiscard]] std::optional<MMDB_entry_s> find(const IpAddress& address) const {
        if (!is_open_ || (address.is_v6() && database_.metadata.ip_version == 4)) return std::nullopt;
        sockaddr_storage storage{};
        if (address.is_v6()) {
            auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
            v6.sin6_family = AF_INET6;
            std::memcpy(&v6.sin6_addr, address.bytes.data(), 16);
        } else {
            auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
            v4.sin_family = AF_INET;
            std::memcpy(&v4.sin_addr, address.bytes.data(), 4);
        }
        int error = MMDB_SUCCESS;
        const MMDB_lookup_result_s result =
            MMDB_lookup_sockaddr(&database_, reinterpret_cast<const sockaddr*>(&storage), &error);
        if (error != MMDB_SUCCESS || !result.found_entry) return std::nullopt;
        return result.entry;
    }

  private:
    mutable MMDB_s database_{};  // libmaxminddb reads it and asks for more
    bool is_open_ = false;
};

template <typename... Path>
std::optional<MMDB_entry_data_s> value_at(MMDB_entry_s entry, const Path*... path) {
    const char* const keys[] = {path..., nullptr};
    MMDB_entry_data_s data{};
    if (MMDB_aget_value(&entry, &data, keys) != MMDB_SUCCESS || !data.has_data) return std::nullopt;
    return data;
}

std::string_view text_of(const std::optional<MMDB_entry_data_s>& data) {
    if (!data || data->type != MMDB_DATA_TYPE_UTF8_STRING) return {};
    return {data->utf8_string, data->data_size};
}

std::string_view country_of(MMDB_entry_s entry) {
    const std::string_view code = text_of(value_at(entry, "country", "iso_code"));
    const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    return code.size() == 2 && capital(code[0]) && capital(code[1]) ? code : std::string_view{};
}

std::uint32_t number_of(const std::optional<MMDB_entry_data_s>& data) {
    if (!data) return 0;
    if (data->type == MMDB_DATA_TYPE_UINT32) return data->uint32;
    return data->type == MMDB_DATA_TYPE_UINT16 ? data->uint16 : 0;
}

}  // namespace

struct PlaceDatabases::Opened {
    Database city;
    Database country;
    Database asn;
};

PlaceDatabases::PlaceDatabases() : opened_(std::make_unique<Opened>()) {}
PlaceDatabases::~PlaceDatabases() = default;

std::variant<std::shared_ptr<const PlaceDatabases>, PlaceDatabases::Fault> PlaceDatabases::open(
    const Files& files) {
    const std::shared_ptr<PlaceDatabases> databases(new PlaceDatabases);
    Opened& opened = *databases->opened_;
    for (const auto& [file, database] :
         {std::pair{&files.city, &opened.city}, std::pair{&files.country, &opened.country},
          std::pair{&files.asn, &opened.asn}}) {
        if (file->empty()) continue;
        if (const int status = database->open(*file); status != MMDB_SUCCESS)
            return Fault{*file, MMDB_strerror(status)};
    }
    return databases;
}

GeoPlace PlaceDatabases::find(const IpAddress& address) const {
    GeoPlace place;
    if (const auto entry = opened_->city.find(address)) {
        place.country = country_of(*entry);
        place.city = text_of(value_at(*entry, "city", "names", "en"));
    }
    if (const auto entry = place.country.empty() ? opened_->country.find(address) : std::nullopt)
        place.country = country_of(*entry);
    if (const auto entry = opened_->asn.find(address)) {
        place.as_number = number_of(value_at(*entry, "autonomous_system_number"));
        place.as_organization = text_of(value_at(*entry, "autonomous_system_organization"));
    }
    return place;
}

Places::Places(std::shared_ptr<const PlaceDatabases> databases)
    : databases_(std::move(databases)), known_(places_log2) {}

GeoPlace Places::find(const IpAddress& address) {
    if (!address.present()) return {};
    return known_.get(address, [&](const IpAddress& one) { return databases_->find(one); });
}

void Places::add(Event& event) {
    event.query_place = find(event.query.address);
    event.response_place = find(event.response.address);
}

}  // namespace tapferry

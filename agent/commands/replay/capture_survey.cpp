#include "agent/commands/replay/capture_survey.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <new>
#include <system_error>
#include <vector>

#include "agent/commands/replay/frame_clock.h"
#include "transports/network/descriptor.h"

namespace tapferry {

namespace {

constexpr std::size_t piece_bytes = 256 * 1024;
constexpr int patience_ms = 100;

[[noreturn]] void fail(const std::string& name, const char* what) {
    throw std::system_error(errno, std::generic_category(), name + " " + what);
}

Descriptor open_to_read(const std::string& file) {
    Descriptor descriptor(file == "-" ? ::dup(STDIN_FILENO) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor.is_open()) fail(file_words(file), "cannot be read");
    return descriptor;
}

// False: it was asked to stop.
bool read_pieces(const std::string& file, const GoOn& go_on,
                 const std::function<void(std::span<const std::uint8_t>)>& take) {
    const Descriptor descriptor = open_to_read(file);
    std::vector<std::uint8_t> piece(piece_bytes);
    for (;;) {
        if (!go_on()) return false;
        pollfd input{descriptor.get(), POLLIN, 0};
        if (::poll(&input, 1, patience_ms) == 0) continue;
        const auto count = ::read(descriptor.get(), piece.data(), piece.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail(file_words(file), "cannot be read");
        if (count == 0) return true;
        take(std::span(piece).first(static_cast<std::size_t>(count)));
    }
}

class Digesting {
  public:
    Digesting() : context_(::EVP_MD_CTX_new(), &::EVP_MD_CTX_free) {
        if (!context_ || ::EVP_DigestInit_ex(context_.get(), ::EVP_sha256(), nullptr) != 1)
            throw std::bad_alloc();
    }
    void add(std::span<const std::uint8_t> bytes) {
        ::EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
    }
    Sha256 finish() {
        Sha256 digest{};
        ::EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
        return digest;
    }

  private:
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

Timestamp time_of_file(const std::string& file) {
    struct stat status {};
    ::stat(file.c_str(), &status);
    return {status.st_mtim.tv_sec, 0};
}

}  // namespace

std::optional<CaptureSurvey> survey_capture(const std::string& file, const Timestamp& now,
                                            const GoOn& go_on) {
    CaptureSurvey survey;
    Digesting digesting;
    if (!read_pieces(file, go_on, [&](auto bytes) { digesting.add(bytes); })) return std::nullopt;
    survey.digest = digesting.finish();
    FrameClock clock({}, now);
    std::optional<Timestamp> begins;
    bool stopped = false;
    survey.result = read_capture(file, {.take = [&](std::span<const std::uint8_t> frame) {
                                     if (++survey.frames % 1000 == 0 && !go_on()) stopped = true;
                                     if (!begins) begins = clock.told_by(frame);
                                     return !stopped;
                                 }});
    if (stopped) return std::nullopt;
    survey.begins = begins.value_or(time_of_file(file));
    return survey;
}

std::string hex_of(const Sha256& digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::uint64_t incarnation_of(const Sha256& digest) {
    std::uint64_t incarnation = 0;
    for (std::size_t i = 0; i < digest.size() && (i % 8 != 0 || incarnation == 0); ++i)
        incarnation = incarnation << 8 | digest[i];
    return incarnation == 0 ? 1 : incarnation;
}

bool copy_stream(const std::string& from, const std::filesystem::path& to, const GoOn& go_on) {
    const Descriptor copy(::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!copy.is_open()) fail(to.string(), "cannot be written");
    return read_pieces(from, go_on, [&](std::span<const std::uint8_t> left) {
        while (!left.empty()) {
            const auto written = ::write(copy.get(), left.data(), left.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail(to.string(), "cannot be written");
            left = left.subspan(static_cast<std::size_t>(written));
        }
    });
}

}  // namespace tapferry

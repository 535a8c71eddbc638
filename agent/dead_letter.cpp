#include "agent/dead_letter.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "encoders/escape.h"
#include "proto/dns_text.h"
#include "proto/text_buffer.h"

namespace tapferry {

namespace {

void append_json_string(TextBuffer& out, std::string_view text) {
    out.push_back('"');
    const std::size_t from = out.size();
    append_opaque(out, text, text.size() * 4);  // the far side's words are anybody's bytes
    escape_json(out, from);
    out.push_back('"');
}

// A line begins with what is the same for records and frames.
void open_letter(TextBuffer& line, const EventId& id, std::string_view words) {
    line.append(R"({"id":")");
    append_event_id(line, id);
    line.append(R"(","reason":)");
    append_json_string(line, words);
}

}  // namespace

bool DeadLetter::keep_record(const EventId& id, std::string_view words, std::string_view record) {
    TextBuffer line;
    open_letter(line, id, words);
    line.append(R"(,"record":)");
    append_json_string(line, record);
    line.append("}\n");
    return keep(line.view());
}

bool DeadLetter::keep_frame(const EventId& id, std::string_view words, std::span<const std::uint8_t> frame) {
    TextBuffer line;
    open_letter(line, id, words);
    line.append(R"(,"frame":")");
    append_hex(line, frame);
    line.append("\"}\n");
    return keep(line.view());
}

bool DeadLetter::keep(std::string_view line) {
    std::error_code error;
    std::filesystem::create_directories(directory_, error);
    std::filesystem::permissions(directory_, std::filesystem::perms::owner_all, error);
    const auto file = directory_ / "dead-letter.jsonl";
    // Two files of half the limit each: the older one goes when the newer one is full.
    if (const auto size = std::filesystem::file_size(file, error);
        !error && size + line.size() > max_bytes_ / 2)
        std::filesystem::rename(file, directory_ / "dead-letter.1.jsonl", error);
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0) return false;
    const auto written = ::write(descriptor, line.data(), line.size());
    const int reason = written < 0 ? errno : ENOSPC;
    ::close(descriptor);
    errno = reason;
    return written == static_cast<ssize_t>(line.size());
}

}  // namespace tapferry

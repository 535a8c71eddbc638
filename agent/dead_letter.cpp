#include "agent/dead_letter.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "agent/spool/death_point.h"
#include "proto/dns_text.h"
#include "proto/text_buffer.h"

namespace tapferry {

namespace {

// Each byte is one character, U+0000 to U+00FF, so that what was refused can be had back exactly.
void append_json_string(TextBuffer& out, std::string_view bytes) {
    out.push_back('"');
    for (const char c : bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte < 0x20 || byte >= 0x7f) {
            out.append("\\u00");
            append_hex(out, {&byte, 1});
        } else {
            if (c == '"' || c == '\\') out.push_back('\\');
            out.push_back(c);
        }
    }
    out.push_back('"');
}

// The far side's words, and what is around them and the content, take at most so much of a line.
constexpr std::size_t max_words = 1024;
constexpr std::size_t json_per_byte = 6;  // \u00ff
constexpr std::size_t around_content = max_words * json_per_byte + 256;

// A line begins with what is the same for records and frames.
void open_letter(TextBuffer& line, const EventId& id, std::string_view words) {
    line.append(R"({"id":")");
    append_event_id(line, id);
    line.append(R"(","reason":)");
    append_json_string(line, words.substr(0, max_words));
}

void close_letter(TextBuffer& line, bool cut) {
    line.append(cut ? ",\"cut\":true}\n" : "}\n");
}

}  // namespace

std::size_t DeadLetter::content_room() const {
    const std::uint64_t line = max_bytes_ / 2;
    return line < around_content ? 0 : static_cast<std::size_t>(line - around_content);
}

bool DeadLetter::keep_record(const EventId& id, std::string_view words, std::string_view record) {
    const auto shown = record.substr(0, content_room() / json_per_byte);
    TextBuffer line;
    open_letter(line, id, words);
    line.append(R"(,"record":)");
    append_json_string(line, shown);
    close_letter(line, shown.size() < record.size() || words.size() > max_words);
    return keep(line.view());
}

bool DeadLetter::keep_frame(const EventId& id, std::string_view words, std::span<const std::uint8_t> frame) {
    const auto shown = frame.first(std::min(frame.size(), content_room() / 2));
    TextBuffer line;
    open_letter(line, id, words);
    line.append(R"(,"frame":")");
    append_hex(line, shown);
    line.append("\"");
    close_letter(line, shown.size() < frame.size() || words.size() > max_words);
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
    death_point("dead_letter.before_write");
    const auto before = ::lseek(descriptor, 0, SEEK_END);
    const auto written = ::write(descriptor, line.data(), line.size());
    death_point("dead_letter.written");
    const int reason = written < 0 ? errno : ENOSPC;
    // Half a line would spoil the next one too.
    if (written > 0 && written < static_cast<ssize_t>(line.size()) && ::ftruncate(descriptor, before) != 0)
        [[maybe_unused]]
        const auto ended = ::write(descriptor, "\n", 1);
    ::close(descriptor);
    errno = reason;
    return written == static_cast<ssize_t>(line.size());
}

}  // namespace tapferry

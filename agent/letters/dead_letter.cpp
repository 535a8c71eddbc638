#include "agent/letters/dead_letter.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "agent/letters/dead_letter_files.h"
#include "agent/spool/death_point.h"

namespace tapferry {

namespace {

Timestamp wall_clock() {
    using namespace std::chrono;
    const auto since = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    return {since / 1000, static_cast<std::uint32_t>(since % 1000 * 1'000'000)};
}

}  // namespace

bool DeadLetter::keep_record(const Record& record, std::string_view words, std::string_view content,
                             std::string_view heading) {
    return keep_letter({.name = record,
                        .buried = wall_clock(),
                        .words = std::string(words),
                        .content = Letter::Content::record,
                        .bytes = std::string(content),
                        .heading = std::string(heading)});
}

bool DeadLetter::keep_row(const EventId& id, std::string_view words, std::string_view text) {
    return keep_letter({.name = {.id = id},
                        .buried = wall_clock(),
                        .words = std::string(words),
                        .content = Letter::Content::row,
                        .bytes = std::string(text)});
}

bool DeadLetter::keep_frame(const Record& name, std::string_view words, std::span<const std::uint8_t> frame,
                            std::string_view input) {
    return keep_letter({.name = name,
                        .buried = wall_clock(),
                        .words = std::string(words),
                        .content = Letter::Content::frame,
                        .bytes = std::string(frame.begin(), frame.end()),
                        .input = std::string(input)});
}

bool DeadLetter::keep_line(std::string_view line) {
    return keep(std::string(line) + '\n');
}

bool DeadLetter::keep_letter(const Letter& letter) {
    const std::uint64_t half = max_bytes_ / 2;
    TextBuffer line;
    append_letter(line, letter,
                  half < most_around_content() ? 0 : static_cast<std::size_t>(half - most_around_content()));
    return keep(line.view());
}

bool DeadLetter::keep(std::string_view line) {
    std::error_code error;
    std::filesystem::create_directories(directory_, error);
    std::filesystem::permissions(directory_, std::filesystem::perms::owner_all, error);
    const auto file = directory_ / dead_letter_file;
    if (const auto size = std::filesystem::file_size(file, error);
        !error && size + line.size() > max_bytes_ / 2)
        make_room();
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0600);
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

// Two files of half the limit each: the older one goes when the newer one is full.
void DeadLetter::make_room() {
    const std::uint64_t gone = count_letters({directory_ / older_dead_letter_file}).letters;
    std::error_code error;
    std::filesystem::rename(directory_ / dead_letter_file, directory_ / older_dead_letter_file, error);
    if (!error) dropped_ += gone;
}

}  // namespace tapferry

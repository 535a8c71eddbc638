// The files of one destination's dead letters, dead-letter/NAME/: those that are kept, and those that wait to
// be sent again, with what is done to whole files. Used by the route's thread, by commands that only read,
// and by commands while no agent runs.
//
//   dead-letter.1.jsonl     the older letters
//   dead-letter.jsonl       the newer ones, which grow
//   requeue.N.OFFSET.jsonl  letters that wait to be sent again, in the order of N; what lies before OFFSET
//                           was sent. A name is changed as a whole, so it says the truth after any crash.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace tapferry {

inline constexpr const char* dead_letter_file = "dead-letter.jsonl";
inline constexpr const char* older_dead_letter_file = "dead-letter.1.jsonl";

struct LetterCount {
    std::uint64_t letters = 0;
    std::uint64_t bytes = 0;
};

struct WaitingFile {
    std::filesystem::path path;
    std::uint64_t number = 0;
    std::uint64_t offset = 0;
};

// Those that are there, oldest letters first.
std::vector<std::filesystem::path> kept_files(const std::filesystem::path& directory);
std::vector<WaitingFile> waiting_files(const std::filesystem::path& directory);

LetterCount count_letters(const std::vector<std::filesystem::path>& files);
LetterCount count_letters(const std::vector<WaitingFile>& files);

// All letters that are kept wait to be sent again from now on. None may wait already. False with errno set
// when that cannot be done; some may wait then.
bool requeue_letters(const std::filesystem::path& directory);
// Letters kept and waiting are gone. Likewise.
bool remove_letters(const std::filesystem::path& directory);
// What lies before `offset` was sent; when that is everything the file goes. `file` follows its name.
bool advance(WaitingFile& file, std::uint64_t offset);

// A file of letters, line by line. Never more than a line is in memory, and never more than `longest_line`.
class LetterLines {
  public:
    static constexpr std::size_t longest_line = 128u << 20;

    explicit LetterLines(const std::filesystem::path& path, std::uint64_t offset = 0);
    // Without its end; of one that is too long the beginning. Empty lines are none. False: there is no more.
    [[nodiscard]] bool next(std::string& line);
    // Behind the line that came last.
    [[nodiscard]] std::uint64_t offset() const { return offset_; }

  private:
    std::ifstream file_;
    std::uint64_t offset_;
};

}  // namespace tapferry

#include <iostream>
#include <map>
#include <system_error>

#include "agent/commands/capture_file.h"
#include "agent/commands/commands.h"
#include "agent/commands/count_words.h"
#include "agent/commands/interruption.h"
#include "agent/commands/printer.h"

namespace tapferry {

namespace {

class Decoding {
  public:
    explicit Decoding(const DecodeArguments& arguments)
        : most_(arguments.count),
          printer_(read_show_options(arguments.format, arguments.filter), WindowTime::event) {}

    bool take(std::span<const std::uint8_t> frame) {
        ++frames_;
        switch (printer_.print(frame, {{0, frames_}, received_, ""})) {
            case Printed::shown:
                ++shown_;
                break;
            case Printed::silent:
                ++silent_;
                ++reasons_[std::string(printer_.silence())];
                break;
            case Printed::filtered:
                ++filtered_;
                break;
            case Printed::undecodable:
                ++undecodable_;
                break;
            case Printed::unfit:
                ++unfit_;
                break;
        }
        return (!printer_.full() || flush()) && !enough();
    }
    // There is nothing more for now, and what waits for the end of a window may have waited long enough.
    bool idle() {
        printer_.pass(capture_receipt());
        return flush();
    }
    bool flush() {
        received_ = capture_receipt();
        return !(closed_ = !printer_.flush());
    }
    void finish() {
        if (!closed_) closed_ = !printer_.finish();
    }
    [[nodiscard]] bool enough() const { return most_ != 0 && shown_ == most_; }
    // Whoever read standard output has seen enough.
    [[nodiscard]] bool closed() const { return closed_; }
    [[nodiscard]] bool sound() const { return undecodable_ == 0 && unfit_ == 0; }

    [[nodiscard]] std::string words(std::size_t files) const {
        std::string text = counted(frames_, "frame");
        if (files > 1) text += " in " + counted(files, "file");
        text += ": " + counted(shown_, "event") + (failed_ ? "" : " shown");
        if (failed_ || printer_.gathers() || printer_.written() != shown_)
            text += (failed_ ? ", and " : " in ") + counted(printer_.written(), "record");
        if (failed_) text += " written";
        if (silent_ != 0) text += ", no record of " + with_commas(silent_) + " (" + reasons() + ")";
        if (printer_.shortened() != 0) text += ", " + counted(printer_.shortened(), "record") + " shortened";
        if (printer_.shortened_events() != 0)
            text +=
                ", " + counted(printer_.shortened_events(), "event") + " of which not all answers are told";
        if (printer_.left_out() != 0)
            text += ", " + counted(printer_.left_out(), "record") + " of answers left out as not asked for";
        if (filtered_ != 0) text += ", " + with_commas(filtered_) + " not wanted";
        if (undecodable_ != 0) text += ", " + with_commas(undecodable_) + " not dnstap and passed over";
        if (unfit_ != 0) text += ", " + with_commas(unfit_) + " that could not be written";
        return text;
    }
    // Standard output cannot be written to.
    void fail() { failed_ = true; }

  private:
    // "a query", or "10 a query, 2 a truncated response".
    [[nodiscard]] std::string reasons() const {
        std::string text;
        for (const auto& [reason, count] : reasons_) {
            if (!text.empty()) text += "; ";
            if (reasons_.size() > 1) text += with_commas(count) + ": ";
            text += reason;
        }
        return text;
    }

    std::uint64_t most_;  // events to show; 0: all
    Printer printer_;
    Timestamp received_ = capture_receipt();
    std::uint64_t frames_ = 0;  // of all files: the sequence in the ids
    std::uint64_t shown_ = 0;
    std::uint64_t silent_ = 0;
    std::map<std::string, std::uint64_t> reasons_;  // why those have no record
    std::uint64_t filtered_ = 0;
    std::uint64_t undecodable_ = 0;
    std::uint64_t unfit_ = 0;
    bool closed_ = false;  // standard output
    bool failed_ = false;
};

void tell_of_missing(const std::string& file) {
    std::cerr << "tapferry: " << file_words(file) << ": is not there yet; waiting for it\n";
}

}  // namespace

// What can be shown is shown: a bad frame is counted and passed over, a bad file does not hold up the next
// one.
int decode_command(const DecodeArguments& arguments) {
    if (arguments.follow && arguments.files.size() > 1) throw WrongUsage("--follow goes with one file");
    Decoding decoding(arguments);
    watch_for_interruption();
    bool sound = true;
    const auto complain = [&](const std::string& file, const std::string& words) {
        std::cerr << "tapferry: " << file_words(file) << ": " << words << '\n';
        sound = false;
    };
    try {
        for (const auto& file : arguments.files) {
            const auto result = read_capture(file, {.take = [&](auto frame) { return decoding.take(frame); },
                                                    .follow = arguments.follow,
                                                    .idle = [&] { return decoding.idle(); },
                                                    .missing = [&] { tell_of_missing(file); },
                                                    .pause = [&] { return decoding.flush(); }});
            if (decoding.closed()) return 0;
            if (!result.words.empty()) complain(file, result.words);
            if (result.oversize != 0)
                complain(file, counted(result.oversize, "frame") + " above 1 MiB passed over");
            if (interrupted() || decoding.enough()) break;
        }
        decoding.finish();
    } catch (const std::system_error& failure) {
        std::cerr << "tapferry: " << failure.what() << '\n';
        sound = false;
        decoding.fail();
    }
    if (decoding.closed()) return 0;
    if (interrupted() && !arguments.follow) return 1;
    if (!arguments.quiet) std::cerr << "tapferry: " << decoding.words(arguments.files.size()) << '\n';
    return sound && decoding.sound() ? 0 : 1;
}

}  // namespace tapferry

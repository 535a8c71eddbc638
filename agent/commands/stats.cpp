#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>

#include "agent/commands/capture_file.h"
#include "agent/commands/commands.h"
#include "agent/commands/count_words.h"
#include "agent/commands/figure_words.h"
#include "agent/commands/interruption.h"
#include "agent/commands/progress_bar.h"
#include "agent/commands/stats/report.h"
#include "agent/commands/terminal.h"
#include "agent/stages/pairing.h"
#include "proto/decoder.h"

namespace tapferry {

namespace {

// In bytes; none: it is no file that could tell.
std::optional<std::uint64_t> size_of(const std::string& file) {
    struct stat status {};
    const bool known = ::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
    return known ? std::optional(static_cast<std::uint64_t>(status.st_size)) : std::nullopt;
}

class Counting {
  public:
    explicit Counting(const StageOptions& stages) : stages_(stages) {}

    bool take(std::span<const std::uint8_t> frame) {
        ++totals.frames;
        totals.bytes += frame.size();
        const FrameOrigin origin{{0, totals.frames}, received_, ""};
        if (decoder_.decode(frame, origin, event_) == DecodeStatus::undecodable) {
            ++totals.undecodable;
            return true;
        }
        pair();
        if (stages_.pass(event_)) {
            statistics.add(event_);
        } else {
            ++totals.filtered;
        }
        return true;
    }

    CaptureTotals totals;
    CaptureStatistics statistics;

  private:
    // A response that does not tell when its query was asked knows it from the query before it.
    void pair() {
        event_.received = event_.time;  // the time that passes in a capture
        (void)pairing_.take(event_);
        while (const HeldQuery* query = pairing_.due(event_.time)) {
            if (pairing_.unanswered(*query) && is_wanted(*query)) ++totals.unanswered;
            pairing_.let_go();
        }
    }
    bool is_wanted(const HeldQuery& query) {
        const FrameOrigin origin{query.id, received_, ""};
        return decoder_of_queries_.decode(query.frame(), origin, query_) == DecodeStatus::decoded &&
               stages_.pass(query_);
    }

    Stages stages_;
    Pairing pairing_{PairingOptions{}};
    Decoder decoder_;
    Decoder decoder_of_queries_;
    Event event_;
    Event query_;
    const Timestamp received_ = capture_receipt();
};

TerminalLooks looks_of_standard_output() {
    constexpr std::size_t usual_width = 100;
    return {.width = output_width(usual_width), .colour = output_has_colours(), .unicode = locale_is_utf8()};
}

// "stats --html *.fstrm" must not cost the first capture: in the place of what is no page none is written.
void check_place(const std::string& path) {
    constexpr std::string_view page = "<!DOCTYPE html>";
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return;
    std::string beginning(page.size(), '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
    if (file.gcount() != 0 && beginning != page)
        throw WrongUsage(file_words(path) + " exists and is not a page: give the page another name");
}

// "-" is standard output.
void write_page(const std::string& path, const std::string& page) {
    if (path == "-") {
        std::cout << page << std::flush;
        return;
    }
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << page << std::flush;
    if (!file) throw std::runtime_error(file_words(path) + " cannot be written");
    std::cerr << "tapferry: wrote " << file_words(path) << '\n';
}

void show(const CaptureReport& report, const StatsArguments& arguments) {
    if (!arguments.html.empty()) write_page(arguments.html, report_html(report));
    if (arguments.format == ReportFormat::json)
        std::cout << report_json(report);
    else if (arguments.html.empty())
        std::cout << report_text(report, looks_of_standard_output());
}

}  // namespace

int stats_command(const StatsArguments& arguments) {
    if (arguments.html == "-" && arguments.format == ReportFormat::json)
        throw WrongUsage("--html - and --format json both go to standard output: give the page a file");
    if (arguments.html != "-") check_place(arguments.html);
    StageOptions stages = read_filter_options(arguments.filter);
    stages.registered_domain = true;
    Counting counting(stages);
    watch_for_interruption();
    bool sound = true;
    const auto complain = [&](const std::string& file, const std::string& words) {
        std::cerr << "tapferry: " << file_words(file) << ": " << words << '\n';
        sound = false;
    };
    for (const auto& file : arguments.files) {
        CaptureResult result;
        {
            ProgressBar bar(size_of(file));
            const auto progress = [&](std::uint64_t bytes) {
                if (bar.due()) bar.show(bytes, file_words(file) + ": " + size_words(bytes));
            };
            result = read_capture(
                file, {.take = [&](auto frame) { return counting.take(frame); }, .progress = progress});
        }
        counting.totals.files.push_back(file);
        counting.totals.oversize += result.oversize;
        if (!result.words.empty()) complain(file, result.words);
        if (interrupted()) break;
    }
    if (counting.totals.oversize + counting.totals.undecodable != 0) sound = false;
    if (counting.totals.frames == 0 && !sound) return 1;  // there is nothing to show, and it was said why
    show(make_report(counting.statistics, std::move(counting.totals), arguments.top), arguments);
    return sound && !interrupted() ? 0 : 1;
}

}  // namespace tapferry

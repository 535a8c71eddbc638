#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <numeric>
#include <stdexcept>

#include "agent/batches/crash_watch.h"
#include "agent/commands/become_owner.h"
#include "agent/commands/chosen_destinations.h"
#include "agent/commands/commands.h"
#include "agent/commands/count_words.h"
#include "agent/commands/figure_words.h"
#include "agent/commands/json_text.h"
#include "agent/commands/progress_bar.h"
#include "agent/commands/replay/capture_survey.h"
#include "agent/commands/replay/frame_clock.h"
#include "agent/commands/replay/replay.h"
#include "agent/commands/replay/wait_watch.h"
#include "agent/commands/stop_signals.h"
#include "agent/commands/text_table.h"
#include "agent/log.h"

namespace tapferry {

namespace {

using Clock = std::chrono::steady_clock;

// What became of one capture.
struct Replayed {
    std::string file;
    std::string digest;
    std::uint64_t incarnation = 0;
    std::uint64_t frames = 0;
    bool sound = true;  // the capture could be read as a whole
    bool done = false;
    std::uint64_t passed = 0;  // frames that every destination is past, when not done
    std::filesystem::path directory;
    std::vector<RouteStatus> destinations;
};

std::uint64_t all_lost(const RouteTotals& totals) {
    return std::accumulate(totals.lost.begin(), totals.lost.end(), std::uint64_t{0});
}

bool delivered_all(const Replayed& replayed) {
    return replayed.done && replayed.sound &&
           std::all_of(replayed.destinations.begin(), replayed.destinations.end(), [](const auto& route) {
               const RouteTotals& totals = route.saved.totals;
               return totals.undecodable + totals.dead_lettered + all_lost(totals) == 0;
           });
}

// A regular file is read where it is. All else can be read once only, and is copied first.
class Source {
  public:
    Source(const std::string& file, const std::filesystem::path& folder, const GoOn& go_on) : path_(file) {
        struct stat status {};
        if (file != "-" && (::stat(file.c_str(), &status) != 0 || S_ISREG(status.st_mode))) return;
        std::filesystem::create_directories(folder);
        copy_ = folder / ("copy-" + std::to_string(::getpid()));
        path_ = copy_.string();
        stopped_ = !copy_stream(file, copy_, go_on);
    }
    ~Source() {
        std::error_code ignored;
        if (!copy_.empty()) std::filesystem::remove(copy_, ignored);
    }
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool stopped() const { return stopped_; }

  private:
    std::string path_;
    std::filesystem::path copy_;
    bool stopped_ = false;
};

class Replaying {
  public:
    Replaying(const ReplayArguments& arguments, const Config& config)
        : arguments_(arguments),
          destinations_(chosen_destinations(config, arguments.destinations)),
          stop_timeout_(config.stop_timeout),
          folder_(config.state_directory / "replay"),
          log_({std::min(config.log.level, LogLevel::warn), config.log.format}) {}

    // None: it was stopped before anything was sent.
    std::optional<Replayed> replay(const std::string& file) {
        const GoOn go_on = [this] { return signals_.asked() == 0; };
        const Source source(file, folder_, go_on);
        if (source.stopped()) return std::nullopt;
        const Timestamp now = capture_receipt();
        const auto survey = survey_capture(source.path(), now, go_on);
        if (!survey) return std::nullopt;
        Replayed replayed;
        replayed.file = file_words(file);
        replayed.digest = hex_of(survey->digest);
        replayed.incarnation = incarnation_of(survey->digest);
        replayed.frames = survey->frames;
        replayed.sound = survey->result.words.empty() && survey->result.oversize == 0;
        replayed.directory = folder_ / replayed.digest;
        complain(replayed.file, survey->result);
        Replay replay({replayed.directory, replayed.file, replayed.incarnation, survey->frames,
                       arguments_.rate, destinations_},
                      posix_disk(), log_);
        send(replay, source.path(), *survey, now);
        end(replay);
        replayed.done = replay.done();
        replayed.passed = replay.passed();
        replayed.destinations = replay.status();
        if (replayed.done) replay.forget();
        return replayed;
    }
    [[nodiscard]] bool interrupted() { return signals_.asked() != 0; }

  private:
    static void complain(const std::string& file, const CaptureResult& result) {
        if (!result.words.empty()) std::cerr << "tapferry: " << file << ": " << result.words << '\n';
        if (result.oversize != 0)
            std::cerr << "tapferry: " << file << ": " << counted(result.oversize, "frame")
                      << " above 1 MiB passed over\n";
    }

    void send(Replay& replay, const std::string& path, const CaptureSurvey& survey, const Timestamp& now) {
        ProgressBar bar(survey.frames);
        FrameClock clock(survey.begins, now);
        const auto begun = Clock::now();
        const std::uint64_t before = replay.passed();
        WaitWatch watch(begun, usual_wait());
        const auto wait = [&] {
            replay.tick();
            if (watch.due(Clock::now()))
                tell_of(watch.look(replay.status(), Clock::now()), replay, survey, bar);
            if (bar.due())
                bar.show(replay.passed(), words(replay, survey.frames, before, Clock::now() - begun));
            return signals_.asked() == 0;
        };
        std::uint64_t frames = 0;
        const auto take = [&](std::span<const std::uint8_t> frame) {
            replay.add(frame, clock.time_of(frame));
            if (++frames % 100 == 0 && bar.due() && !wait()) return false;
            while (!replay.wants_more())
                if (!wait()) return false;
            return true;
        };
        const CaptureResult result = read_capture(path, {.take = take});
        if (result.end == CaptureEnd::stopped) return;
        replay.end_of_capture();
        while (!replay.done() && wait()) {
        }
    }

    [[nodiscard]] std::chrono::milliseconds usual_wait() const {
        std::chrono::milliseconds longest{0};
        for (const auto& destination : destinations_)
            longest = std::max(longest, time_to_accept(destination.transport));
        return longest;
    }

    // What it waits for, if anything.
    static void tell_of(const std::string& waiting, const Replay& replay, const CaptureSurvey& survey,
                        ProgressBar& bar) {
        if (waiting.empty()) return;
        bar.clear();
        std::cerr << "tapferry: " << with_commas(replay.passed()) << " of " << counted(survey.frames, "frame")
                  << " done; " << waiting << '\n';
    }

    // `before`: frames that were passed when it began, `since` ago.
    [[nodiscard]] static std::string words(const Replay& replay, std::uint64_t frames, std::uint64_t before,
                                           Clock::duration since) {
        const double seconds = std::max(std::chrono::duration<double>(since).count(), 0.001);
        const auto passed = static_cast<double>(replay.passed() - std::min(before, replay.passed()));
        std::string text = with_commas(replay.passed()) + " of " + counted(frames, "frame") + ", " +
                           rate_words(passed / seconds) + "/s";
        for (const auto& route : replay.status())
            if (route.state == RouteStatus::State::retrying)
                text += ", " + route.name + " does not take them";
        return text;
    }

    // Connections are closed in good order; after an interruption what is under way may end.
    void end(Replay& replay) {
        replay.stop(Clock::now() + stop_timeout_);
        const int before = signals_.asked();
        while (!replay.stopped()) {
            replay.tick();
            if (signals_.asked() > before) replay.stop(Clock::now());
        }
    }

    const ReplayArguments& arguments_;
    const std::vector<DestinationConfig> destinations_;
    const std::chrono::milliseconds stop_timeout_;
    const std::filesystem::path folder_;
    StopSignals signals_;
    Log log_;
};

void tell(const Replayed& replayed) {
    if (!replayed.done)
        std::cerr << "tapferry: " << replayed.file << ": stopped after " << with_commas(replayed.passed)
                  << " of " << counted(replayed.frames, "frame")
                  << "; the same command goes on where each destination was\n";
    for (const auto& route : replayed.destinations)
        if (route.saved.totals.dead_lettered + route.saved.totals.undecodable != 0)
            std::cerr << "tapferry: " << route.name << ": what it did not take lies in "
                      << (replayed.directory / "dead-letter" / route.name).string() << '\n';
}

void print_text(const std::vector<Replayed>& all) {
    for (const auto& replayed : all) {
        std::cout << replayed.file << ": " << counted(replayed.frames, "frame") << ", sha256 "
                  << replayed.digest << '\n';
        TextTable table({"DESTINATION", "READ", "DELIVERED", "PAIRED", "FILTERED", "UNDECODABLE",
                         "DEAD-LETTERED", "LOST", "RECORDS", "REPEATED"});
        for (const auto& route : replayed.destinations) {
            const RouteTotals& totals = route.saved.totals;
            table.add({route.name, with_commas(totals.read), with_commas(totals.delivered),
                       with_commas(totals.paired), with_commas(totals.filtered),
                       with_commas(totals.undecodable), with_commas(totals.dead_lettered),
                       with_commas(all_lost(totals)), with_commas(totals.records),
                       with_commas(totals.repeated)});
        }
        std::cout << table.text({false, true, true, true, true, true, true, true, true, true});
    }
}

std::string ledger_json(const std::vector<Replayed>& all) {
    JsonText json;
    json.open('{').open('[', "files");
    for (const auto& replayed : all) {
        json.open('{').printable("file", replayed.file).add("sha256", replayed.digest);
        TextBuffer id;
        append_event_id(id, {replayed.incarnation, 0});
        json.add("incarnation", id.view().substr(0, 16)).add("frames", replayed.frames);
        json.add("sound", replayed.sound).add("done", replayed.done).open('[', "destinations");
        for (const auto& route : replayed.destinations) {
            const RouteTotals& totals = route.saved.totals;
            json.open('{').add("name", route.name).add("read", totals.read);
            json.add("delivered", totals.delivered).add("paired", totals.paired);
            json.add("filtered", totals.filtered).add("undecodable", totals.undecodable);
            json.add("dead_lettered", totals.dead_lettered).add("lost", all_lost(totals));
            json.add("records", totals.records).add("repeated", totals.repeated).close('}');
        }
        json.close(']').close('}');
    }
    return json.close(']').close('}').text();
}

}  // namespace

int replay_command(const ReplayArguments& arguments) {
    const Config config = read_config(arguments.config);
    become_owner_of(config.state_directory);
    watch_for_crashes();
    Replaying replaying(arguments, config);
    std::vector<Replayed> all;
    bool whole = true;
    for (const auto& file : arguments.files) {
        if (replaying.interrupted()) break;
        try {
            auto replayed = replaying.replay(file);
            if (!replayed) break;
            tell(*replayed);
            whole = delivered_all(*replayed) && whole;
            all.push_back(std::move(*replayed));
        } catch (const std::runtime_error& failure) {
            std::cerr << "tapferry: " << failure.what() << '\n';
            whole = false;
        }
    }
    if (arguments.format == ReportFormat::json)
        std::cout << ledger_json(all);
    else
        print_text(all);
    return whole && all.size() == arguments.files.size() ? 0 : 1;
}

}  // namespace tapferry

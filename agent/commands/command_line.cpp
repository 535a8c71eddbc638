#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <span>

#include "agent/commands/command_options.h"
#include "agent/commands/commands.h"
#include "agent/commands/dead_letter/dead_letter_commands.h"
#include "agent/commands/spool/spool_commands.h"
#include "agent/version.h"

namespace tapferry {

namespace {

constexpr int wrong_usage = 2;
constexpr const char* first_look =
    "Without a configuration, `tapferry run` listens on ./dnstap.sock and prints JSON lines.\n";
constexpr const char* exit_statuses =
    "Exit status: 0 success, 1 failed, 2 wrong usage or configuration. See tapferry(1).";

// What a command has printed must arrive: on a full disk it is no success. Of a reader that went away nothing
// needs to be said.
bool output_is_written() {
    std::cout.flush();
    if (std::cout) return true;
    pollfd output{STDOUT_FILENO, 0, 0};
    if (::poll(&output, 1, 0) <= 0 || (output.revents & POLLERR) == 0)
        std::cerr << "tapferry: standard output cannot be written\n";
    return false;
}

// Every subcommand with its arguments and what to do when it was asked for. `config` is the program-wide
// --config.
class CommandLine {
  public:
    CommandLine() {
        app_.require_subcommand(1);
        app_.set_version_flag("--version", "tapferry " + std::string{version});
        app_.failure_message([](const CLI::App* app, const CLI::Error& error) {
            return "tapferry: " + CLI::FailureMessage::simple(app, error);
        });
        app_.set_help_flag("-h,--help", "Print this help and exit");
        app_.add_option("--config", config_,
                        "Configuration file (TOML); the files of conf.d/ beside it are read too");
        // Every command takes it over from here.
        app_.footer(exit_statuses);
        add_run();
        add_check();
        add_probe();
        add_tail();
        add_decode();
        add_stats();
        add_explain();
        add_status();
        add_spool();
        add_dead_letter();
        add_replay();
        app_.footer(std::string(first_look) + exit_statuses);
    }

    int run(int argc, char** argv) {
        const std::string_view first = argc > 1 ? argv[1] : "-";
        if (!first.starts_with('-') && !known(first)) return unknown(first);
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            const int status = app_.exit(error);
            if (status != 0) suggest(argc, argv);
            return status == 0 ? 0 : wrong_usage;
        }
        try {
            const int status = command_();
            return output_is_written() ? status : 1;
        } catch (const WrongUsage& fault) {
            std::cerr << "tapferry: " << fault.what() << '\n';
            return wrong_usage;
        }
    }

  private:
    std::vector<std::string_view> names() {
        std::vector<std::string_view> names;
        for (const auto* command : app_.get_subcommands({})) names.push_back(command->get_name());
        return names;
    }
    bool known(std::string_view name) {
        const auto all = names();
        return std::find(all.begin(), all.end(), name) != all.end();
    }
    int unknown(std::string_view name) {
        std::cerr << "tapferry: " << no_such("command", name, names()) << "\n";
        return wrong_usage;
    }
    // An option that the command does not have may be a misspelt one that it has.
    void suggest(int argc, char** argv) {
        const auto commands = app_.get_subcommands();
        const CLI::App* app = commands.empty() ? &app_ : commands.front();
        while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
        for (const std::string_view word : std::span(argv, static_cast<std::size_t>(argc)).subspan(1)) {
            if (!word.starts_with("--") || word == "--") continue;
            const std::string near = nearest_option(*app, word);
            if (near.empty() || near == word.substr(0, word.find('='))) continue;
            std::cerr << "There is no option " << word << " here; did you mean " << near << "?\n";
            return;
        }
    }

    CLI::App& add(const char* name, const char* what, std::function<int()> command) {
        return add_command(app_, name, what, command_, std::move(command));
    }

    std::string config_or_default() const { return config_.empty() ? default_config_file : config_; }

    void add_run() {
        CLI::App& sub = add("run", "Run the agent", [this] {
            run_.config = config_;
            return run_command(run_);
        });
        sub.add_option("--socket", run_.socket, "Without a configuration: the unix socket to listen on")
            ->capture_default_str();
        sub.footer(std::string(first_look) + exit_statuses);
    }

    void add_check() {
        CLI::App& sub = add("check", "Check a configuration and tell every fault in it", [this] {
            if (check_.config.empty()) check_.config = config_or_default();
            return check_command(check_);
        });
        sub.add_option("FILE", check_.config, "The configuration; short for --config FILE");
        sub.add_flag("--list-keys", check_.list_keys, "Print every key that a configuration may have");
    }

    void add_probe() {
        CLI::App& sub =
            add("probe", "Send a test event to each destination, and tell every step on the way", [this] {
                probe_.config = config_or_default();
                return probe_command(probe_);
            });
        sub.add_option("DESTINATION", probe_.destinations, "Only these, enabled or not");
        sub.add_option("--timeout", probe_.timeout, "Seconds that a step may take")
            ->type_name("N")
            ->check(CLI::Range(1, 3600))
            ->capture_default_str();
        sub.add_flag("--install-template", probe_.install_template,
                     "First make the index template, and the pipeline, of Elasticsearch and OpenSearch");
        add_report_format_option(sub, probe_.format);
    }

    void add_tail() {
        CLI::App& sub = add("tail", "Show the events of a running agent as they come", [this] {
            tail_.config = config_or_default();
            return tail_command(tail_);
        });
        add_state_directory_option(sub, tail_.state_directory);
        add_format_options(sub, tail_.format);
        add_filter_options(sub, tail_.filter);
        add_count_option(sub, tail_.count);
    }

    void add_decode() {
        CLI::App& sub = add("decode", "Render captures (Frame Streams files, also packed with gzip or zstd)",
                            [this] { return decode_command(decode_); });
        sub.add_option("FILE", decode_.files, "Captures, or - for standard input")->required();
        add_format_options(sub, decode_.format);
        add_filter_options(sub, decode_.filter);
        add_count_option(sub, decode_.count);
        sub.add_flag("-f,--follow", decode_.follow,
                     "Go on as the file grows, and when another takes its place");
        sub.add_flag("-q,--quiet", decode_.quiet, "Do not say at the end how many there were");
    }

    void add_stats() {
        CLI::App& sub = add("stats", "Show what is in captures: totals, rates, names, clients, latency",
                            [this] { return stats_command(stats_); });
        sub.add_option("FILE", stats_.files, "Captures, or - for standard input")->required();
        add_filter_options(sub, stats_.filter);
        sub.add_option("--top", stats_.top, "Rows of each table")
            ->type_name("N")
            ->check(CLI::Range(1, 10000))
            ->capture_default_str();
        sub.add_option("--html", stats_.html, "Write one page with plots instead, for a browser")
            ->type_name("FILE");
        add_report_format_option(sub, stats_.format);
    }

    void add_explain() {
        CLI::App& sub = add("explain", "Show for one event which field of a format comes from where",
                            [this] { return explain_command(explain_); });
        explain_.format.output = "json";
        sub.add_option("FILE", explain_.file, "The capture, or - for standard input")->required();
        sub.add_option("-n,--event", explain_.event, "Which one; default: the first that the format shows")
            ->type_name("N")
            ->check(
                from_one_on("events count from 1, and without it the first that the format shows is taken"));
        add_format_options(sub, explain_.format);
        add_filter_options(sub, explain_.filter);
        add_report_format_option(sub, explain_.style, "Format of the table");
    }

    void add_status() {
        CLI::App& sub = add("status", "Ask a running agent for its inputs, destinations and ledger", [this] {
            status_.config = config_or_default();
            return status_command(status_);
        });
        sub.add_option("--address", status_.address,
                       "Of the admin listener, in place of the configuration's");
        add_report_format_option(sub, status_.format);
        sub.add_flag("--watch", status_.watch, "Show lag, rates and balance again every second");
    }

    void add_spool() {
        // Its own subcommands say first what is to be done.
        add_spool_commands(app_, spool_, command_).callback([this] {
            command_ = [this, command = command_] {
                spool_.config = config_or_default();
                return command();
            };
        });
    }

    void add_dead_letter() {
        add_dead_letter_commands(app_, dead_letter_, command_).callback([this] {
            command_ = [this, command = command_] {
                dead_letter_.config = config_or_default();
                return command();
            };
        });
    }

    void add_replay() {
        CLI::App& sub =
            add("replay", "Send captures through configured destinations, and wait for delivery", [this] {
                replay_.config = config_or_default();
                return replay_command(replay_);
            });
        sub.add_option("FILE", replay_.files, "Captures, or - for standard input")->required();
        sub.add_option("--destination", replay_.destinations,
                       "Only to this one, enabled or not; may be repeated")
            ->allow_extra_args(false)
            ->type_name("NAME");
        sub.add_option("--rate", replay_.rate, "Frames a second at most")->type_name("N");
        add_report_format_option(sub, replay_.format, "Format of the ledger at the end");
    }

    CLI::App app_{"Tapferry carries dnstap events to a SIEM, and says exactly what it lost.", "tapferry"};
    std::string config_;
    RunArguments run_;
    CheckArguments check_;
    ProbeArguments probe_;
    TailArguments tail_;
    DecodeArguments decode_;
    StatsArguments stats_;
    ExplainArguments explain_;
    StatusArguments status_;
    SpoolArguments spool_;
    DeadLetterArguments dead_letter_;
    ReplayArguments replay_;
    std::function<int()> command_;
};

}  // namespace

int run_command_line(int argc, char** argv) {
    return CommandLine().run(argc, argv);
}

}  // namespace tapferry

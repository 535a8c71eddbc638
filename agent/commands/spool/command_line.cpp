#include <CLI/CLI.hpp>

#include "agent/commands/command_options.h"
#include "agent/commands/spool/spool_commands.h"

namespace tapferry {

namespace {

using Command = int (*)(const SpoolArguments&);

class SpoolCommands {
  public:
    SpoolCommands(CLI::App& app, SpoolArguments& arguments, std::function<int()>& command)
        : spool_(*app.add_subcommand("spool", "Look at the spool's files: what is in them, is it sound")),
          arguments_(arguments),
          command_(command) {
        spool_.fallthrough();
        spool_.require_subcommand(1);
        spool_.footer(
            "list, verify and export only read, also beside a running agent; purge asks a running agent over "
            "its\n"
            "control socket to do it.");
        add_list();
        add_verify();
        add_export();
        add_purge();
    }
    CLI::App& app() { return spool_; }

  private:
    CLI::App& add(const char* name, const char* what, Command command) {
        CLI::App& sub = add_command(spool_, name, what, command_,
                                    [arguments = &arguments_, command] { return command(*arguments); });
        add_state_directory_option(sub, arguments_.state_directory);
        return sub;
    }
    void add_list() {
        add_report_format_option(
            add("list", "Segments, their times and sizes, and who still needs them", spool_list_command),
            arguments_.format);
    }
    void add_verify() {
        add_report_format_option(
            add("verify", "Read everything and tell what is damaged; exit status 1 when anything is",
                spool_verify_command),
            arguments_.format);
    }
    void add_export() {
        CLI::App& sub =
            add("export", "Write frames into a capture, as decode and replay read it", spool_export_command);
        sub.add_option("-o,--output", arguments_.output, "The file to make, or - for standard output")
            ->type_name("FILE")
            ->required();
        sub.add_option("--destination", arguments_.destination, "Only what this one has still to deliver")
            ->type_name("NAME");
        sub.add_option("--from", arguments_.from, "Only what was received then or later: a time, or 2h ago")
            ->type_name("TIME");
        sub.add_option("--until", arguments_.until, "Only what was received before then")->type_name("TIME");
        add_filter_options(sub, arguments_.filter);
    }
    void add_purge() {
        CLI::App& sub = add("purge", "Give up what a destination has still to deliver", spool_purge_command);
        sub.add_option("--destination", arguments_.destination, "Whose")->type_name("NAME");
        sub.add_flag("--all", arguments_.all, "Of every destination");
        sub.add_flag("-y,--yes", arguments_.yes, "Do not ask");
    }

    CLI::App& spool_;
    SpoolArguments& arguments_;
    std::function<int()>& command_;
};

}  // namespace

CLI::App& add_spool_commands(CLI::App& app, SpoolArguments& arguments, std::function<int()>& command) {
    return SpoolCommands(app, arguments, command).app();
}

}  // namespace tapferry

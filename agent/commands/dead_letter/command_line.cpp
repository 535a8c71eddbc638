#include <CLI/CLI.hpp>

#include "agent/commands/command_options.h"
#include "agent/commands/dead_letter/dead_letter_commands.h"

namespace tapferry {

namespace {

using Command = int (*)(const DeadLetterArguments&);

class DeadLetterCommands {
  public:
    DeadLetterCommands(CLI::App& app, DeadLetterArguments& arguments, std::function<int()>& command)
        : letters_(*app.add_subcommand("dead-letter",
                                       "Look at what destinations refused, and send it again or remove it")),
          arguments_(arguments),
          command_(command) {
        letters_.fallthrough();
        letters_.require_subcommand(1);
        letters_.footer(
            "All of them work beside a running agent: list and show only read, requeue and purge ask it over "
            "its\ncontrol socket. When none runs, requeued letters are sent as soon as one does.");
        add_list();
        add_show();
        add_requeue();
        add_purge();
    }
    CLI::App& app() { return letters_; }

  private:
    CLI::App& add(const char* name, const char* what, Command command) {
        CLI::App& sub = add_command(letters_, name, what, command_,
                                    [arguments = &arguments_, command] { return command(*arguments); });
        sub.add_option("DESTINATION", arguments_.destinations, "Of these destinations");
        add_state_directory_option(sub, arguments_.state_directory);
        return sub;
    }
    void add_list() {
        add_report_format_option(
            add("list", "How many there are, since when, and why", dead_letter_list_command),
            arguments_.format);
    }
    void add_show() {
        CLI::App& sub =
            add("show", "The letters: when and why, in the far side's words, and what was refused",
                dead_letter_show_command);
        add_report_format_option(sub, arguments_.format);
        sub.add_option("--limit", arguments_.limit, "Only the newest N of each destination")
            ->type_name("N")
            ->check(from_one_on("without it all letters are shown"));
        sub.add_option("--id", arguments_.id, "Only of events whose id begins so")->type_name("ID");
        sub.add_option("--reason", arguments_.reason, "Only those whose reason holds this text")
            ->type_name("TEXT");
        sub.add_option("--from", arguments_.from, "Only what was refused then or later: a time, or 2h ago")
            ->type_name("TIME");
        sub.add_option("--until", arguments_.until, "Only what was refused before then")->type_name("TIME");
    }
    void add_requeue() {
        CLI::App& sub = add("requeue", "Send them again, once and in order", dead_letter_requeue_command);
        sub.add_flag("--all", arguments_.all, "Of every destination that is configured");
    }
    void add_purge() {
        CLI::App& sub =
            add("purge", "Remove them, also those that wait to be sent again", dead_letter_purge_command);
        sub.add_flag("--all", arguments_.all, "Of every destination that has letters");
        sub.add_flag("-y,--yes", arguments_.yes, "Do not ask");
    }

    CLI::App& letters_;
    DeadLetterArguments& arguments_;
    std::function<int()>& command_;
};

}  // namespace

CLI::App& add_dead_letter_commands(CLI::App& app, DeadLetterArguments& arguments,
                                   std::function<int()>& command) {
    return DeadLetterCommands(app, arguments, command).app();
}

}  // namespace tapferry

#include "agent/agent.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <fstream>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <vector>

#include "agent/admin/control_server.h"
#include "agent/admin/server.h"
#include "agent/config/socket_access.h"
#include "agent/inputs/intake.h"
#include "agent/intake_log.h"
#include "agent/last_version.h"
#include "agent/log.h"
#include "agent/rates.h"
#include "agent/routes/orphaned_positions.h"
#include "agent/routes/route_set.h"
#include "agent/spool/compactor.h"
#include "agent/spool/disk.h"
#include "agent/spool/saved_position.h"
#include "agent/spool/spool.h"
#include "agent/status.h"
#include "agent/version.h"

namespace tapferry {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

// How often segments that every route has passed are removed.
constexpr auto tick = 500ms;
// How long a destination that changed may finish: signals wait meanwhile, and its position is kept.
constexpr std::chrono::milliseconds reload_patience = 1s;
// How long the routes' end waits for the notice of it.
constexpr std::chrono::milliseconds notice_patience = 500ms;

void make_private_directory(const std::filesystem::path& directory) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (!error && ::chmod(directory.c_str(), 0700) == 0) return;
    const int reason = error ? error.value() : errno;
    throw std::system_error(
        reason, std::generic_category(),
        "agent.state_directory: " + directory.string() +
            " cannot be made or is not ours; make it and give it to the user that runs tapferry");
}

// The next of the signals the program lives by, or 0 after `patience`.
int next_signal(std::chrono::milliseconds patience) {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&wanted, signal);
    const timespec time{patience.count() / 1000, patience.count() % 1000 * 1000000};
    const int signal = ::sigtimedwait(&wanted, nullptr, &time);
    return signal < 0 ? 0 : signal;
}

std::string counted(std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

bool standard_output_is_closed() {
    pollfd output{STDOUT_FILENO, 0, 0};
    return ::poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLNVAL)) != 0;
}

}  // namespace

class Agent::Parts {
  public:
    Parts(Config config, std::optional<std::filesystem::path> file, Log& log)
        : config_(std::move(config)),
          file_(std::move(file)),
          log_(log),
          intake_log_(log, config_.spool.directory.string()) {}

    void run() {
        log_.info("agent", "tapferry " + std::string{version} +
                               " runs: " + counted(config_.unix_inputs.size(), "input") + ", " +
                               counted(routes_->size(), "destination") + ", spool in " +
                               config_.spool.directory.string());
        tell_warnings(config_);
        for (const auto& warning :
             sockets_that_shut_out(users_of_dns_servers(), config_.unix_inputs, {::geteuid(), ::getegid()}))
            log_.warn("config", warning);
        while (true) {
            const int signal = next_signal(tick);
            if (signal == SIGHUP) reload();
            if (signal == SIGTERM || signal == SIGINT) break;
            if (!file_ && standard_output_is_closed()) break;
            spool_->trim(routes_->passed(spool_->end()));
            compactor_->tick();
            if (Clock::now() >= orphans_at_) look_after_orphans();
            intake_log_.write();
            sample_rates();
        }
        close();
    }

    void open() {
        ::prctl(PR_SET_DUMPABLE,
                0);  // the spool and the secrets of destinations are nobody's to read from outside
        make_private_directory(config_.state_directory);
        make_private_directory(positions());
        spool_ = std::make_unique<Spool>(config_.spool, posix_disk(), highest_known());
        compactor_ = std::make_unique<Compactor>(*spool_, posix_disk());
        log_began_ = spool_->end();
        routes_ = std::make_unique<RouteSet>(config_.state_directory, *spool_, posix_disk(), log_);
        for (const auto& input : config_.unix_inputs)
            input_counters_.push_back(std::make_unique<InputCounters>(input.name));
        IntakeOptions intake;
        intake.unix_inputs = config_.unix_inputs;
        intake.notices = config_.notices;
        intake_ = std::make_unique<Intake>(std::move(intake), *spool_, input_counters_,
                                           [this](const IntakeEvent& event) { intake_log_.note(event); });
        // Routes first: a new one begins where the log ends now. The sockets listen already, so senders can
        // connect.
        for (const auto& destination : config_.destinations)
            if (destination.enabled) routes_->add(destination);
        tell_start();
        intake_->start();
        look_after_orphans();
        tell_floor();
        if (!config_.admin.host.empty()) open_admin();
        if (file_)
            control_ = open_control(
                config_.state_directory, [this] { return status(); },
                [this](const auto& name, auto order, auto reply) { routes_->order(name, order, reply); },
                log_);
    }

  private:
    // Routes finish first while reading goes on, so that the DNS server's frames have a reader as long as
    // possible; in a first look nothing is kept, so reading ends first. A second signal ends it at once.
    void close() {
        log_.info("agent", "stopping");
        intake_->post(NoticeKind::stopped, std::string{version}, notice_patience);
        if (!file_) intake_->stop();
        routes_->stop(Clock::now() + config_.stop_timeout);
        while (!routes_->all_stopped()) {
            const int signal = next_signal(20ms);
            if (signal == SIGTERM || signal == SIGINT) routes_->stop(Clock::now());
        }
        routes_->join();
        if (file_) intake_->stop();
        spool_->trim(routes_->passed(spool_->end()));
        intake_log_.write();
        admin_.reset();
        control_.reset();
        std::error_code ignored;
        std::filesystem::remove(admin_address_file(), ignored);
        for (const auto& route : routes_->status())
            if (route.pending != 0)
                log_.info(route.name, std::to_string(route.pending) +
                                          (route.pending == 1 ? " event waits" : " events wait") +
                                          " in the spool for the next start");
        log_.info("agent", "stopped");
    }

    // These come into the log when intake runs, before any frame.
    void tell_start() {
        const std::string before = exchange_last_version(config_.state_directory, version);
        intake_->post(NoticeKind::started, std::string{version});
        if (!before.empty() && before != version)
            intake_->post(NoticeKind::upgraded, before + " to " + std::string{version});
    }

    std::filesystem::path positions() const { return config_.state_directory / "positions"; }
    std::filesystem::path admin_address_file() const { return config_.state_directory / "admin.address"; }

    // The highest end of the log that any saved position remembers, of destinations no longer configured too.
    Position highest_known() const {
        Position highest = first_position;
        for (const auto& entry : std::filesystem::directory_iterator(positions()))
            if (!entry.is_regular_file())
                log_.warn("agent", entry.path().string() + " is not one of our files; it is left alone");
            else if (const auto saved = read_saved_position(entry.path(), posix_disk()))
                highest = std::max({highest, saved->highest, saved->position});
        return highest;
    }

    void look_after_orphans() {
        std::set<std::string> names;
        for (const auto& destination : config_.destinations) names.insert(destination.name);
        tapferry::look_after_orphans(positions(), names, std::filesystem::file_time_type::clock::now(), log_);
        orphans_at_ = Clock::now() + 24h;
    }

    void tell_floor() {
        if (spool_->floor() < config_.spool.min_free_bytes)
            log_.warn("spool", "the disk of " + config_.spool.directory.string() +
                                   " has less than spool.min_free_bytes: the spool leaves " +
                                   std::to_string(spool_->floor() >> 20) +
                                   " MiB of it free, half of what it may have");
    }

    void open_admin() {
        admin_ = std::make_unique<AdminServer>(config_.admin.host, config_.admin.port,
                                               [this] { return status(); });
        std::ofstream(admin_address_file(), std::ios::trunc) << admin_->address() << '\n';
        log_.info("admin", "listens on http://" + admin_->address());
    }

    AgentStatus status() const {
        AgentStatus status;
        status.incarnation = spool_->incarnation();
        status.begin = spool_->begin();
        status.intake_balanced = take_inputs(status);
        status.notices = intake_->notices_appended();
        status.routes = routes_->status();
        status.end = spool_->end();  // after the routes were asked: none of them has seen more
        status.spool_bytes = spool_->bytes();
        status.spool_max_bytes = config_.spool.max_bytes;
        add_rates(status);
        return status;
    }

    // The log grows before its inputs' counters do, by one block at most: the counters are asked until they
    // have come to where the log was, and must not have been beyond.
    bool take_inputs(AgentStatus& status) const {
        const auto appended = [this] {
            std::uint64_t sum = intake_->notices_appended();
            for (const auto& counters : input_counters_) sum += counters->frames_appended;
            return sum;
        };
        const std::uint64_t before = appended();
        const std::uint64_t grown = distance(log_began_, spool_->end());
        bool balanced = before <= grown;
        for (const auto give_up = Clock::now() + 1s; balanced && appended() < grown;) {
            balanced = Clock::now() < give_up;
            std::this_thread::sleep_for(1ms);
        }
        for (const auto& counters : input_counters_) {
            InputStatus input = snapshot(*counters);
            // A frame that is rejected counts as received a moment later.
            for (int i = 0; i < 1000 && input.appended + input.all_rejected() > input.received; ++i) {
                std::this_thread::sleep_for(1ms);
                input = snapshot(*counters);
            }
            balanced = balanced && input.appended + input.all_rejected() <= input.received;
            status.inputs.push_back(std::move(input));
        }
        return balanced;
    }

    void sample_rates() {
        Rates::Counts counts{{"log", number(spool_->end())}};
        for (const auto& input : input_counters_) counts["input " + input->name] = input->frames_received;
        for (const RouteStatus& route : routes_->status())
            counts["route " + route.name] = route.saved.totals.delivered;
        const std::lock_guard lock(rates_mutex_);
        rates_.sample(Clock::now(), std::move(counts));
    }

    void add_rates(AgentStatus& status) const {
        const std::lock_guard lock(rates_mutex_);
        status.rate = rates_.of("log");
        for (InputStatus& input : status.inputs) input.rate = rates_.of("input " + input.name);
        for (RouteStatus& route : status.routes) route.rate = rates_.of("route " + route.name);
    }

    void tell_warnings(const Config& config) {
        for (const auto& warning : config.warnings) log_.warn("config", to_line(warning));
    }

    // An invalid file changes nothing. Destinations are stopped, started and changed; for all else a restart
    // is needed, and that is said.
    void reload() {
        if (!file_) return;
        Config fresh;
        try {
            fresh = read_config(*file_);
        } catch (const ConfigError& error) {
            for (const auto& fault : error.faults) log_.error("reload", to_line(fault));
            return log_.error("reload", "the configuration was not read again: everything goes on as before");
        }
        tell_warnings(fresh);
        if (fresh.source_but_reloadable != config_.source_but_reloadable)
            log_.warn("reload",
                      "more than destinations and the log changed: that takes effect at the next restart");
        if (fresh.log != config_.log) log_.set(fresh.log);
        config_.log = fresh.log;
        config_.destinations = std::move(fresh.destinations);
        routes_->change_to(config_.destinations,
                           Clock::now() + std::min(config_.stop_timeout, reload_patience));
        log_.info("reload", "the configuration was read again");
    }

    Config config_;
    std::optional<std::filesystem::path> file_;
    Log& log_;
    IntakeLog intake_log_;
    std::unique_ptr<Spool> spool_;
    std::unique_ptr<Compactor> compactor_;
    Clock::time_point orphans_at_{};  // when to look after them again
    Position log_began_{};            // the log's end when this process opened it
    std::vector<std::unique_ptr<InputCounters>> input_counters_;
    mutable std::mutex rates_mutex_;  // the main thread samples, the admin's reads
    Rates rates_;
    std::unique_ptr<ControlServer> control_;  // outlives the routes, which answer orders
    std::unique_ptr<RouteSet> routes_;
    std::unique_ptr<Intake> intake_;
    std::unique_ptr<AdminServer> admin_;
};

Agent::Agent(Config config, std::optional<std::filesystem::path> file, Log& log)
    : parts_(std::make_unique<Parts>(std::move(config), std::move(file), log)) {}
Agent::~Agent() = default;
void Agent::open() {
    parts_->open();
}
void Agent::run() {
    parts_->run();
}

}  // namespace tapferry

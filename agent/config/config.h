// The configuration, finished: every default filled in, every size in bytes, every duration a duration, every
// name resolved. Made once by read_config(); nothing downstream checks it again. Keys are documented in
// conf/tapferry.toml.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/fault.h"
#include "agent/inputs/intake.h"
#include "agent/log.h"
#include "agent/spool/spool.h"
#include "agent/stages/pairing.h"
#include "agent/stages/stages.h"
#include "encoders/options.h"
#include "transports/options.h"

namespace tapferry {

// When a batch is full and goes.
struct BatchLimits {
    std::size_t max_events = 1000;
    std::size_t max_bytes = 256 << 10;
    std::chrono::milliseconds linger{200};  // how long the first event waits for company; 0: not at all
};

// The pause before attempt n: random(0, min(max, initial * 2^n)).
struct RetryLimits {
    std::chrono::milliseconds initial{500};
    std::chrono::milliseconds max{60000};
};

// Where a destination that has no saved position begins.
enum class Start : std::uint8_t { newest, oldest };

// What goes first after an outage: what waited, or what comes.
enum class CatchUp : std::uint8_t { oldest_first, live_first };

struct DestinationConfig {
    std::string name;
    std::string type;         // "tcp", "syslog" …
    std::string where;        // address or path, for people
    std::string format_name;  // "json", "cef" …
    FormatOptions format;
    std::optional<SyslogHeaderOptions> syslog_header;
    std::optional<SplunkEnvelopeOptions> splunk_envelope;
    TransportOptions transport;
    std::optional<PairingOptions> transactions;  // none: queries and responses are events of their own
    StageOptions stages;
    std::size_t max_record_bytes = 0;  // a longer record goes to the dead letter; 0: no limit
    BatchLimits batch;
    RetryLimits retry;
    std::uint64_t dead_letter_bytes = 100ull << 20;
    double hold_above = 0.05;    // of the last thousand records: more refused ones are held
    std::uint64_t max_rate = 0;  // events a second; 0: no limit
    Start start = Start::newest;
    CatchUp catch_up = CatchUp::oldest_first;
    std::uint64_t catch_up_rate = 0;  // events a second of what goes later; 0: no limit
    bool notices = false;             // what the agent has to tell is told here
    // Inputs whose frames are believed what ids their events have.
    std::vector<std::string> trusted_inputs;
    bool enabled = true;  // false: the destination is checked and left alone
    std::string source;   // the section as written: tells at a reload whether it changed
};

struct AdminConfig {
    std::string host = "127.0.0.1";  // empty: no admin listener
    std::uint16_t port = 9753;       // 0: any free one
};

struct Config {
    std::filesystem::path state_directory = "/var/lib/tapferry";
    LogOptions log;
    std::chrono::milliseconds stop_timeout{10000};
    bool notices = false;  // of the agent: in the log, and at every destination
    AdminConfig admin;
    SpoolOptions spool;
    std::vector<UnixInputOptions> unix_inputs;
    std::vector<DestinationConfig> destinations;
    std::string source_but_reloadable;  // as DestinationConfig::source
    // What was left out of files that it names; everything else counts. FILE:LINE, without a column.
    std::vector<ConfigFault> warnings;
};

// Reads `file`, and the files of conf.d/ beside it in order of name. Throws ConfigError with every fault
// there is.
Config read_config(const std::filesystem::path& file);

// Of the same files only what a command needs to find the agent and what it has kept: the sections agent and
// admin, and of destinations "name" and "enabled". All else may have faults, which are not looked for: files
// that it names may be gone, or closed to whoever asks. Throws ConfigError as read_config() does.
Config read_outline(const std::filesystem::path& file);

// The configuration of a first look, without any file: one unix socket, JSON lines on standard output.
Config first_look_config(const std::string& socket, const std::filesystem::path& state_directory);

// Every key that a configuration may have, as "spool.max_bytes" or "destinations.NAME.batch.linger". Sorted.
std::vector<std::string> known_keys();

}  // namespace tapferry

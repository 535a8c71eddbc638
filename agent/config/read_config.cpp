#include <algorithm>

#include "agent/config/config.h"
#include "agent/config/document.h"
#include "agent/config/read_destination.h"
#include "agent/config/section.h"
#include "agent/config/values.h"
#include "encoders/make_encoder.h"

namespace tapferry {

using namespace std::chrono_literals;

namespace {

void read_agent(Section section, Config& config) {
    config.state_directory = section.text("state_directory", config.state_directory.string());
    if (!config.state_directory.is_absolute())
        section.fault("state_directory", "must be an absolute path, beginning with \"/\"");
    config.log.level = section.choice<LogLevel>("log_level", LogLevel::info,
                                                {{"error", LogLevel::error},
                                                 {"warn", LogLevel::warn},
                                                 {"info", LogLevel::info},
                                                 {"debug", LogLevel::debug}});
    config.log.format = section.choice<LogFormat>("log_format", LogFormat::text,
                                                  {{"text", LogFormat::text}, {"json", LogFormat::json}});
    config.notices = section.flag("notices", true);
    config.stop_timeout = section.duration("stop_timeout", config.stop_timeout, 0ms, 10min);
    section.finish();
}

void read_admin(Section section, Config& config) {
    const std::string listen = section.text("listen", "127.0.0.1:9753");
    if (listen.empty()) {
        config.admin.host.clear();
    } else if (const auto address = parse_address(listen); address && address->unix_path.empty()) {
        config.admin.host = address->host;
        config.admin.port = address->port;
    } else {
        section.fault("listen",
                      "\"" + listen + "\" is not \"host:port\" or \"[IPv6]:port\" (\"\" switches it off)");
    }
    section.finish();
}

// How long after it was written a block is synced at most; none: never.
std::optional<std::chrono::milliseconds> read_sync(Section& section) {
    const std::string text = section.text("sync", "never");
    if (text == "never") return std::nullopt;
    if (text == "always") return 0ms;
    const auto interval = parse_duration(text);
    if (interval && *interval >= 1ms && *interval <= 1h) return interval;
    section.fault(
        "sync",
        "\"" + text + "\" is not \"never\", \"always\" or a time from \"1ms\" to \"1h\", such as \"1s\"");
    return std::nullopt;
}

void read_spool(Section section, Config& config) {
    constexpr std::uint64_t least_segment = 64 << 10;
    config.spool.segment_bytes =
        section.size("segment_bytes", config.spool.segment_bytes, least_segment, 1ull << 40);
    config.spool.max_bytes = section.size("max_bytes", config.spool.max_bytes, 4 * least_segment, 1ull << 60);
    if (config.spool.max_bytes < 4 * config.spool.segment_bytes) {
        if (section.has("segment_bytes"))
            section.fault("segment_bytes",
                          "must be at most a quarter of max_bytes: a full spool drops whole segments");
        else
            config.spool.segment_bytes = std::max(least_segment, config.spool.max_bytes / 8);
    }
    config.spool.max_age = section.duration("max_age", config.spool.max_age, 0ms, 10 * 365 * 24h);
    config.spool.min_free_bytes = section.size("min_free_bytes", config.spool.min_free_bytes, 0, 1ull << 60);
    config.spool.when_full = section.choice<WhenFull>(
        "when_full", WhenFull::drop_oldest,
        {{"drop_oldest", WhenFull::drop_oldest}, {"drop_newest", WhenFull::drop_newest}});
    config.spool.sync = read_sync(section);
    section.finish();
}

UnixInputOptions read_unix_input(const std::string& name, Section& section) {
    UnixInputOptions input;
    input.name = name;
    section.choice<int>("type", 0, {{"unix", 0}});
    if (!section.has("type")) section.fault("type", "is missing, for example type = \"unix\"");
    input.path = section.required_text("path", "/var/cache/bind/tapferry.sock");
    if (!input.path.empty() && input.path.front() != '/')
        section.fault("path", "must be an absolute path, beginning with \"/\"");
    if (input.path.size() > 100)
        section.fault("path", "is too long: a socket's path has at most 100 characters");
    const std::string mode = section.text("mode", "0660");
    if (const auto parsed = parse_mode(mode))
        input.mode = *parsed;
    else
        section.fault("mode", "\"" + mode + "\" is not an octal mode such as \"0660\"");
    if (const std::string owner = section.text("owner", ""); !owner.empty()) {
        input.owner = find_user(owner);
        if (!input.owner) section.fault("owner", "there is no user \"" + owner + "\" on this host");
    }
    if (const std::string group = section.text("group", ""); !group.empty()) {
        input.group = find_group(group);
        if (!input.group) section.fault("group", "there is no group \"" + group + "\" on this host");
    }
    input.access_is_chosen = section.has("mode") || input.owner || input.group;
    input.silence = section.duration("silence", 5min, 0ms, 365 * 24h);
    input.max_connections = section.integer("max_connections", input.max_connections, 1, 10000);
    input.trust_ids = section.flag("trust_ids", false);
    section.finish();
    return input;
}

// Names become file names, metric labels and log lines.
bool good_name(const std::string& name) {
    return !name.empty() && name.size() <= 64 && name.front() != '-' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
           });
}

void read_inputs(Section section, Config& config) {
    for (const auto& name : section.names()) {
        Section input = section.named(name);
        if (!good_name(name)) input.fault("", "an input's name is 1 to 64 letters, digits, _ and -");
        UnixInputOptions options = read_unix_input(name, input);
        for (const auto& other : config.unix_inputs)
            if (other.path == options.path && !options.path.empty())
                input.fault("path", "is the path of inputs." + other.name + " too");
        config.unix_inputs.push_back(std::move(options));
    }
    if (config.unix_inputs.empty())
        section.fault("", "there is no input: add a section [inputs.NAME] with type = \"unix\" and a path");
}

void read_destinations(Section section, Config& config) {
    for (const auto& name : section.names()) {
        Section one = section.named(name);
        if (!good_name(name)) one.fault("", "a destination's name is 1 to 64 letters, digits, _ and -");
        config.destinations.push_back(read_destination(name, one));
    }
    if (config.destinations.empty())
        section.fault(
            "", "there is no destination: add a section [destinations.NAME] with a type, such as \"syslog\"");
}

// The files of conf.d/ beside `file`, in order of name.
std::vector<std::filesystem::path> files_beside(const std::filesystem::path& file) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(file.parent_path() / "conf.d", error))
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

// All of them as one. A file that is no TOML says nothing about keys: naming what is missing would bury the
// one fault there is.
Setting read_documents(const std::filesystem::path& file) {
    std::vector<ConfigFault> faults;
    Setting document = read_document(file, faults);
    for (const auto& extra : files_beside(std::filesystem::absolute(file)))
        merge_documents(document, read_document(extra, faults), "", faults);
    if (!faults.empty()) throw ConfigError(std::move(faults));
    return document;
}

void throw_faults(ConfigReading& reading, const std::filesystem::path& file) {
    for (auto& fault : reading.faults)
        if (fault.file.empty()) fault.file = file.string();
    if (!reading.faults.empty()) throw ConfigError(std::move(reading.faults));
}

Setting all_but_reloadable(const Setting& root) {
    Setting rest = root;
    auto& sections = std::get<SettingTable>(rest.value);
    sections.erase("destinations");
    // These follow at a reload too.
    if (const auto agent = sections.find("agent"); agent != sections.end())
        if (auto* keys = std::get_if<SettingTable>(&agent->second.value))
            for (const char* key : {"log_level", "log_format"}) keys->erase(key);
    return rest;
}

Config read_root(const Setting& document, ConfigReading& reading) {
    Config config;
    Section root(&document, "", "", reading);
    read_agent(root.table("agent"), config);
    read_admin(root.table("admin"), config);
    read_spool(root.table("spool"), config);
    read_inputs(root.table("inputs"), config);
    read_destinations(root.table("destinations"), config);
    root.finish();
    for (auto& destination : config.destinations) {
        destination.notices = config.notices;
        for (const auto& input : config.unix_inputs)
            if (input.trust_ids) destination.trusted_inputs.push_back(input.name);
    }
    config.spool.directory = config.state_directory / "spool";
    config.source_but_reloadable = canonical_text(all_but_reloadable(document));
    return config;
}

}  // namespace

Config read_config(const std::filesystem::path& file) {
    const Setting document = read_documents(file);
    ConfigReading reading;
    Config config = read_root(document, reading);
    throw_faults(reading, file);
    config.warnings = std::move(reading.warnings);
    return config;
}

Config read_outline(const std::filesystem::path& file) {
    const Setting document = read_documents(file);
    ConfigReading reading;
    Config config;
    Section root(&document, "", "", reading);
    read_agent(root.table("agent"), config);
    read_admin(root.table("admin"), config);
    Section destinations = root.table("destinations");
    for (const auto& name : destinations.names()) {
        DestinationConfig destination;
        destination.name = name;
        destination.enabled = destinations.named(name).flag("enabled", true);
        config.destinations.push_back(std::move(destination));
    }
    throw_faults(reading, file);
    return config;
}

Config first_look_config(const std::string& socket, const std::filesystem::path& state_directory) {
    Config config;
    config.state_directory = state_directory;
    config.log.level = LogLevel::warn;
    config.stop_timeout = std::chrono::seconds{2};
    config.admin.host.clear();
    config.spool.directory = state_directory / "spool";
    UnixInputOptions input;
    input.name = "dnstap";
    input.path = std::filesystem::absolute(socket).lexically_normal().string();
    input.mode = 0666;  // any DNS server of this host may try it
    config.unix_inputs.push_back(std::move(input));
    DestinationConfig destination;
    destination.name = "stdout";
    destination.type = "stdout";
    destination.where = "standard output";
    destination.format_name = "json";
    destination.format = JsonOptions{};
    destination.transport = StdoutOptions{};
    destination.stages.selection = Selection::all();
    destination.stages.registered_domain = true;
    destination.batch.linger = 0ms;
    destination.start = Start::oldest;
    config.destinations.push_back(std::move(destination));
    return config;
}

namespace {

// What reading an almost empty section of each type asks for.
void gather(const std::string& room, const std::string& type,
            const std::vector<std::pair<std::string, std::string>>& given, std::set<std::string>& keys) {
    Setting section;
    SettingTable values;
    for (const auto& [key, value] : given) values.emplace(key, Setting{value, "", 0, 0});
    if (!type.empty()) values.emplace("type", Setting{type, "", 0, 0});
    if (room == "destinations")
        values.emplace("match_lists",
                       Setting{SettingTable{{"x", Setting{SettingTable{}, "", 0, 0}}}, "", 0, 0});
    section.value = std::move(values);
    Setting document{SettingTable{{room, Setting{SettingTable{{"x", section}}, "", 0, 0}}}, "", 0, 0};
    ConfigReading reading;
    read_root(document, reading);
    keys.insert(reading.keys.begin(), reading.keys.end());
}

}  // namespace

std::vector<std::string> known_keys() {
    std::set<std::string> keys;
    const auto names = format_names();
    const std::vector<std::string> formats(names.begin(), names.end());
    gather("inputs", "unix", {}, keys);
    for (const auto type : destination_types())
        for (const auto& format : formats)
            for (const std::string transport : {"tcp", "udp"})
                gather("destinations", std::string{type},
                       type == "syslog"
                           ? std::vector<std::pair<std::string, std::string>>{{"format", format},
                                                                              {"transport", transport}}
                           : std::vector<std::pair<std::string, std::string>>{{"format", format}},
                       keys);
    return {keys.begin(), keys.end()};
}

}  // namespace tapferry

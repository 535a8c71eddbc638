#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "agent/batches/renderer.h"
#include "agent/commands/become_owner.h"
#include "agent/commands/chosen_destinations.h"
#include "agent/commands/commands.h"
#include "agent/commands/figure_words.h"
#include "agent/commands/json_text.h"
#include "agent/commands/probe/index_setup.h"
#include "agent/commands/probe/login.h"
#include "agent/commands/probe/trial.h"
#include "agent/commands/text_table.h"
#include "agent/config/config.h"
#include "agent/version.h"
#include "transports/kafka/topic.h"
#include "transports/kafka/topic_question.h"
#include "transports/way.h"

namespace tapferry {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t label_width = 9;

Timestamp wall_clock() {
    using namespace std::chrono;
    const auto since = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    return {since / 1000, static_cast<std::uint32_t>(since % 1000 * 1'000'000)};
}

// A notice that says where it comes from, rendered as the destination has its events.
std::unique_ptr<OpenBatch> test_event(const DestinationConfig& destination) {
    Renderer renderer(destination);
    auto batch = renderer.make_batch();
    batch->clear(first_position);
    Notice notice;
    notice.kind = NoticeKind::probe;
    notice.destination = destination.name;
    const std::string words = "version " + std::string(version);
    notice.words = words;
    Event event;
    event.kind = EventKind::notice;
    event.notice = &notice;
    std::random_device random;
    event.id = {(std::uint64_t{random()} << 32) | random(), 0, 'p'};
    event.time = event.received = wall_clock();
    event.time_digits = 3;
    event.time_source = TimeSource::agent;
    renderer.tell(event, *batch);
    return batch;
}

WayStep event_step(const DestinationConfig& destination, const Trial& trial, bool only_greets) {
    WayStep step("event");
    step.passed = trial.accepted();
    step.words = trial.words();
    if (step.passed && only_greets)
        step.words = "the handshake was made, and no event sent: format " + destination.format_name +
                     " has no words for one";
    if (step.passed && step.words.empty()) step.words = "accepted";
    if (trial.outcome && !trial.warning.empty()) step.words += "; " + trial.warning;
    return step;
}

// Of Kafka: whether the topic is there. Asked, because a message waits long before it is told. `sent`: there
// is a message; without one, which topic it would go to by its type is not known.
std::optional<WayStep> topic_step(const TransportOptions& transport, bool sent,
                                  std::chrono::milliseconds timeout) {
    const auto* kafka = std::get_if<KafkaOptions>(&transport);
    if (kafka == nullptr || (!sent && is_topic_by_type(kafka->topic))) return std::nullopt;
    const auto begun = Clock::now();
    const auto answer = ask_for_topic(*kafka, MessageType{}, timeout);
    if (answer.kind == TopicAnswer::Kind::none) return std::nullopt;
    WayStep step("topic");
    step.passed = answer.kind == TopicAnswer::Kind::there;
    step.words = answer.words;
    step.took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
    return step;
}

// What the far side says to one event, and before it to who we are, if we tell it.
std::vector<WayStep> send_event(const DestinationConfig& destination, const OpenBatch& batch,
                                std::chrono::milliseconds timeout) {
    const auto begun = Clock::now();
    // To a receiver of frames the handshake alone can be made.
    const bool only_greets = batch.records.empty() &&
                             std::holds_alternative<StreamOptions>(destination.transport) &&
                             framing_of(destination.transport) == Framing::frame_streams;
    if (batch.records.empty() && !only_greets) {
        WayStep step("event");
        step.passed = true;
        step.words = "nothing was sent: format " + destination.format_name + " has no words for a test event";
        return {step};
    }
    const Trial trial = try_batch(destination.transport, batch.records, timeout);
    WayStep event = event_step(destination, trial, only_greets);
    event.took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
    const auto login = login_of(destination.transport);
    // Of one who takes nothing, for whatever other reason, nobody knows whether he would let us in.
    if (!login || (!event.passed && !trial.not_admitted)) return {event};
    WayStep step("login");
    step.passed = !trial.not_admitted;
    step.checked = !step.passed || is_login_checked(destination.transport);
    step.words = step.passed ? *login : event.words;
    if (!step.passed) return {step};
    return {step, event};
}

struct Probed {
    DestinationConfig destination;
    // Of each address those of its way, and of the event.
    std::vector<std::pair<std::string, std::vector<WayStep>>> ways;
    std::vector<WayStep>
        steps;  // what the far side was told and asked; the event, if it was sent, is the last

    [[nodiscard]] bool passed() const {
        return std::all_of(steps.begin(), steps.end(), [](const WayStep& step) { return step.passed; });
    }
};

bool has_index(const DestinationConfig& destination) {
    return std::holds_alternative<ElasticsearchOptions>(destination.transport);
}

void print(const WayStep& step, const char* indent = "    ") {
    std::cout << indent << padded_right(std::string(step.name), label_width)
              << (!step.passed    ? "FAILED  "
                  : !step.checked ? "sent    "
                                  : "ok      ")
              << step.words;
    if (step.passed && step.took.count() != 0)
        std::cout << " (" << duration_words(static_cast<std::uint64_t>(step.took.count()) * 1000) << ")";
    std::cout << std::endl;  // seen before the next one is tried
}

Probed probe(const DestinationConfig& destination, const ProbeArguments& arguments, bool talks) {
    const std::chrono::milliseconds timeout{arguments.timeout * 1000};
    Probed probed{destination, {}, {}};
    if (talks)
        std::cout << destination.name << ": " << destination.format_name << " by " << destination.type
                  << " to " << destination.where << std::endl;
    for (const WayTo& way : ways_of(destination.transport)) {
        if (talks) std::cout << "  " << way.address.text << std::endl;
        probed.ways.emplace_back(way.address.text, try_way(way, timeout));
        if (talks)
            for (const WayStep& step : probed.ways.back().second) print(step);
    }
    if (has_index(destination)) probed.steps = set_up_index(destination, arguments.install_template, timeout);
    if (talks)
        for (const WayStep& step : probed.steps) print(step, "  ");
    // An index that is made without its template stays as it is.
    if (!probed.passed()) return probed;
    const auto batch = test_event(destination);
    const auto tell = [&](WayStep step) {
        if (talks) print(step, "  ");
        probed.steps.push_back(std::move(step));
    };
    if (auto step = topic_step(destination.transport, !batch->records.empty(), timeout))
        tell(std::move(*step));
    if (!probed.passed()) return probed;
    for (WayStep& step : send_event(destination, *batch, timeout)) tell(std::move(step));
    return probed;
}

void add(JsonText& json, const WayStep& step) {
    json.open('{').add("step", step.name).add("passed", step.passed).add("words", step.words);
    json.real("seconds", std::chrono::duration<double>(step.took).count()).close('}');
}

std::string as_json(const std::vector<Probed>& all) {
    JsonText json;
    json.open('[');
    for (const Probed& probed : all) {
        json.open('{').add("name", probed.destination.name).add("type", probed.destination.type);
        json.add("format", probed.destination.format_name).add("where", probed.destination.where);
        json.add("passed", probed.passed()).open('[', "addresses");
        for (const auto& [address, steps] : probed.ways) {
            json.open('{').add("address", address).open('[', "steps");
            for (const WayStep& step : steps) add(json, step);
            json.close(']').close('}');
        }
        json.close(']').open('[', "steps");
        for (const WayStep& step : probed.steps) add(json, step);
        json.close(']').close('}');
    }
    return json.close(']').text();
}

}  // namespace

int probe_command(const ProbeArguments& arguments) {
    const Config config = read_config(arguments.config);
    const auto destinations = chosen_destinations(config, arguments.destinations);
    // What the agent may read and reach counts, and what is written must be its own.
    if (std::filesystem::exists(config.state_directory)) become_owner_of(config.state_directory);
    if (arguments.install_template && std::none_of(destinations.begin(), destinations.end(), has_index))
        throw WrongUsage("--install-template is for destinations of type elasticsearch, and there is none");
    const bool talks = arguments.format == ReportFormat::text;
    std::vector<Probed> all;
    bool passed = true;
    for (const DestinationConfig& destination : destinations) {
        all.push_back(probe(destination, arguments, talks));
        passed = passed && all.back().passed();
    }
    if (!talks) std::cout << as_json(all);
    return passed ? 0 : 1;
}

}  // namespace tapferry

#include "tests/transports/transport_fixture.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/transports/outcome_rules.h"

namespace tapferry {
namespace {

void add_record(RecordBuffer& records, std::string_view text) {
    const Event event;
    records.open(event).append(text);
    records.close(event);
}

}  // namespace

RecordBuffer records_of(std::initializer_list<std::string_view> texts, Framing framing) {
    RecordBuffer records(framing);
    for (const auto text : texts) add_record(records, text);
    return records;
}

RecordBuffer many_records(std::size_t count, std::size_t length, Framing framing) {
    RecordBuffer records(framing);
    for (std::size_t i = 0; i < count; ++i) {
        add_record(records, std::string(length, static_cast<char>('a' + i % 26)));
    }
    return records;
}

std::vector<Outcome> outcomes_of(Transport& transport, std::size_t count) {
    std::vector<Outcome> outcomes;
    const Deadline limit = long_from_now();
    while (outcomes.size() < count) {
        auto outcome = transport.wait(limit);
        REQUIRE_MESSAGE(outcome.has_value(), "only came: ", summary(outcomes));
        CHECK(broken_rule(*outcome) == "");
        outcomes.push_back(*outcome);
    }
    return outcomes;
}

std::string summary(const std::vector<Outcome>& outcomes) {
    static constexpr std::array<const char*, verdict_count> names{"sent",    "accepted", "retry",
                                                                  "refused", "too_big",  "misconfigured"};
    std::string text;
    for (const auto& outcome : outcomes) {
        if (!text.empty()) text += ", ";
        text += names[static_cast<std::size_t>(outcome.verdict)];
        text += " " + std::to_string(static_cast<std::uint64_t>(outcome.ticket));
    }
    return text;
}

Outcome deliver(Transport& transport, const Batch& batch, Ticket ticket) {
    REQUIRE(transport.submit(batch, ticket, long_from_now()));
    return outcomes_of(transport, 1).front();
}

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_secret(const std::string& path, std::string_view text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    std::filesystem::permissions(path,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace tapferry

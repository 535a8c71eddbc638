// Ids that another agent gave.
#include "agent/batches/batch_filler.h"
#include "proto/carried_id.h"
#include "tests/agent/filled_spool.h"
#include "tests/agent/json_lines.h"
#include "tests/stages/exchange.h"

namespace tapferry {
namespace {

using namespace test;

constexpr Position no_limit{~std::uint64_t{0}};
constexpr BatchLimits roomy{100'000, 64 << 20, std::chrono::milliseconds{0}};
constexpr EventId carried_id{0xAB, 0x1234567};
const std::string carried_text = "00000000000000ab0000000001234567";

Frame with_extra(Frame frame, std::string_view extra) {
    append(frame, ProtobufBuilder().counted(field::extra, text_bytes(extra)).bytes);
    return frame;
}

DestinationConfig trusting(DestinationConfig destination = json_destination(StdoutOptions{})) {
    destination.trusted_inputs = {"other", "bind"};
    return destination;
}

std::unique_ptr<OpenBatch> batch_of(const FilledSpool& log, const DestinationConfig& destination) {
    BatchFiller filler(destination, log.reader());
    auto batch = filler.make_batch();
    batch->clear(filler.position());
    filler.fill(*batch, roomy, no_limit);
    return batch;
}

std::string id_of(const Record& record) {
    TextBuffer id;
    append_record_id(id, record);
    return std::string(id.view());
}

std::string own_id(FilledSpool& log, std::uint64_t sequence) {
    return id_of({.id = {log.spool().incarnation(), sequence}});
}

std::string member(const OpenBatch& batch, std::size_t record, const char* name) {
    const auto json = read_json(batch.records.content(batch.records.records()[record]));
    return json.HasMember(name) ? json[name].GetString() : "absent";
}

}  // namespace

TEST_CASE("an event of a trusted input has the id that was carried, and extra as the server had set it") {
    FilledSpool log;
    log.append({with_extra(response({}), carried_text), with_extra(response({}), carried_text + ";rack 7"),
                response({}), with_extra(response({}), "rack 7")});
    const auto batch = batch_of(log, trusting());
    REQUIRE(batch->records.size() == 4);
    const std::vector<std::string> ids{carried_text, carried_text, own_id(log, 3), own_id(log, 4)};
    const std::vector<std::string> extras{"absent", "rack 7", "absent", "rack 7"};
    for (std::size_t i = 0; i < ids.size(); ++i) {
        CAPTURE(i);
        CHECK(member(*batch, i, "id") == ids[i]);
        // One that came twice is the same record twice: whoever drops repeats finds them.
        CHECK(id_of(batch->records.records()[i]) == ids[i]);
        CHECK(member(*batch, i, "extra") == extras[i]);
        // Positions go by the log's own numbers.
        CHECK(batch->records.records()[i].sequence == i + 1);
    }
}

TEST_CASE("an event of any other input has its own id, and extra as it came") {
    FilledSpool log;
    log.append({with_extra(response({}), carried_text + ";rack 7")});
    auto destination = json_destination(StdoutOptions{});
    SUBCASE("no input is trusted") {}
    SUBCASE("another one is") {
        destination.trusted_inputs = {"other", "bind2", "bin"};
    }
    const auto batch = batch_of(log, destination);
    CHECK(member(*batch, 0, "id") == own_id(log, 1));
    CHECK(member(*batch, 0, "extra") == carried_text + ";rack 7");
}

TEST_CASE("over a chain of agents that trust each other the frame and the id stay the same") {
    FilledSpool log;
    log.append({with_extra(response({}), carried_text + ";rack 7"), response({})});
    auto destination = trusting();
    destination.format = DnstapOptions{.carry_id = true};
    const auto batch = batch_of(log, destination);
    const auto content = [&](std::size_t i) {
        return std::string(batch->records.content(batch->records.records()[i]));
    };
    const Frame first = with_extra(response({}), carried_text + ";rack 7");
    CHECK(content(0) == std::string(first.begin(), first.end()));
    const Frame second = with_extra(response({}), own_id(log, 2));
    CHECK(content(1) == std::string(second.begin(), second.end()));
}

TEST_CASE("a response paired with its query has the id that was carried with the response") {
    FilledSpool log;
    log.append({with_extra(query({}), id_of({.id = {0xAB, 1}})),
                with_extra(response({}), id_of({.id = {0xAB, 2}}))});
    auto destination = trusting();
    destination.transactions = PairingOptions{};
    const auto batch = batch_of(log, destination);
    REQUIRE(batch->records.size() == 1);
    CHECK(member(*batch, 0, "id") == id_of({.id = {0xAB, 2}}));
}

TEST_CASE("an event that cannot be sent is buried under its own number, by which it is found again") {
    FilledSpool log;
    log.append({with_extra(response({}), carried_text)});
    auto destination = trusting();
    destination.max_record_bytes = 10;
    const auto batch = batch_of(log, destination);
    REQUIRE(batch->dead_frames.size() == 1);
    CHECK(batch->dead_frames.front().id == EventId{log.spool().incarnation(), 1});
}

TEST_CASE("the rows of an aggregate are this agent's own, and are named after its own numbers") {
    FilledSpool log;
    log.append({with_extra(response({}), carried_text)});
    auto destination = trusting();
    destination.format = SummaryOptions{};
    BatchFiller filler(destination, log.reader());
    filler.end_at(Position{2});
    const auto batch = filler.make_batch();
    batch->clear(filler.position());
    filler.fill(*batch, roomy, no_limit);
    REQUIRE(batch->records.size() == 1);
    CHECK(batch->records.records().front().id == EventId{log.spool().incarnation(), 1});
}

}  // namespace tapferry

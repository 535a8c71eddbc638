#include "tests/agent/filled_spool.h"

#include <set>

#include "tests/agent/json_lines.h"

namespace tapferry::test {
namespace {

constexpr Timestamp received{1'790'000'000, 0};  // after every time in the captures

std::vector<Frame> captured_frames() {
    std::vector<Frame> frames;
    for (const auto name : {"bind-sec", "knot-file", "pdns-tcp", "dnsdist-tcp", "kdig", "knot-noquery"})
        for (auto& frame : read_capture(name)) frames.push_back(std::move(frame));
    return frames;
}

}  // namespace

FilledSpool::FilledSpool(SpoolSize size) : size_(size), captured_(captured_frames()) {
    spool_ = std::make_unique<Spool>(options(), posix_disk());
    spool_->open_stream(1, "bind", "test");
}

SpoolOptions FilledSpool::options() const {
    SpoolOptions options;
    options.directory = directory();
    options.max_bytes = size_.all;
    options.segment_bytes = size_.segment;
    options.segment_age = std::chrono::hours{24};
    return options;
}

void FilledSpool::reopen() {
    spool_.reset();
    spool_ = std::make_unique<Spool>(options(), posix_disk());
    spool_->open_stream(1, "bind", "test");
}

void FilledSpool::append(const std::vector<Frame>& frames) {
    BlockBuilder block;
    const auto write = [&] {
        if (block.empty()) return;
        const bool appended = spool_->append(block, received).appended;
        REQUIRE(appended);
        block.clear();
    };
    for (const auto& frame : frames) {
        if (!block.has_room(frame.size())) write();
        block.add(1, frame);
    }
    write();
}

void FilledSpool::append(const std::vector<Frame>& frames, const Timestamp& when) {
    BlockBuilder block;
    for (const auto& frame : frames) block.add(1, frame);
    const bool appended = spool_->append(block, when).appended;
    REQUIRE(appended);
}

void FilledSpool::append_time(const Timestamp& until) {
    spool_->wait_for_time(true);
    const bool appended = spool_->append_time(until);
    spool_->wait_for_time(false);
    REQUIRE(appended);
}

void FilledSpool::append_captured(std::size_t count) {
    std::vector<Frame> frames;
    for (std::size_t i = 0; i < count; ++i) frames.push_back(captured_[next_captured_++ % captured_.size()]);
    append(frames);
}

Frame garbage(std::size_t length) {
    return Frame(length, 0xff);  // a varint without end
}

DestinationConfig json_destination(TransportOptions transport) {
    DestinationConfig destination;
    destination.name = "siem";
    destination.type = "tcp";
    destination.format_name = "json";
    destination.format = JsonOptions{};
    destination.transport = std::move(transport);
    destination.stages.selection = Selection::all();
    destination.batch.max_events = 200;
    destination.batch.linger = std::chrono::milliseconds{0};
    destination.retry = {std::chrono::milliseconds{1}, std::chrono::milliseconds{20}};
    destination.start = Start::oldest;
    return destination;
}

std::uint64_t sequence_of(std::string_view record) {
    const auto json = read_json(record);
    REQUIRE(json.HasMember("id"));
    const std::string id = json["id"].GetString();
    REQUIRE(id.size() == 32);
    return std::stoull(id.substr(16), nullptr, 16);
}

std::vector<std::uint64_t> sequences_of(const std::vector<std::string>& records) {
    std::vector<std::uint64_t> sequences;
    for (const auto& record : records) sequences.push_back(sequence_of(record));
    return sequences;
}

std::string ranges(const std::vector<std::uint64_t>& sequences) {
    std::string text;
    for (std::size_t from = 0, to = 0; from < sequences.size(); from = to) {
        for (to = from + 1; to < sequences.size() && sequences[to] == sequences[to - 1] + 1;) ++to;
        text += (text.empty() ? "" : " ") + range(sequences[from], sequences[to - 1] + 1);
    }
    return text;
}

std::string range(std::uint64_t from, std::uint64_t to) {
    return std::to_string(from) + "-" + std::to_string(to - 1);
}

std::vector<std::uint64_t> without_repeats(const std::vector<std::uint64_t>& sequences) {
    const std::set<std::uint64_t> once(sequences.begin(), sequences.end());
    return {once.begin(), once.end()};
}

}  // namespace tapferry::test

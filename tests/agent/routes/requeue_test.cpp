#include "agent/routes/requeue.h"

#include <doctest/doctest.h>

#include <fstream>

#include "encoders/encoder.h"
#include "tests/transports/transport_fixture.h"

namespace tapferry {
namespace {

constexpr std::uint64_t roomy = 10 << 20;

Record record(std::uint64_t sequence) {
    return {.id = {0xabc, sequence}, .part = 2, .time = {static_cast<std::int64_t>(sequence), 0}};
}

std::string content_of_record(std::uint64_t sequence) {
    return "record " + std::to_string(sequence);
}

// A destination with dead letters 1 … `count`, in two files.
struct World {
    explicit World(std::uint64_t count) : letters(directory(), roomy) {
        for (std::uint64_t i = 1; i <= count; ++i) {
            REQUIRE(letters.keep_record(record(i), "refused", content_of_record(i)));
            if (i == count / 2)
                std::filesystem::rename(directory() / dead_letter_file, directory() / older_dead_letter_file);
        }
    }
    [[nodiscard]] std::filesystem::path directory() const { return folder.path("siem"); }
    // Sequence numbers of the letters that are kept.
    [[nodiscard]] std::vector<std::uint64_t> kept() const {
        std::vector<std::uint64_t> sequences;
        for (const auto& file : kept_files(directory())) {
            LetterLines lines(file);
            std::string line;
            while (lines.next(line))
                if (const auto letter = parse_letter(line)) sequences.push_back(letter->name.id.sequence);
        }
        return sequences;
    }
    [[nodiscard]] std::uint64_t waiting() const { return count_letters(waiting_files(directory())).letters; }

    TemporaryFolder folder;
    DeadLetter letters;
    Requeue::Render renders = [](const FrameOrigin&, std::span<const std::uint8_t>, OpenBatch&) {
        return false;
    };
};

OpenBatch make_batch() {
    return OpenBatch(RecordBuffer(Framing::octet_counting));
}

// Its letters are being sent again.
struct Sending : World {
    explicit Sending(std::uint64_t count) : World(count) {
        REQUIRE(requeue.begin().result == OrderAnswer::Result::done);
    }
    void fill(std::size_t max_events, std::uint64_t name) {
        requeue.fill(batch, {.max_events = max_events}, Ticket{name});
    }
    bool settle(std::uint64_t name, bool kept = true) { return requeue.settle(Ticket{name}, kept); }

    Requeue requeue{letters, renders};
    OpenBatch batch = make_batch();
};

std::vector<std::uint64_t> sequences_of(const OpenBatch& batch) {
    std::vector<std::uint64_t> sequences;
    for (const auto& one : batch.records.records()) {
        CHECK(batch.records.content(one) == content_of_record(one.id.sequence));
        CHECK(one.part == 2);
        CHECK(one.time.seconds == static_cast<std::int64_t>(one.id.sequence));
        sequences.push_back(one.id.sequence);
    }
    return sequences;
}

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
    std::vector<std::uint64_t> all;
    for (std::uint64_t i = first; i <= last; ++i) all.push_back(i);
    return all;
}

// Everything that waits, in batches of three, each settled at once.
std::vector<std::uint64_t> send_all(Requeue& requeue) {
    std::vector<std::uint64_t> sent;
    OpenBatch batch = make_batch();
    for (std::uint64_t name = 1; requeue.waits(); ++name) {
        requeue.fill(batch, {.max_events = 3}, Ticket{name});
        const auto sequences = sequences_of(batch);
        sent.insert(sent.end(), sequences.begin(), sequences.end());
        static_cast<void>(requeue.settle(Ticket{name}, true));
    }
    return sent;
}

TEST_CASE("letters are sent again in order, as they were and framed anew, and then they are gone") {
    World world(10);
    Requeue requeue(world.letters, world.renders);
    CHECK(!requeue.waits());
    REQUIRE(requeue.begin().result == OrderAnswer::Result::done);
    CHECK(requeue.busy());
    CHECK(world.kept().empty());
    CHECK(send_all(requeue) == numbers(1, 10));
    CHECK(!requeue.busy());
    CHECK(waiting_files(world.directory()).empty());
}

TEST_CASE("after a death only what was not settled is sent again, and nothing is lost") {
    for (std::uint64_t settled = 0; settled <= 4; ++settled) {
        CAPTURE(settled);
        World world(10);
        {
            Requeue requeue(world.letters, world.renders);
            REQUIRE(requeue.begin().result == OrderAnswer::Result::done);
            OpenBatch batch = make_batch();
            // Batches 1-3, 4-5, 6-8, 9-10; the file ends behind 5.
            for (std::uint64_t name = 1; requeue.waits(); ++name)
                requeue.fill(batch, {.max_events = 3}, Ticket{name});
            for (std::uint64_t name = 1; name <= settled; ++name)
                static_cast<void>(requeue.settle(Ticket{name}, true));
        }
        constexpr std::array<std::uint64_t, 5> next{1, 4, 6, 9, 11};
        Requeue requeue(world.letters, world.renders);
        CHECK(requeue.busy() == (settled < 4));
        CHECK(send_all(requeue) == numbers(next[settled], 10));
    }
}

TEST_CASE("a batch that is settled before those in front of it saves nothing until they are") {
    Sending world(9);
    for (std::uint64_t name = 1; world.requeue.waits(); ++name) world.fill(3, name);
    world.settle(2);
    CHECK(world.waiting() == 9);
    world.settle(1);
    CHECK(world.waiting() < 6);
}

TEST_CASE("what was under way waits again when no outcome is awaited any more") {
    Sending world(10);
    world.fill(2, 1);
    world.settle(1);
    world.fill(2, 2);
    world.requeue.rewind();
    CHECK(!world.settle(2));
    CHECK(send_all(world.requeue) == numbers(3, 10));
}

TEST_CASE("what may not be sent goes back to the dead letters, every byte of it, and the rest is sent") {
    World world(0);
    const std::vector<std::uint8_t> frame{0x00, 0xff};
    REQUIRE(world.letters.keep_frame({.id = {0xabc, 90}}, "no dnstap", frame));
    REQUIRE(world.letters.keep_record(record(1), "refused", content_of_record(1)));
    REQUIRE(world.letters.keep_row({0xabc, 91}, "too long", "a row"));
    REQUIRE(world.letters.keep_record(record(92), "refused", "two\nlines"));
    REQUIRE(world.letters.keep_line("not a letter at all"));
    const std::string before = content_of(world.directory() / dead_letter_file);
    Requeue requeue(world.letters, world.renders);
    REQUIRE(requeue.begin().result == OrderAnswer::Result::done);
    OpenBatch batch = make_batch();
    requeue.fill(batch, {}, Ticket{1});
    CHECK(sequences_of(batch) == numbers(1, 1));
    CHECK(requeue.settle(Ticket{1}, true));
    CHECK(requeue.take_back_count() == 4);
    CHECK(!requeue.busy());
    std::string expected = before;
    const auto sent = expected.find("{\"id\":\"0000000000000abc0000000000000001");
    expected.erase(sent, expected.find('\n', sent) + 1 - sent);
    CHECK(content_of(world.directory() / dead_letter_file) == expected);
}

TEST_CASE("a frame is rendered anew, from where it came and when") {
    World world(0);
    const std::vector<std::uint8_t> frame{0x00, 0xff};
    REQUIRE(world.letters.keep_frame({.id = {0xabc, 5}, .time = {99, 7}}, "too long", frame, "bind"));
    world.renders = [&](const FrameOrigin& origin, std::span<const std::uint8_t> bytes, OpenBatch& batch) {
        CHECK(origin.id == EventId{0xabc, 5});
        CHECK(origin.received == Timestamp{99, 7});
        CHECK(origin.input == "bind");
        CHECK(std::vector<std::uint8_t>(bytes.begin(), bytes.end()) == frame);
        batch.records.append_again(record(5), content_of_record(5));
        return true;
    };
    Requeue requeue(world.letters, world.renders);
    REQUIRE(requeue.begin().result == OrderAnswer::Result::done);
    CHECK(send_all(requeue) == numbers(5, 5));
    CHECK(world.kept().empty());
}

TEST_CASE("while letters are being sent again no others are, until they are dealt with") {
    World world(4);
    Requeue requeue(world.letters, world.renders);
    const OrderAnswer first = requeue.begin();
    CHECK(first.count == 4);
    REQUIRE(world.letters.keep_record(record(5), "refused", content_of_record(5)));
    CHECK(requeue.begin().result == OrderAnswer::Result::refused);
    CHECK(send_all(requeue) == numbers(1, 4));
    CHECK(requeue.begin().count == 1);
    CHECK(send_all(requeue) == numbers(5, 5));
}

TEST_CASE("while the disk does not take what must go back nothing more is sent, and nothing is forgotten") {
    Sending world(6);
    world.fill(2, 1);
    world.settle(1, false);
    CHECK(!world.requeue.waits());
    CHECK(world.requeue.busy());
    CHECK(world.waiting() == 6);
    Requeue next_start(world.letters, world.renders);
    CHECK(send_all(next_start) == numbers(1, 6));
}

TEST_CASE("removing takes those that wait and those under way too") {
    Sending world(6);
    world.fill(2, 1);
    REQUIRE(world.letters.keep_record(record(7), "refused", "newer"));
    REQUIRE(world.requeue.remove().result == OrderAnswer::Result::done);
    CHECK(!world.requeue.busy());
    CHECK(!world.settle(1));
    CHECK(std::filesystem::is_empty(world.directory()));
}

TEST_CASE("files of other names beside the letters are left alone") {
    World world(1);
    for (const std::string name :
         {"requeue.jsonl", "requeue.1.jsonl", "requeue.a.0.jsonl", "requeue.1.-1.jsonl", "requeue.1.0.json",
          "requeue..0.jsonl", "xrequeue.1.0.jsonl"})
        std::ofstream(world.directory() / name) << "mine\n";
    CHECK(waiting_files(world.directory()).empty());
    Requeue requeue(world.letters, world.renders);
    REQUIRE(requeue.begin().result == OrderAnswer::Result::done);
    CHECK(send_all(requeue) == numbers(1, 1));
    REQUIRE(requeue.remove().result == OrderAnswer::Result::done);
    CHECK(std::distance(std::filesystem::directory_iterator(world.directory()), {}) == 7);
}

}  // namespace
}  // namespace tapferry

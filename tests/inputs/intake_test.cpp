// Intake with senders that behave: libfstrm's own writer, recorded connections, and several at once.
#include "agent/inputs/intake.h"

#include <doctest/doctest.h>
#include <fstrm.h>

#include <map>
#include <thread>

#include "agent/inputs/input_error.h"
#include "tests/inputs/intake_fixture.h"
#include "tests/inputs/sender.h"

// libfstrm's own queue between its threads is built without the thread sanitizer, which cannot see its
// barriers.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
    return "race:libfstrm.so\n";
}

namespace tapferry {

using namespace test;

namespace {

// libfstrm's asynchronous writer, as in BIND and Knot.
class FstrmSender {
  public:
    explicit FstrmSender(const std::string& path) {
        fstrm_unix_writer_options* address = fstrm_unix_writer_options_init();
        fstrm_unix_writer_options_set_socket_path(address, path.c_str());
        fstrm_writer_options* content = fstrm_writer_options_init();
        fstrm_writer_options_add_content_type(content, dnstap_type.data(), dnstap_type.size());
        fstrm_writer* writer = fstrm_unix_writer_init(address, content);
        fstrm_iothr_options* thread = fstrm_iothr_options_init();
        fstrm_iothr_options_set_input_queue_size(thread, 16384);
        sender_ = fstrm_iothr_init(thread, &writer);
        REQUIRE(sender_ != nullptr);
        queue_ = fstrm_iothr_get_input_queue(sender_);
        fstrm_iothr_options_destroy(&thread);
        fstrm_writer_options_destroy(&content);
        fstrm_unix_writer_options_destroy(&address);
    }
    // Sends what is queued, then STOP, and waits for FINISH.
    ~FstrmSender() { fstrm_iothr_destroy(&sender_); }
    FstrmSender(const FstrmSender&) = delete;
    FstrmSender& operator=(const FstrmSender&) = delete;

    [[nodiscard]] bool submit(const std::string& frame) {
        void* copy = ::malloc(frame.size());
        frame.copy(static_cast<char*>(copy), frame.size());
        return fstrm_iothr_submit(sender_, queue_, copy, frame.size(), fstrm_free_wrapper, nullptr) ==
               fstrm_res_success;
    }

  private:
    fstrm_iothr* sender_ = nullptr;
    fstrm_iothr_queue* queue_ = nullptr;
};

std::string numbered(const std::string& who, int number) {
    return who + " " + std::to_string(number);
}

Bytes many(const std::string& who, int count) {
    Bytes bytes;
    for (int i = 0; i < count; ++i) {
        const Bytes frame = data_frame(numbered(who, i));
        bytes.insert(bytes.end(), frame.begin(), frame.end());
    }
    return bytes;
}

void check_numbered(const std::vector<StoredFrame>& stored, const std::string& who, int count) {
    REQUIRE(stored.size() == static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        if (stored[static_cast<std::size_t>(i)].bytes != numbered(who, i))
            FAIL("frame " << i << " is not in its place");
}

}  // namespace

TEST_CASE("a burst of 8,000 frames by libfstrm's writer, then STOP and close, loses nothing") {
    IntakeWorld world;
    {
        FstrmSender sender(world.socket());
        REQUIRE(wait_until([&] { return world.counters().connections == 1; }));
        for (int i = 0; i < 8000; ++i) REQUIRE(sender.submit(numbered("burst", i)));
    }
    // The writer waited for FINISH, so STOP has been read.
    CHECK(world.counters().frames_received == 8000);
    check_numbered(world.stop(), "burst", 8000);
    REQUIRE(world.events().size() == 2);
    CHECK(world.events()[0].kind == IntakeEvent::Kind::connected);
    CHECK(world.events()[1].kind == IntakeEvent::Kind::disconnected);
    CHECK(world.events()[1].text.find("stopped after 8000 frames") != std::string::npos);
}

TEST_CASE("a sender that does not wait for FINISH after its burst loses nothing either") {
    IntakeWorld world;
    Sender sender(world.socket());
    REQUIRE(sender.send(ready()));
    REQUIRE(sender.receive(42) == accept());
    REQUIRE(sender.send(start() + many("burst", 8000) + stop()));
    sender.close();
    REQUIRE(wait_until(
        [&] { return world.counters().connections == 0 && world.counters().connections_accepted == 1; }));
    check_numbered(world.stop(), "burst", 8000);
}

TEST_CASE("everything may come before the handshake is answered, and the sender be gone") {
    IntakeWorld world;
    Sender sender(world.socket());
    REQUIRE(sender.send(ready() + start() + many("early", 100) + stop()));
    sender.close();
    REQUIRE(wait_until(
        [&] { return world.counters().connections == 0 && world.counters().connections_accepted == 1; }));
    check_numbered(world.stop(), "early", 100);
}

TEST_CASE("STOP is answered with FINISH and the end of file") {
    IntakeWorld world;
    const Sender sender(world.socket());
    REQUIRE(sender.send(ready()));
    REQUIRE(sender.receive(42) == accept());
    REQUIRE(sender.send(start() + data_frame("last words") + stop()));
    CHECK(sender.receive_all() == finish());
    CHECK(world.stop().size() == 1);
}

TEST_CASE("a stream that begins with START is not answered") {
    IntakeWorld world;
    Sender sender(world.socket());
    REQUIRE(sender.send(start() + data_frame("a") + stop()));
    REQUIRE(wait_until([&] { return world.counters().frames_appended == 1; }));
    world.intake().stop();
    CHECK(sender.receive_all().empty());
    CHECK(world.stop().size() == 1);
}

TEST_CASE("what servers sent in reality is stored as they sent it") {
    for (const char* name : {"bind-auth", "dnsdist", "nsd"}) {
        CAPTURE(name);
        IntakeWorld world;
        const Bytes bytes = recorded(name);
        const std::vector<Bytes> frames = frames_of(bytes);
        {
            const Sender sender(world.socket());
            REQUIRE(sender.send(bytes));
        }
        REQUIRE(wait_until([&] { return world.counters().frames_appended == frames.size(); }));
        const auto stored = world.stop();
        REQUIRE(stored.size() == frames.size());
        for (std::size_t i = 0; i < frames.size(); ++i) CHECK(stored[i].bytes == text_of(frames[i]));
    }
}

TEST_CASE(
    "connections of several inputs are read side by side, each in its order and counted for its input") {
    constexpr int senders = 8;
    constexpr int frames = 3000;
    IntakeWorld world({}, {"bind", "unbound"});
    std::vector<std::thread> threads;
    for (int i = 0; i < senders; ++i) {
        threads.emplace_back([&world, i] {
            const Sender sender(world.socket(static_cast<std::size_t>(i % 2)));
            sender.send(ready() + start());
            const Bytes bytes = many("sender" + std::to_string(i), frames);
            // Pieces that cut frames anywhere.
            for (std::size_t at = 0; at < bytes.size(); at += 1777)
                sender.send({bytes.begin() + static_cast<std::ptrdiff_t>(at),
                             bytes.begin() + static_cast<std::ptrdiff_t>(std::min(at + 1777, bytes.size()))});
            sender.send(stop());
            static_cast<void>(sender.receive_all());
        });
    }
    for (std::thread& thread : threads) thread.join();

    std::map<std::string, int> next;
    for (const StoredFrame& frame : world.stop()) {
        const std::string who = frame.bytes.substr(0, frame.bytes.find(' '));
        if (frame.bytes != numbered(who, next[who]++)) FAIL("out of order: " << frame.bytes);
        if (frame.input != ((who.back() - '0') % 2 == 0 ? "bind" : "unbound"))
            FAIL("of another input: " << who);
    }
    CHECK(next.size() == senders);
    for (const auto& [who, count] : next) CHECK(count == frames);
}

TEST_CASE("a few frames now and then are stored without waiting for more") {
    IntakeWorld world;
    const Sender sender(world.socket());
    REQUIRE(sender.send(ready() + start()));
    for (int i = 0; i < 20; ++i) {
        REQUIRE(sender.send(data_frame(numbered("slow", i))));
        REQUIRE(wait_until(
            [&] { return world.counters().frames_appended == static_cast<std::uint64_t>(i + 1); }));
    }
    CHECK(world.counters().last_frame_seconds > 0);
    check_numbered(world.stop(), "slow", 20);
}

TEST_CASE("when the agent stops, what was sent is stored, and the sender is told FINISH") {
    IntakeWorld world;
    const Sender sender(world.socket());
    REQUIRE(sender.send(ready()));
    REQUIRE(sender.receive(42) == accept());
    REQUIRE(sender.send(start() + many("sent", 500)));
    const auto stored = world.stop();
    check_numbered(stored, "sent", 500);
    CHECK(sender.receive_all() == finish());
    CHECK_FALSE(sender.send(many("late", 1)));
    CHECK_FALSE(std::filesystem::exists(world.socket()));
}

TEST_CASE(
    "under a sender that never pauses the agent stops all the same, and every frame that got out is told "
    "of") {
    IntakeWorld world;
    int sent = 0;
    std::thread endless([&] {
        const Sender sender(world.socket());
        if (!sender.send(ready() + start())) return;
        while (sender.send(data_frame(numbered("endless", sent)))) ++sent;
    });
    REQUIRE(wait_until([&] { return world.counters().frames_appended > 1000; }));
    const auto stored = world.stop();
    endless.join();
    CHECK(world.rejected(FrameRejection::ring_full) == 0);
    check_numbered(stored, "endless", sent);
}

TEST_CASE("an input that cannot be opened is an error before anything runs") {
    const TemporaryFolder folder;
    Spool spool(SpoolOptions{.directory = folder.path("spool")}, posix_disk());
    std::vector<std::unique_ptr<InputCounters>> counters;
    counters.push_back(std::make_unique<InputCounters>("a"));
    counters.push_back(std::make_unique<InputCounters>("b"));
    IntakeOptions options;
    options.unix_inputs = {{.name = "a", .path = folder.path("a.sock")},
                           {.name = "b", .path = folder.path("missing/b.sock")}};
    const auto ignore = [](const IntakeEvent&) {};
    CHECK_THROWS_AS(Intake(options, spool, counters, ignore), InputError);
    CHECK_FALSE(std::filesystem::exists(folder.path("a.sock")));
}

TEST_CASE("the reading thread shows that it lives while nothing comes") {
    IntakeWorld world;
    const std::uint64_t before = world.intake().reading_rounds();
    CHECK(wait_until([&] { return world.intake().reading_rounds() > before; }));
}

}  // namespace tapferry

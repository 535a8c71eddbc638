#include "transports/kafka/health.h"

#include "tests/transports/transport_fixture.h"

namespace tapferry {
namespace {

const KafkaHealth::Time start{1000s};

KafkaHealth healthy() {
    KafkaHealth health;
    health.begun_anew(start);
    return health;
}

}  // namespace

TEST_CASE("one broker that cannot be had is no trouble, all of them are, until something is delivered") {
    auto health = healthy();
    health.failed("b1: refused", false);
    CHECK(!health.trouble(start));
    health.all_down(start);
    REQUIRE(health.trouble(start));
    CHECK(health.trouble(start)->words == "b1: refused");
    CHECK(!health.trouble(start)->needs_a_person);
    CHECK(!health.hopeless(start + 1h));
    health.delivered();
    CHECK(!health.trouble(start));
}

TEST_CASE("brokers that acknowledge nothing for a while are in trouble though they are there") {
    auto health = healthy();
    CHECK(!health.trouble(start + 9s));
    REQUIRE(health.trouble(start + 10s));
    health.delivered();
    health.looked(start + 12s);
    CHECK(!health.trouble(start + 21s));
    CHECK(health.trouble(start + 22s));
    health.begun(start + 30s);
    CHECK(!health.trouble(start + 31s));
}

TEST_CASE("what brokers did while nothing was under way is no trouble") {
    auto health = healthy();
    health.delivered();
    health.failed("b1: Disconnected", false);
    health.all_down(start);
    health.begun(start + 1h);
    CHECK(!health.trouble(start + 1h));
    health.all_down(start + 1h);
    CHECK(health.trouble(start + 1h));
}

TEST_CASE("a quota is named as the reason why nothing is acknowledged") {
    auto health = healthy();
    health.throttled("b1", 3s);
    CHECK(health.trouble(start + 10s)->words.find("b1 makes us wait 3000 ms per request") !=
          std::string::npos);
    health.throttled("b1", 0s);
    CHECK(health.trouble(start + 10s)->words.find("3000") == std::string::npos);
}

TEST_CASE("what librdkafka would have logged is the reason when there is no better one") {
    auto health = healthy();
    health.logged("[thrd:b1]: something odd");
    CHECK(health.trouble(start + 10s)->words.find("something odd") != std::string::npos);
    health.all_down(start);
    CHECK(health.trouble(start)->words == "no broker can be reached: [thrd:b1]: something odd");
    health.failed("b1: timed out", false);
    CHECK(health.trouble(start + 10s)->words.find("b1: timed out") != std::string::npos);
}

TEST_CASE("a producer that never could log in is hopeless at once, one that has worked only after a while") {
    auto health = healthy();
    health.failed("wrong password", true);
    CHECK(!health.hopeless(start + 1h));
    health.all_down(start);
    CHECK(health.hopeless(start));
    CHECK(health.trouble(start)->needs_a_person);

    auto worked = healthy();
    worked.delivered();
    worked.failed("wrong password", true);
    worked.all_down(start);
    worked.failed("b1: refused", false);
    worked.all_down(start + 20s);
    CHECK(!worked.hopeless(start + 29s));
    CHECK(worked.trouble(start + 29s)->words == "wrong password");
    CHECK(worked.hopeless(start + 30s));
}

TEST_CASE("why a certificate was refused is said in place of librdkafka's one sentence for all of them") {
    auto health = healthy();
    health.refused_certificate("b1: its certificate is refused: it has expired");
    health.failed("b1: certificate verify failed", true);
    health.all_down(start);
    CHECK(health.trouble(start)->words == "b1: its certificate is refused: it has expired");
}

}  // namespace tapferry

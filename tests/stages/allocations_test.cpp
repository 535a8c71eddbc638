// In the steady state the stages cost no allocation an event. This binary replaces operator new.
#include <doctest/doctest.h>

#include "agent/stages/stages.h"
#include "proto/decoder.h"
#include "tests/support/allocations.h"
#include "tests/support/frame_streams_file.h"

namespace tapferry {
namespace {

using namespace test;

StageOptions everything(PrivacyOptions::Client client) {
    StageOptions options;
    auto domains = std::make_shared<DomainSet>();
    for (const std::string_view name : {"test", "arpa", "example"}) domains->add(name);
    auto networks = std::make_shared<NetworkSet>();
    for (const std::string_view text : {"127.0.0.0/8", "192.0.2.0/24"})
        networks->add(parse_network(text).value());
    networks->finish();
    options.wanted.qname_suffix = domains;
    options.wanted.identity_regex = std::get<Pattern>(Pattern::parse(".", Pattern::Case::sensitive));
    options.unwanted.qname_regex = std::get<Pattern>(Pattern::parse("^zz", Pattern::Case::insensitive));
    options.where = std::get<Expression>(parse_expression(
        "identity matches \"[a-z]\" and (answers contains \"1\" or registered_domain or time > "
        "\"2020-01-01\") and not id == \"x\" and not clipped"));
    options.sample = 0.999;
    MatchListOptions list;
    list.name = "names";
    list.domains = domains;
    list.in_qname = list.in_answers = true;
    options.match_lists.push_back(list);
    list.name = "networks";
    list.domains = nullptr;
    list.networks = networks;
    list.in_answers = list.in_src = list.in_dst = list.in_client_subnet = true;
    options.match_lists.push_back(list);
    options.registered_domain = true;
    const std::string data = std::string(TAPFERRY_SOURCE_DIR) + "/tests/data/places/";
    options.places = std::get<0>(PlaceDatabases::open({data + "city.mmdb", "", data + "asn.mmdb"}));
    options.privacy.client = client;
    options.labels = {{"host", "a"}, {"site", "fra1"}};
    return options;
}

// Allocations of pass() over a whole capture; decoding is not counted.
std::size_t pass_all(const std::vector<Frame>& frames, Stages& stages, std::size_t& passed) {
    Decoder decoder;
    Event event;
    std::size_t counted = 0;
    std::uint64_t sequence = 0;
    for (const Frame& frame : frames) {
        if (decoder.decode(frame, {{1, ++sequence}, {1'795'209'600, 0}, "in"}, event) !=
            DecodeStatus::decoded)
            continue;
        const std::size_t before = allocations().count;
        passed += stages.pass(event);
        counted += allocations().count - before;
    }
    return counted;
}

TEST_CASE("in the steady state no event costs an allocation, whatever the stages are asked for") {
    const auto frames = read_capture("bind-mix-head");
    for (const auto client : {PrivacyOptions::Client::keep, PrivacyOptions::Client::mask,
                              PrivacyOptions::Client::cryptopan, PrivacyOptions::Client::hmac}) {
        Stages stages(everything(client));
        std::size_t passed = 0;
        CHECK(pass_all(frames, stages, passed) > 0);
        CHECK(passed > frames.size() / 2);
        CHECK(pass_all(frames, stages, passed) == 0);
    }
}

}  // namespace
}  // namespace tapferry

#include "agent/stages/privacy.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "agent/stages/networks.h"
#include "proto/dns_text.h"
#include "tests/encoders/event_builder.h"
#include "tests/encoders/rendering.h"

namespace tapferry {
namespace {

using Client = PrivacyOptions::Client;

IpAddress address(std::string_view text) {
    return parse_network(text).value().address;
}

std::string text_of(const IpAddress& address) {
    TextBuffer text;
    append_address(text, address);
    return std::string(text.view());
}

// That of the reference implementation of Crypto-PAn.
constexpr PrivacyKey reference_key{21,  34,  23,  141, 51,  164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
                                   216, 152, 143, 131, 121, 121, 101, 39,  98, 87, 76, 45, 42, 132, 34,  2};

PrivacyOptions options(Client client) {
    PrivacyOptions options;
    options.client = client;
    options.key = reference_key;
    return options;
}

Event event_from(std::string_view client, MessageType type = MessageType::client_response) {
    Event event;
    event.type = type;
    event.query = {address(client), 4000};
    event.response = {address("192.0.2.53"), 53};
    return event;
}

std::string client_after(Client client, std::string_view before,
                         MessageType type = MessageType::client_response) {
    Event event = event_from(before, type);
    Privacy(options(client)).apply(event);
    CHECK(text_of(event.response.address) == "192.0.2.53");
    return text_of(event.query.address);
}

// A response that tells its client's address twice: in the frame and as the subnet of EDNS.
Event telling_event(test::EventBuilder& builder) {
    using namespace std::string_literals;
    const std::string subnet = "\0\x08\0\x08\0\1\x20\0\xc6\x33\x64\x07"s;  // 198.51.100.7/32
    builder.wire("\x12\x34\x81\x80\0\1\0\1\0\0\0\1"s + test::wire_name({"www", "example", "test"}) +
                 "\0\1\0\1\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\xc0\0\2\x50"s + "\0\0\x29\x10\0\0\0\0\0\0\x0c"s +
                 subnet);
    return builder.build();
}

std::string shown(const FormatOptions& format, const Event& event) {
    std::string text;
    for (const std::string& record : test::render_all(format, event)) text += record + "\n";
    return text;
}

TEST_CASE("in no format that may be chosen beside it stands the client that was hidden, nor its subnet") {
    std::vector<FormatOptions> formats{JsonOptions{.additional = true},
                                       TemplateOptions{.line = "{src} {client_subnet} {answers} {extra}"},
                                       TextOptions{.format = "%{src} %{client_subnet}"},
                                       YamlOptions{.layout = YamlOptions::Layout::dnstap_receiver},
                                       PassivednsOptions{.mode = PassivednsOptions::Mode::aggregate},
                                       SummaryOptions{.group_by = {"src", "client_subnet"}}};
    for (const std::string_view name : format_names())
        if (const auto format = default_format(name); !passes_frame_on(*format)) formats.push_back(*format);
    const std::string_view traces[] = {"198.51.100.7", "c6336407", "C6336407", "c6 33 64 07"};
    const auto tells = [&](const std::string& text) {
        return std::any_of(std::begin(traces), std::end(traces),
                           [&](std::string_view trace) { return text.find(trace) != std::string::npos; });
    };
    std::size_t telling = 0;
    for (const FormatOptions& format : formats) {
        CAPTURE(format.index());
        test::EventBuilder builder;
        const Event open = telling_event(builder);
        REQUIRE(open.dns.edns.has_client_subnet);
        telling += tells(shown(format, open)) ? 1 : 0;
        for (const Client client : {Client::mask, Client::cryptopan, Client::hmac, Client::drop}) {
            Event event = open;
            Privacy(options(client)).apply(event);
            const std::string text = shown(format, event);
            CAPTURE(text);
            CHECK(!tells(text));
        }
    }
    CHECK(telling > 12);  // who hides nothing shows it in most of them
}

// A message with the client's subnet in an OPT record at each place where there must be none.
Event oddly_telling_event(test::EventBuilder& builder) {
    using namespace std::string_literals;
    const std::string subnet = "\0\x08\0\x08\0\1\x20\0\xc6\x33\x64\x07"s;  // 198.51.100.7/32
    const std::string opt = "\0\0\x29\x10\0\0\0\0\0\0\x0c"s + subnet;
    const std::string named = "\xc0\x0c\0\x29\x10\0\0\0\0\0\0\x0c"s + subnet;
    builder.wire("\x12\x34\x81\x80\0\1\0\2\0\1\0\3"s + test::wire_name({"www", "example", "test"}) +
                 "\0\1\0\1"s + opt + "\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\xc0\0\2\x50"s + opt + opt + opt + named);
    return builder.build();
}

TEST_CASE("OPT records that a message must not have go when anything is hidden, and stay else") {
    for (const Client client : {Client::keep, Client::mask, Client::cryptopan, Client::hmac, Client::drop}) {
        test::EventBuilder builder;
        Event event = oddly_telling_event(builder);
        REQUIRE(event.dns.malformed == nullptr);
        REQUIRE(event.dns.answers.size() == 2);
        REQUIRE(event.dns.authority.size() == 1);
        REQUIRE(event.dns.additional.size() == 2);
        Privacy(options(client)).apply(event);
        const bool kept = client == Client::keep;
        CHECK(event.dns.answers.size() == (kept ? 2 : 1));
        CHECK(event.dns.answers.back().type == 1);
        CHECK(event.dns.authority.empty() == !kept);
        CHECK(event.dns.additional.empty() == !kept);
        const std::string text = shown(JsonOptions{.additional = true}, event);
        CAPTURE(text);
        CHECK((text.find("c6336407") != std::string::npos || text.find("C6336407") != std::string::npos) ==
              kept);
    }
}

TEST_CASE("what a server's operator wrote into extra is passed on, but not when clients are dropped") {
    for (const Client client : {Client::keep, Client::mask, Client::cryptopan, Client::hmac, Client::drop}) {
        Event event = event_from("198.51.100.7");
        event.extra = "pool=eu; client=198.51.100.7";
        Privacy(options(client)).apply(event);
        CHECK(event.extra.empty() == (client == Client::drop));
    }
}

TEST_CASE("Crypto-PAn makes of addresses what its reference implementation does") {
    const std::pair<std::string_view, std::string_view> vectors[] = {
        {"128.11.68.132", "135.242.180.132"},
        {"129.118.74.4", "134.136.186.123"},
        {"130.132.252.244", "133.68.164.234"},
        {"141.223.7.43", "141.167.8.160"},
        {"141.233.145.108", "141.129.237.235"},
        {"152.163.225.39", "151.140.114.167"},
        {"156.29.3.236", "147.225.12.42"},
        {"165.247.96.84", "162.9.99.234"},
        {"166.107.77.190", "160.132.178.185"},
        {"192.102.249.13", "252.138.62.131"},
        {"192.215.32.125", "252.43.47.189"},
        {"192.233.80.103", "252.25.108.8"},
        {"192.41.57.43", "252.222.221.184"},
        {"193.150.244.223", "253.169.52.216"},
        {"195.205.63.100", "255.186.223.5"},
        {"198.200.171.101", "249.199.68.213"},
        {"24.0.250.221", "100.15.198.226"},
        {"38.15.67.68", "64.3.66.187"},
        {"4.3.88.225", "124.60.155.63"},
        {"63.14.55.111", "95.9.215.7"},
        {"64.39.15.238", "0.219.7.41"},
        // IPv6, from an implementation that took the same key.
        {"::1", "78ff:f001:9fc0:20df:8380:b1f1:704:ed"},
        {"::2", "78ff:f001:9fc0:20df:8380:b1f1:704:ef"},
        {"2001:db8::1", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e"},
        {"2001:db8::2", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c"}};
    for (const auto& [before, after] : vectors) CHECK(client_after(Client::cryptopan, before) == after);
}

unsigned shared_bits(const IpAddress& a, const IpAddress& b) {
    unsigned bits = 0;
    while (bits < a.size * 8u && ((a.bytes[bits / 8] ^ b.bytes[bits / 8]) & 0x80 >> bits % 8) == 0) ++bits;
    return bits;
}

TEST_CASE("Crypto-PAn keeps how many bits two addresses share") {
    const auto cipher = make_cryptopan(reference_key);
    std::mt19937 random(1);
    for (int i = 0; i < 500; ++i) {
        IpAddress a, b;
        a.size = b.size = i % 2 == 0 ? 4 : 16;
        for (unsigned byte = 0; byte < a.size; ++byte) a.bytes[byte] = static_cast<std::uint8_t>(random());
        b = a;
        const unsigned turned = static_cast<unsigned>(random()) % (a.size * 8);
        b.bytes[turned / 8] = static_cast<std::uint8_t>(b.bytes[turned / 8] ^ 0x80 >> turned % 8);
        CHECK(shared_bits(cipher->hide(a), cipher->hide(b)) == turned);
    }
}

TEST_CASE("an address is hidden as it is asked for, again and again") {
    CHECK(client_after(Client::keep, "198.51.100.77") == "198.51.100.77");
    CHECK(client_after(Client::mask, "198.51.100.77") == "198.51.100.0");
    CHECK(client_after(Client::mask, "2001:db8:1:2:3:4:5:6") == "2001:db8:1::");
    CHECK(client_after(Client::drop, "198.51.100.77").empty());
    Privacy privacy(options(Client::hmac));
    std::string first;
    for (int i = 0; i < 3; ++i) {
        Event event = event_from("198.51.100.77");
        privacy.apply(event);
        if (i == 0) first = text_of(event.query.address);
        CHECK(text_of(event.query.address) == first);
        CHECK(event.query.port == 4000);
    }
}

TEST_CASE("a hash is HMAC-SHA-256 under the key, in the form of a unique local address") {
    // python3: hmac.new(key, bytes([198, 51, 100, 77]), "sha256").hexdigest()
    CHECK(client_after(Client::hmac, "198.51.100.77") == "fdbf:b8b8:9d30:37c7:c52:5984:bc18:7290");
    CHECK(client_after(Client::hmac, "2001:db8::1") == "fd6b:ec35:33bb:96d1:57bf:34e1:8a79:801d");
}

TEST_CASE("masks of any length leave so many bits") {
    PrivacyOptions mask = options(Client::mask);
    for (const auto& [prefix, left] : {std::pair<std::uint8_t, std::string_view>{0, "0.0.0.0"},
                                       {1, "128.0.0.0"},
                                       {9, "255.128.0.0"},
                                       {31, "255.255.255.254"},
                                       {32, "255.255.255.255"}}) {
        mask.ipv4_prefix = prefix;
        Event event = event_from("255.255.255.255");
        Privacy(mask).apply(event);
        CHECK(text_of(event.query.address) == left);
    }
}

TEST_CASE("who asks a resolver is hidden; whom a resolver or forwarder asks is its own address") {
    for (unsigned number = 0; number < message_type_count; ++number) {
        const auto type = static_cast<MessageType>(number);
        const bool own = number == 3 || number == 4 || number == 7 || number == 8;
        CAPTURE(number);
        CHECK((client_after(Client::mask, "198.51.100.77", type) == "198.51.100.77") == own);
        Event news = event_from("198.51.100.77", type);
        news.kind = EventKind::new_domain;
        Privacy(options(Client::drop)).apply(news);
        CHECK(!news.query.address.present());
        CHECK(news.query.port == 0);
    }
}

Event with_subnet(std::string_view text, MessageType type = MessageType::resolver_query) {
    Event event = event_from("198.51.100.77", type);
    const Network subnet = parse_network(text).value();
    dns::Edns& edns = event.dns.edns;
    edns.has_client_subnet = true;
    edns.client_subnet_family = subnet.address.is_v6() ? 2 : 1;
    edns.client_subnet_source_prefix = subnet.prefix;
    edns.client_subnet_scope_prefix = 24;
    std::copy_n(subnet.address.bytes.begin(), subnet.address.size, edns.client_subnet_address);
    return event;
}

std::string subnet_after(Client client, std::string_view before) {
    Event event = with_subnet(before);
    Privacy(options(client)).apply(event);
    const dns::Edns& edns = event.dns.edns;
    if (!edns.has_client_subnet) return "";
    IpAddress address;
    address.size = edns.client_subnet_family == 1 ? 4 : 16;
    std::copy_n(edns.client_subnet_address, address.size, address.bytes.begin());
    return text_of(address) + "/" + std::to_string(edns.client_subnet_source_prefix);
}

TEST_CASE("the client subnet is hidden in every message, and tells no more bits than it did") {
    CHECK(subnet_after(Client::keep, "198.51.100.0/24") == "198.51.100.0/24");
    CHECK(subnet_after(Client::mask, "198.51.100.77/32") == "198.51.100.0/24");
    CHECK(subnet_after(Client::mask, "198.51.0.0/16") == "198.51.0.0/16");
    CHECK(subnet_after(Client::mask, "2001:db8:1:2::/64") == "2001:db8:1::/48");
    CHECK(subnet_after(Client::cryptopan, "128.11.68.132/32") == "135.242.180.132/32");
    CHECK(subnet_after(Client::cryptopan, "128.11.68.0/24") == "135.242.180.0/24");
    CHECK(subnet_after(Client::cryptopan, "128.11.68.132/16") == "135.242.0.0/16");
    CHECK(subnet_after(Client::drop, "198.51.100.0/24").empty());
    CHECK(subnet_after(Client::hmac, "198.51.100.0/24").starts_with("fd"));
    CHECK(subnet_after(Client::hmac, "198.51.100.0/24").ends_with("/128"));
    CHECK(subnet_after(Client::hmac, "198.51.100.0/24") == subnet_after(Client::hmac, "198.51.100.9/24"));
    for (const Client client : {Client::mask, Client::cryptopan, Client::hmac})
        CHECK(subnet_after(client, "198.51.100.77/0") == "0.0.0.0/0");
}

TEST_CASE("the frame and a policy that names a client go when anything is hidden, and stay else") {
    const std::uint8_t bytes[] = {1, 2, 3};
    for (const Client client : {Client::keep, Client::mask, Client::drop}) {
        Event event = event_from("198.51.100.77");
        event.frame = bytes;
        event.policy = {true,
                        "RPZ",
                        "32.77.100.51.198.rpz-client-ip",
                        PolicyAction::pass,
                        PolicyMatch::client_ip,
                        "198.51.100.77"};
        Privacy(options(client)).apply(event);
        CHECK(event.frame.empty() == (client != Client::keep));
        CHECK(event.policy.rule.empty() == (client != Client::keep));
        CHECK(event.policy.value.empty() == (client != Client::keep));
        CHECK(event.policy.action == PolicyAction::pass);
        event.policy = {true, "RPZ", "bad.test", PolicyAction::pass, PolicyMatch::qname, "bad.test"};
        Privacy(options(client)).apply(event);
        CHECK(event.policy.rule == "bad.test");
    }
}

TEST_CASE("options of EDNS that may tell who asked are left out whenever a client is hidden") {
    for (const Client client : {Client::mask, Client::cryptopan, Client::hmac, Client::drop}) {
        const std::uint8_t mac[] = {0xfd, 0xe9, 0, 1, 7};
        Event event = event_from("198.51.100.7");
        event.dns.has_edns = true;
        event.dns.edns.other_options = 1;
        event.dns.edns.options = mac;
        Privacy(options(client)).apply(event);
        CHECK(event.dns.edns.other_options == 0);
        CHECK(event.dns.edns.options.empty());
    }
}

}  // namespace
}  // namespace tapferry

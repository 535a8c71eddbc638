// Decodes a capture and sends its events through stages, for counting instructions:
//   valgrind --tool=callgrind --toggle-collect='tapferry::Stages::pass*' stages_bench bind-mix where 'qname'
// What is counted: nothing, where EXPRESSION, domain (registered domains), mask, cryptopan, hmac.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "agent/stages/stages.h"
#include "proto/decoder.h"
#include "tests/support/frame_streams_file.h"

namespace {

using tapferry::PrivacyOptions;

tapferry::StageOptions options_of(std::string_view what, std::string_view argument) {
    tapferry::StageOptions options;
    for (unsigned i = 0; i < options.privacy.key.size(); ++i)
        options.privacy.key[i] = static_cast<std::uint8_t>(i);
    if (what == "domain") options.registered_domain = true;
    if (what == "mask") options.privacy.client = PrivacyOptions::Client::mask;
    if (what == "cryptopan") options.privacy.client = PrivacyOptions::Client::cryptopan;
    if (what == "hmac") options.privacy.client = PrivacyOptions::Client::hmac;
    if (what == "where") {
        auto parsed = tapferry::parse_expression(argument);
        if (const auto* fault = std::get_if<tapferry::ExpressionFault>(&parsed)) {
            std::fprintf(stderr, "%s\n", to_line(*fault).c_str());
            std::exit(2);
        }
        options.where = std::get<tapferry::Expression>(std::move(parsed));
    }
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const auto frames = tapferry::test::read_capture(argv[1]);
    tapferry::Stages stages(options_of(argv[2], argc > 3 ? argv[3] : ""));
    tapferry::Decoder decoder;
    tapferry::Event event;
    std::size_t events = 0, passed = 0;
    for (const auto& frame : frames) {
        const tapferry::FrameOrigin origin{{1, ++events}, {1'795'209'600, 0}, "bench"};
        if (decoder.decode(frame, origin, event) == tapferry::DecodeStatus::decoded && stages.pass(event))
            ++passed;
    }
    std::printf("%zu events, %zu passed\n", events, passed);
    return 0;
}

#include "agent/commands/show_options.h"

#include <doctest/doctest.h>

#include "agent/commands/commands.h"

namespace tapferry {
namespace {

std::string refusal(const FormatArguments& format, const FilterArguments& filter = {}) {
    try {
        read_show_options(format, filter);
    } catch (const WrongUsage& wrong) {
        return wrong.what();
    }
    return {};
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("an option is the key of the format's table, with its type") {
    const auto shown =
        read_show_options({.output = "cef",
                           .line = {},
                           .options = {"ipv6=c6a", "vendor=\"An \\u0045xample\"", "product = Plain words"}},
                          {});
    const auto& cef = std::get<CefOptions>(shown.format);
    CHECK(cef.ipv6 == CefOptions::Ipv6::c6a);
    CHECK(cef.vendor == "An Example");
    CHECK(cef.product == "Plain words");
    CHECK(std::get<JsonOptions>(
              read_show_options({.output = "json", .line = {}, .options = {"schema=true"}}, {}).format)
              .schema);
}

TEST_CASE("every wrong option is told at once, by the name it was given, with what is allowed") {
    const std::string words =
        refusal({.output = "cef", .line = {}, .options = {"ipv6=c7", "vendr=x", "product="}});
    CHECK(contains(words, "--option ipv6: \"c7\" is not one of \"inline\" or \"c6a\""));
    CHECK(contains(words, "--option vendr: "));
    CHECK(contains(words, "did you mean \"vendor\""));
    CHECK(contains(words, "--option product: "));
}

TEST_CASE("a command has no labels, and refuses a condition that asks for one") {
    FilterArguments filter;
    filter.where = "labels.site == \"fra1\"";
    CHECK(contains(refusal({}, filter), "--where: column 1: there is no label \"site\": none is set"));
}

TEST_CASE("an option that is no KEY=VALUE, or is given twice, is refused") {
    for (const char* option : {"vendor", "=x", "vendor=\"a'", "a=1\nb=2"}) {
        CAPTURE(option);
        CHECK(contains(refusal({.output = "cef", .line = {}, .options = {option}}), "--option: "));
    }
    CHECK(contains(refusal({.output = "cef", .line = {}, .options = {"vendor=a", "vendor=b"}}),
                   "\"vendor\" is given more than once"));
}

TEST_CASE("a line goes with text alone, and its faults are its own") {
    CHECK(contains(refusal({.output = "json", .line = "%{qname}", .options = {}}),
                   "--line goes with --output text"));
    CHECK(contains(refusal({.output = "text", .line = "%{qnam}", .options = {}}), "--line: unknown field"));
    const auto shown = read_show_options({.output = "text", .line = "%{qname}", .options = {}}, {});
    CHECK(std::get<TextOptions>(shown.format).format == "%{qname}");
}

TEST_CASE("everything is shown whatever the format, unless message types are named") {
    Event query;
    query.type = MessageType::client_query;
    Event response;
    response.type = MessageType::client_response;
    for (const char* format : {"cef", "json", "text"}) {
        CAPTURE(format);
        const auto all =
            read_show_options({.output = format, .line = {}, .options = {}}, {}).stages.selection;
        CHECK(all.wants(query));
        CHECK(all.wants(response));
        FilterArguments filter;
        filter.messages = {"CR", "AUTH_RESPONSE"};
        const auto some =
            read_show_options({.output = format, .line = {}, .options = {}}, filter).stages.selection;
        CHECK(!some.wants(query));
        CHECK(some.wants(response));
    }
    FilterArguments filter;
    filter.messages = {"XY"};
    CHECK(contains(refusal({}, filter), "--messages: \"XY\" is not a dnstap message type"));
}

TEST_CASE("words of a fixed set are taken in any case, and none may be missing between commas") {
    FilterArguments filter;
    filter.messages = {"cr,Auth_Response"};
    filter.keys = {"family=INET6"};
    const auto shown = read_show_options({.output = "cef", .line = {}, .options = {"ipv6=C6A"}}, filter);
    CHECK(std::get<CefOptions>(shown.format).ipv6 == CefOptions::Ipv6::c6a);
    CHECK(shown.stages.wanted.family == FilterLists::Family::inet6);
    Event event;
    event.type = MessageType::auth_response;
    CHECK(shown.stages.selection.wants(event));
    event.type = MessageType::client_query;
    CHECK(!shown.stages.selection.wants(event));
    filter.messages = {"ALL"};
    CHECK(read_show_options({}, filter).stages.selection.wants(event));
    filter.messages = {"CR,,CQ"};
    CHECK(contains(refusal({}, filter), "--messages: \"\" is not a dnstap message type"));
}

TEST_CASE("text that looks like a number needs no quotes, and a number stays one") {
    const auto shown = [](const char* output, const char* option) {
        return read_show_options({.output = output, .line = {}, .options = {option}}, {}).format;
    };
    CHECK(std::get<OcsfOptions>(shown("ocsf", "version=1.9")).version ==
          std::get<OcsfOptions>(shown("ocsf", "version=\"1.9\"")).version);
    CHECK(std::get<CefOptions>(shown("cef", "vendor=7")).vendor == "7");
    CHECK(std::get<SummaryOptions>(shown("summary", "max_rows=100")).max_rows == 100);
    CHECK(contains(refusal({.output = "summary", .line = {}, .options = {"max_rows=-1"}}), "max_rows"));
    CHECK(contains(refusal({.output = "ocsf", .line = {}, .options = {"version=1.7"}}),
                   "--option version: \"1.7\" is not one of \"1.3\" or \"1.9\""));
    CHECK(contains(refusal({.output = "summary", .line = {}, .options = {"max_rows=0"}}),
                   "--option max_rows: 0 is not between"));
}

}  // namespace
}  // namespace tapferry

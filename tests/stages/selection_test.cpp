#include "agent/stages/selection.h"

#include <doctest/doctest.h>

namespace tapferry {
namespace {

Event of_type(MessageType type) {
    Event event;
    event.type = type;
    return event;
}

TEST_CASE("everything means also types that this version does not know") {
    for (std::size_t i = 0; i < message_type_count; ++i)
        CHECK(Selection::all().wants(of_type(static_cast<MessageType>(i))));
}

TEST_CASE("nothing is wanted until it is named") {
    Selection selection = Selection::none();
    for (std::size_t i = 0; i < message_type_count; ++i)
        CHECK(!selection.wants(of_type(static_cast<MessageType>(i))));
    selection.add(MessageType::tool_query);
    CHECK(selection.wants(of_type(MessageType::tool_query)));
    CHECK(!selection.wants(of_type(MessageType::tool_response)));
}

TEST_CASE(
    "usually a new domain is wanted whatever message told of it, and other messages of that type are not") {
    Event event = of_type(MessageType::resolver_response);
    CHECK(!Selection::usual().wants(event));
    event.kind = EventKind::new_domain;
    CHECK(Selection::usual().wants(event));
    CHECK(!Selection::none().wants(event));
}

TEST_CASE("usually a query that was left unanswered is wanted, and no other one") {
    Event event = of_type(MessageType::client_query);
    CHECK(!Selection::usual().wants(event));
    event.kind = EventKind::unanswered;
    CHECK(Selection::usual().wants(event));
    Selection responses = Selection::none();
    responses.add(MessageType::client_response);
    CHECK(!responses.wants(event));
}

TEST_CASE("a malformed message is wanted as its type is") {
    Event event = of_type(MessageType::client_response);
    event.kind = EventKind::malformed;
    CHECK(Selection::usual().wants(event));
}

TEST_CASE("a type is found by its name and by its short form, in any case, and in no other writing") {
    CHECK(Selection::find("AUTH_QUERY") == MessageType::auth_query);
    CHECK(Selection::find("UR") == MessageType::update_response);
    CHECK(Selection::find("cr") == MessageType::client_response);
    CHECK(Selection::find("Client_Response") == MessageType::client_response);
    for (const std::string_view name : {"", "CR ", "c", "crr", "UNKNOWN", "0", "6", "CLIENT RESPONSE"}) {
        CAPTURE(name);
        CHECK(!Selection::find(name));
    }
}

TEST_CASE("a selection is empty when no event at all passes, kinds without a type of their own too") {
    CHECK(Selection::none().empty());
    CHECK(!Selection::usual().empty());
    Selection selection = Selection::usual();
    for (const auto type : {MessageType::client_response, MessageType::auth_response,
                            MessageType::update_query, MessageType::update_response}) {
        Selection unwanted = Selection::none();
        unwanted.add(type);
        selection.remove(unwanted);
    }
    CHECK(!selection.empty());  // new domains, and what was left unanswered
    selection.remove(Selection::all());
    CHECK(selection.empty());
}

}  // namespace
}  // namespace tapferry

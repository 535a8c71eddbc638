#include "agent/stages/expression_terms.h"

#include <algorithm>

#include "agent/stages/domains.h"
#include "agent/stages/expression_time.h"
#include "proto/characters.h"

namespace tapferry {

namespace {

using How = TextMatch::How;

std::size_t place_of(const EventField* field, std::vector<const EventField*>& fields) {
    const auto found = std::find(fields.begin(), fields.end(), field);
    const auto place = static_cast<std::size_t>(found - fields.begin());
    if (found == fields.end()) fields.push_back(field);
    return place;
}

TextSource source_of(const ComparedField& field, ExpressionProgram& program) {
    if (field.view != nullptr) return {field.view, 0};
    return {nullptr, place_of(field.field, program.written)};
}

std::string quoted(std::string_view text) {
    return '"' + std::string(text) + '"';
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_printable);
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), to_lower);
    return result;
}

constexpr std::string_view text_comparisons = "==, !=, in, contains, starts_with, ends_with or matches";

// Of the lists that hold the data of records.
std::vector<dns::ResourceRecord> dns::Message::*records_of(std::string_view field) {
    if (field == "answers") return &dns::Message::answers;
    if (field == "authority") return &dns::Message::authority;
    return field == "additional" ? &dns::Message::additional : nullptr;
}

class TermMaker {
  public:
    TermMaker(std::string_view expression, const Comparison& comparison, ExpressionProgram& program)
        : expression_(expression), comparison_(comparison), program_(program) {}

    std::variant<Test, ExpressionFault> make() {
        std::optional<Test> test = make_by_sort();
        if (fault_) return *fault_;
        return std::move(*test);
    }

  private:
    std::optional<Test> make_by_sort() {
        switch (comparison_.field.sort) {
            case FieldSort::code:
                return is_text_search() ? make_text() : make_code();
            case FieldSort::number:
                return make_number();
            case FieldSort::time:
                return make_time();
            case FieldSort::address:
                return make_address();
            case FieldSort::subnet:
                return is("in") ? make_subnet() : make_text();
            case FieldSort::list:
                return make_element();
            case FieldSort::answer_address:
                return make_answer_address();
            case FieldSort::label:
                return make_label();
            case FieldSort::clipped:
                return make_clipped();
            case FieldSort::extended_errors:
                return is_text_search() ? make_element() : make_extended_errors();
            default:
                return make_text();
        }
    }

    [[nodiscard]] bool is(std::string_view how) const { return comparison_.how.is(how); }
    [[nodiscard]] bool is_text_search() const {
        return is("contains") || is("starts_with") || is("ends_with") || is("matches");
    }
    [[nodiscard]] bool is_equality() const { return is("==") || is("!=") || is("in"); }
    [[nodiscard]] bool negated() const { return comparison_.negated != is("!="); }

    std::nullopt_t complain(const Token& token, std::string text) {
        if (!fault_) fault_ = fault_at(expression_, token.at, std::move(text));
        return std::nullopt;
    }
    std::nullopt_t wrong_comparison(std::string_view allowed) {
        return complain(comparison_.how, quoted(comparison_.how.text) + " does not go with " +
                                             std::string(comparison_.field.name) + ", which is " +
                                             std::string(sort_name(comparison_.field.sort)) + "; use " +
                                             std::string(allowed));
    }
    std::nullopt_t wrong_value(const Token& token, std::string_view wanted) {
        return complain(token,
                        std::string(comparison_.field.name) + " is compared with " + std::string(wanted));
    }

    std::optional<Test> make_code() {
        const FieldCodes& codes = *comparison_.field.codes;
        if (!is_equality()) return wrong_comparison("==, != or in");
        CodeTest test{codes.of, {}, negated()};
        for (const Token& value : comparison_.values) {
            auto code = value.kind == Token::Kind::number ? whole_number(value) : codes.find(value.text);
            if (!code) return complain(value, quoted(value.text) + " is not " + std::string(codes.what));
            test.values.push_back(*code);
        }
        return test;
    }

    std::optional<Test> make_clipped() {
        std::optional<Test> made = make_code();
        if (!made) return std::nullopt;
        auto& test = std::get<CodeTest>(*made);
        return ClippedTest{std::move(test.values), test.negated};
    }

    std::optional<Test> make_extended_errors() {
        if (!is_equality()) return wrong_comparison("==, != or in");
        ExtendedErrorTest test{{}, negated()};
        for (const Token& value : comparison_.values) {
            const auto code =
                value.kind == Token::Kind::number ? whole_number(value) : find_extended_error(value.text);
            if (!code)
                return complain(value,
                                quoted(value.text) +
                                    " is not the code of an extended error, such as 15 or \"Blocked\"; "
                                    "what servers add to it is ede_text");
            test.codes.push_back(*code);
        }
        return test;
    }

    static std::optional<std::int64_t> whole_number(const Token& token) {
        if (token.number < 0 || token.number > 0x7FFFFFFF) return std::nullopt;
        const auto number = static_cast<std::int64_t>(token.number);
        return static_cast<double>(number) == token.number ? std::optional(number) : std::nullopt;
    }

    [[nodiscard]] std::optional<Order> order() const {
        static constexpr std::pair<std::string_view, Order> orders[] = {
            {"==", Order::equal},         {"!=", Order::not_equal}, {"<", Order::less},
            {"<=", Order::less_or_equal}, {">", Order::greater},    {">=", Order::greater_or_equal}};
        for (const auto& [symbol, order] : orders)
            if (is(symbol)) return order;
        return std::nullopt;
    }

    std::optional<Test> make_number() {
        auto order = is("in") ? (negated() ? Order::not_equal : Order::equal) : this->order();
        if (!order) return wrong_comparison("==, !=, <, <=, >, >= or in");
        NumberTest test{comparison_.field.field->number, *order, {}};
        for (const Token& value : comparison_.values) {
            if (value.kind != Token::Kind::number) return wrong_value(value, "a number, without quotes");
            test.values.push_back(value.number);
        }
        return test;
    }

    std::optional<Test> make_time() {
        const auto order = this->order();
        if (!order) return wrong_comparison("==, !=, <, <=, > or >=");
        const Token& value = comparison_.values.front();
        const auto time = value.kind == Token::Kind::text ? parse_time(value.text) : std::nullopt;
        if (!time) return wrong_value(value, "a time in quotes such as \"2026-11-20T21:23:42Z\"");
        return TimeTest{comparison_.field.time, *order, *time};
    }

    // Networks for `in`, addresses for == and !=.
    bool read_networks(NetworkSet& networks) {
        for (const Token& value : comparison_.values) {
            const auto network = value.kind == Token::Kind::text ? parse_network(value.text) : std::nullopt;
            if (!network || (!network->is_one_address && !is("in"))) {
                wrong_value(value, is("in") ? "networks such as \"10.0.0.0/8\" or \"2001:db8::/32\""
                                            : "an address such as \"192.0.2.1\"; networks go with in");
                return false;
            }
            networks.add(*network);
        }
        networks.finish();
        return true;
    }

    std::optional<Test> make_address() {
        if (!is_equality()) return wrong_comparison("==, !=, or in with networks");
        AddressTest test{comparison_.field.field->address, {}, negated()};
        if (!read_networks(test.networks)) return std::nullopt;
        return test;
    }

    std::optional<Test> make_answer_address() {
        if (!is_equality()) return wrong_comparison("==, !=, or in with networks");
        const std::string_view name = comparison_.field.name;
        const int size = name == "answer_a" ? 4 : name == "answer_aaaa" ? 16 : 0;
        AnswerAddressTest test{static_cast<std::uint8_t>(size), {}, negated()};
        if (!read_networks(test.networks)) return std::nullopt;
        return test;
    }

    std::optional<Test> make_label() {
        if (!is_equality() && !is_text_search()) return wrong_comparison(text_comparisons);
        LabelTest test{std::string(comparison_.field.label), TextMatch{}, negated()};
        if (!read_match(*test.match)) return std::nullopt;
        return test;
    }

    std::optional<Test> make_subnet() {
        SubnetTest test{{}, negated()};
        if (!read_networks(test.networks)) return std::nullopt;
        return test;
    }

    std::optional<Test> make_text() {
        if (!is_equality() && !is_text_search()) return wrong_comparison(text_comparisons);
        TextTest test{source_of(comparison_.field, program_), {}, negated()};
        if (!read_match(test.match)) return std::nullopt;
        return test;
    }

    std::optional<Test> make_element() {
        if (!is_equality() && !is_text_search()) return wrong_comparison(text_comparisons);
        ElementTest test{comparison_.field.field, {}, nullptr, {}, negated()};
        if (!read_match(test.match)) return std::nullopt;
        // Networks are for the addresses among the records.
        const auto records = is_equality() ? records_of(comparison_.field.name) : nullptr;
        auto& values = test.match.values;
        for (std::size_t i = values.size(); records != nullptr && i-- > 0;) {
            const auto network = parse_network(values[i]);
            if (!network || (!network->is_one_address && !is("in"))) continue;
            test.networks.add(*network);
            test.records = records;
            if (!network->is_one_address) values.erase(values.begin() + static_cast<std::ptrdiff_t>(i));
        }
        test.networks.finish();
        return test;
    }

    [[nodiscard]] How how() const {
        const FieldSort sort = comparison_.field.sort;
        const bool has_names = sort == FieldSort::name || records_of(comparison_.field.name) != nullptr;
        if (is("contains")) return How::contains;
        if (is("starts_with")) return How::starts_with;
        if (is("ends_with")) return has_names ? How::ends_with_labels : How::ends_with;
        return is("matches") ? How::matches : How::equal;
    }

    bool read_match(TextMatch& match) {
        match.how = how();
        match.any_case = comparison_.field.sort == FieldSort::code;
        for (const Token& value : comparison_.values) {
            if (value.kind != Token::Kind::text) {
                wrong_value(value, "a text, in quotes");
                return false;
            }
            if (!is_ascii(value.text)) {
                complain(value,
                         "texts of events are printable ASCII: other bytes of names and texts are written as "
                         "\\DDD there, and international names in their A-label form, \"xn--…\"");
                return false;
            }
            if (match.how == How::matches ? !read_pattern(value, match) : !read_text(value, match))
                return false;
        }
        return true;
    }

    bool read_pattern(const Token& value, TextMatch& match) {
        const bool any_case = match.any_case || comparison_.field.sort == FieldSort::name;
        auto pattern =
            Pattern::parse(value.text, any_case ? Pattern::Case::insensitive : Pattern::Case::sensitive);
        if (const auto* fault = std::get_if<Pattern::Fault>(&pattern)) {
            complain(value, "this is not a regular expression: " + fault->text);
            return false;
        }
        match.pattern = std::get<Pattern>(std::move(pattern));
        return true;
    }

    bool read_text(const Token& value, TextMatch& match) {
        if (value.text.empty()) {
            complain(value, "an empty text: ask for what an event does not have with \"not " +
                                std::string(comparison_.field.name) + '"');
            return false;
        }
        const ListWords* words = is_equality() ? comparison_.field.words : nullptr;
        if (words != nullptr) {
            auto word = words->find(value.text);
            if (!word) {
                complain(value, quoted(value.text) + " is not " + words->what());
                return false;
            }
            match.values.push_back(std::move(*word));
            return true;
        }
        if (comparison_.field.sort != FieldSort::name) {
            match.values.push_back(match.any_case ? lower(value.text) : std::string(value.text));
            return true;
        }
        const bool part = match.how == How::contains || match.how == How::starts_with;
        auto name = part ? std::optional(lower(value.text)) : whole_labels(value.text);
        if (!name) {
            complain(value, quoted(value.text) + " is not a domain name");
            return false;
        }
        match.values.push_back(std::move(*name));
        return true;
    }

    // With the dot before it that leaves out the domain itself.
    [[nodiscard]] std::optional<std::string> whole_labels(std::string_view text) const {
        const bool only_below = is("ends_with") && text.size() > 1 && text.front() == '.';
        auto name = canonical_name(only_below ? text.substr(1) : text);
        if (name && only_below) name->insert(name->begin(), '.');
        return name;
    }

    std::string_view expression_;
    const Comparison& comparison_;
    ExpressionProgram& program_;
    std::optional<ExpressionFault> fault_;
};

}  // namespace

std::variant<Test, ExpressionFault> make_comparison(std::string_view expression, const Comparison& comparison,
                                                    ExpressionProgram& program) {
    place_of(comparison.field.field, program.fields);
    return TermMaker(expression, comparison, program).make();
}

Test make_presence(const ComparedField& field, ExpressionProgram& program) {
    place_of(field.field, program.fields);
    if (field.sort == FieldSort::label) return LabelTest{std::string(field.label), std::nullopt, false};
    if (field.sort == FieldSort::clipped) return ClippedTest{{1}, false};
    PresenceTest test{field.field, {}};
    if (field.field->type == FieldType::text) test.source = source_of(field, program);
    return test;
}

}  // namespace tapferry

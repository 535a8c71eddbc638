#include "agent/stages/expression.h"

#include <algorithm>

#include "agent/stages/answer_addresses.h"
#include "agent/stages/domains.h"
#include "agent/stages/expression_program.h"
#include "proto/characters.h"
#include "proto/dns_text.h"

namespace tapferry {

namespace {

// Of a list element: a name at the end of an answer may stand behind other words ("10 mail.example.com").
bool ends_with_name(std::string_view text, std::string_view domain) {
    if (ends_with_labels(text, domain)) return true;
    return text.size() > domain.size() && text.ends_with(domain) &&
           text[text.size() - domain.size() - 1] == ' ';
}

bool in_order(auto compared, Order order) {
    switch (order) {
        case Order::equal:
            return compared == 0;
        case Order::not_equal:
            return compared != 0;
        case Order::less:
            return compared < 0;
        case Order::less_or_equal:
            return compared <= 0;
        case Order::greater:
            return compared > 0;
        case Order::greater_or_equal:
            return compared >= 0;
    }
    return false;
}

class Run {
  public:
    Run(const ExpressionProgram& program, const Event& event, Expression::Texts& texts)
        : program_(program), event_(event), texts_(texts) {}

    bool operator()(const TextTest& test) const {
        const std::string_view text = text_of(test.source);
        return !text.empty() && test.match.holds(text) != test.negated;
    }
    bool operator()(const CodeTest& test) const {
        const std::int64_t code = test.code(event_);
        if (code < 0) return false;
        return (std::find(test.values.begin(), test.values.end(), code) != test.values.end()) != test.negated;
    }
    bool operator()(const NumberTest& test) const {
        const auto number = test.number(event_);
        if (!number) return false;
        const auto holds = [&](double value) {
            return in_order(*number <=> value, test.order == Order::not_equal ? Order::equal : test.order);
        };
        const bool any = std::any_of(test.values.begin(), test.values.end(), holds);
        return any != (test.order == Order::not_equal);
    }
    bool operator()(const TimeTest& test) const {
        const auto time = test.time(event_);
        return time && in_order(*time <=> test.value, test.order);
    }
    bool operator()(const AddressTest& test) const {
        const IpAddress& address = test.address(event_);
        return address.present() && test.networks.contains(address) != test.negated;
    }
    bool operator()(const SubnetTest& test) const {
        const auto subnet = client_subnet(event_);
        return subnet && test.networks.contains(subnet->address, subnet->prefix) != test.negated;
    }
    bool operator()(const ElementTest& test) const {
        TextBuffer& buffer = texts_.buffer;
        const std::size_t begin = buffer.size();
        bool found = test.records != nullptr &&
                     any_address(event_.dns, event_.dns.*test.records,
                                 [&](const IpAddress& address) { return test.networks.contains(address); });
        bool there = found;
        const bool has_texts = !test.match.values.empty() || test.match.pattern;
        for (std::size_t i = 0; !found && test.list->element(buffer, event_, i); ++i) {
            there = true;
            found = has_texts && test.match.holds(buffer.view(begin));
            buffer.truncate(begin);
            if (!has_texts) break;
        }
        buffer.truncate(begin);
        return there && found != test.negated;
    }
    bool operator()(const AnswerAddressTest& test) const {
        bool there = false;
        const bool found = any_answer_address(event_, [&](const IpAddress& address) {
            if (test.size != 0 && address.size != test.size) return false;
            there = true;
            return test.networks.contains(address);
        });
        return there && found != test.negated;
    }
    bool operator()(const LabelTest& test) const {
        const auto label = std::ranges::find(event_.labels, std::string_view(test.name), &Label::name);
        if (label == event_.labels.end() || label->value.empty()) return false;
        if (!test.match) return true;
        const std::size_t begin = texts_.buffer.size();
        append_opaque(texts_.buffer, label->value);
        const bool holds = test.match->holds(texts_.buffer.view(begin));
        texts_.buffer.truncate(begin);
        return holds != test.negated;
    }
    bool operator()(const ClippedTest& test) const {
        if (!texts_.clipping) texts_.clipping = std::make_unique<Clipping>();
        const std::int64_t clips = texts_.clipping->clips(event_) ? 1 : 0;
        return (std::ranges::find(test.values, clips) != test.values.end()) != test.negated;
    }
    bool operator()(const ExtendedErrorTest& test) const {
        const auto& errors = event_.dns.edns.errors;
        const bool found = std::ranges::any_of(errors, [&](const dns::ExtendedError& error) {
            return std::ranges::find(test.codes, error.code) != test.codes.end();
        });
        return !errors.empty() && found != test.negated;
    }
    bool operator()(const PresenceTest& test) const {
        switch (test.field->type) {
            case FieldType::number:
            case FieldType::time:
                return test.field->number(event_).has_value();
            case FieldType::address:
                return test.field->address(event_).present();
            case FieldType::list: {
                const std::size_t begin = texts_.buffer.size();
                const bool there = test.field->element(texts_.buffer, event_, 0);
                texts_.buffer.truncate(begin);
                return there;
            }
            case FieldType::text:
                break;
        }
        return !text_of(test.source).empty();
    }

  private:
    std::string_view text_of(const TextSource& source) const {
        if (source.view != nullptr) return source.view(event_);
        auto& written = texts_.fields[source.field];
        if (written.of_event != texts_.event) {
            written = {texts_.event, texts_.buffer.size(), 0};
            program_.written[source.field]->append(texts_.buffer, event_);
            written.end = texts_.buffer.size();
        }
        return {texts_.buffer.data() + written.begin, written.end - written.begin};
    }

    const ExpressionProgram& program_;
    const Event& event_;
    Expression::Texts& texts_;
};

}  // namespace

bool TextMatch::holds(std::string_view text) const {
    char lowered[64];
    if (any_case && text.size() <= sizeof lowered) {
        std::transform(text.begin(), text.end(), lowered, to_lower);
        text = {lowered, text.size()};
    }
    const auto any = [&](auto is) { return std::any_of(values.begin(), values.end(), is); };
    switch (how) {
        case How::equal:
            return any([&](const std::string& value) { return text == value; });
        case How::contains:
            return any([&](const std::string& value) { return text.find(value) != std::string_view::npos; });
        case How::starts_with:
            return any([&](const std::string& value) { return text.starts_with(value); });
        case How::ends_with:
            return any([&](const std::string& value) { return text.ends_with(value); });
        case How::ends_with_labels:
            return any([&](const std::string& value) { return ends_with_name(text, value); });
        case How::matches:
            return pattern->is_in(text);
    }
    return false;
}

Expression::Expression(std::shared_ptr<const ExpressionProgram> program) : program_(std::move(program)) {
    texts_.fields.resize(program_->written.size());
}

bool Expression::matches(const Event& event) {
    ++texts_.event;
    texts_.buffer.clear();
    const Run run(*program_, event, texts_);
    std::uint32_t at = program_->first;
    while (at < Step::reject) {
        const Step& step = program_->steps[at];
        at = std::visit(run, step.test) ? step.if_true : step.if_false;
    }
    return at == Step::accept;
}

bool Expression::asks_for(std::string_view field) const {
    return std::any_of(program_->fields.begin(), program_->fields.end(),
                       [&](const EventField* asked) { return asked->name == field; });
}

}  // namespace tapferry

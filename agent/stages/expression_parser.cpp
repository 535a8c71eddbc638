// The grammar of expressions:
//   either     = both { "or" both }
//   both       = one { "and" one }
//   one        = "not" one | "(" either ")" | comparison
//   comparison = FIELD [ "exists" | ["not"] HOW values ]
//   values     = VALUE | "[" VALUE { "," VALUE } "]"       several only for "in"
#include <algorithm>

#include "agent/stages/expression.h"
#include "agent/stages/expression_lexer.h"
#include "agent/stages/expression_terms.h"

namespace tapferry {

namespace {

constexpr std::size_t longest_expression = 16 * 1024;  // characters
constexpr unsigned deepest_nesting = 64;

struct Node {
    enum class Kind : std::uint8_t { test, both, either, negation };
    Kind kind = Kind::test;
    std::size_t step = 0;     // of a test
    std::vector<Node> parts;  // of the others
};

// Ties the tests together: each node is told where to go on when it holds and when not, so that running it
// needs neither a stack nor values.
std::uint32_t link(const Node& node, std::uint32_t if_true, std::uint32_t if_false,
                   ExpressionProgram& program) {
    switch (node.kind) {
        case Node::Kind::test:
            program.steps[node.step].if_true = if_true;
            program.steps[node.step].if_false = if_false;
            return static_cast<std::uint32_t>(node.step);
        case Node::Kind::negation:
            return link(node.parts.front(), if_false, if_true, program);
        case Node::Kind::both:
            for (std::size_t i = node.parts.size(); i-- > 0;)
                if_true = link(node.parts[i], if_true, if_false, program);
            return if_true;
        case Node::Kind::either:
            for (std::size_t i = node.parts.size(); i-- > 0;)
                if_false = link(node.parts[i], if_true, if_false, program);
            return if_false;
    }
    return if_false;
}

bool is_comparison(const Token& token) {
    static constexpr std::string_view all[] = {
        "==", "!=", "<", "<=", ">", ">=", "in", "contains", "starts_with", "ends_with", "matches"};
    return std::any_of(std::begin(all), std::end(all), [&](std::string_view how) { return token.is(how); });
}

std::string unknown_field(std::string_view name) {
    const std::string text = "there is no field \"" + std::string(name) + "\"; ";
    const std::string_view meant = suggested_field(name);
    return meant.empty() ? text + "tapferry-filter(7) and the help of decode list them"
                         : text + "did you mean \"" + std::string(meant) + "\"?";
}

std::string unknown_label(std::string_view name, const std::vector<std::string>& labels) {
    std::string text = "there is no label \"" + std::string(name) + "\"";
    if (labels.empty()) return text + ": none is set, by labels or match_lists of a destination";
    for (std::size_t i = 0; i < labels.size(); ++i)
        text += (i == 0 ? ", only \"" : i + 1 == labels.size() ? " and \"" : ", \"") + labels[i] + "\"";
    return text;
}

class Parser {
  public:
    Parser(std::string_view expression, std::vector<Token> tokens, const std::vector<std::string>* labels)
        : expression_(expression), tokens_(std::move(tokens)), labels_(labels) {}

    std::variant<Expression, ExpressionFault> parse() {
        const auto root = either();
        if (root && now().kind != Token::Kind::end)
            complain(now(), "\"and\", \"or\" or the end is expected here");
        if (fault_) return *fault_;
        program_->first = link(*root, Step::accept, Step::reject, *program_);
        return Expression(std::move(program_));
    }

  private:
    [[nodiscard]] const Token& now() const { return tokens_[at_]; }
    const Token& take() { return tokens_[at_++]; }
    bool take_if(std::string_view wanted) {
        if (!now().is(wanted)) return false;
        ++at_;
        return true;
    }
    std::nullopt_t complain(const Token& token, std::string text) {
        if (!fault_) fault_ = fault_at(expression_, token.at, std::move(text));
        return std::nullopt;
    }

    std::optional<Node> either() { return chain("or", Node::Kind::either, &Parser::both); }
    std::optional<Node> both() { return chain("and", Node::Kind::both, &Parser::one); }

    std::optional<Node> chain(std::string_view word, Node::Kind kind, std::optional<Node> (Parser::*part)()) {
        Node node{kind, 0, {}};
        do {
            auto next = (this->*part)();
            if (!next) return std::nullopt;
            node.parts.push_back(std::move(*next));
        } while (take_if(word));
        return node.parts.size() == 1 ? std::move(node.parts.front()) : std::move(node);
    }

    std::optional<Node> one() {
        if (!now().is("not") && !now().is("(")) return comparison();
        if (++depth_ > deepest_nesting) return complain(now(), "nested too deep");
        const Token& opening = take();
        std::optional<Node> node;
        if (opening.text == "not") {
            if (auto part = one()) {
                node.emplace(Node{Node::Kind::negation, 0, {}});
                node->parts.push_back(std::move(*part));
            }
        } else {
            node = either();
            if (node && !take_if(")")) return complain(now(), "\")\" is missing here");
        }
        --depth_;
        return node;
    }

    std::optional<Node> comparison() {
        const Token& word = now();
        if (word.kind == Token::Kind::end) return complain(word, "a field is missing here");
        if (word.kind == Token::Kind::symbol)
            return complain(word, "\"" + std::string(word.text) + "\" stands where a field is expected");
        if (word.kind != Token::Kind::word)
            return complain(word, "a value stands where a field is expected; fields stand on the left");
        const auto field = find_compared_field(word.text);
        if (!field) return complain(word, unknown_field(word.text));
        if (field->sort == FieldSort::label && labels_ != nullptr &&
            std::find(labels_->begin(), labels_->end(), field->label) == labels_->end())
            return complain(word, unknown_label(field->label, *labels_));
        ++at_;
        const bool negated = now().is("not") && is_comparison(tokens_[at_ + 1]) && take_if("not");
        if (!is_comparison(now())) {
            take_if("exists");
            return test(make_presence(*field, *program_));
        }
        return comparison_with(*field, negated);
    }

    std::optional<Node> comparison_with(const ComparedField& field, bool negated) {
        Comparison comparison{field, negated, take(), {}};
        if (negated && comparison.how.kind == Token::Kind::symbol)
            return complain(comparison.how, "\"not\" goes before the field");
        if (!read_values(comparison)) return std::nullopt;
        auto made = make_comparison(expression_, comparison, *program_);
        if (auto* fault = std::get_if<ExpressionFault>(&made)) {
            fault_ = std::move(*fault);
            return std::nullopt;
        }
        return test(std::get<Test>(std::move(made)));
    }

    bool read_values(Comparison& comparison) {
        if (!now().is("[")) return read_value(comparison);
        const Token& opening = take();
        if (!comparison.how.is("in")) {
            complain(opening, "a list goes with \"in\" only");
            return false;
        }
        do {
            if (!read_value(comparison)) return false;
        } while (take_if(","));
        if (take_if("]")) return true;
        complain(now(), "here \",\" or \"]\" is missing");
        return false;
    }

    bool read_value(Comparison& comparison) {
        if (now().kind == Token::Kind::text || now().kind == Token::Kind::number) {
            comparison.values.push_back(take());
            return true;
        }
        // As JSON writes what is so or not.
        const FieldCodes* codes = comparison.field.codes;
        if ((now().is("true") || now().is("false")) && codes != nullptr && codes->find(now().text)) {
            comparison.values.push_back(take());
            return true;
        }
        complain(now(), now().kind == Token::Kind::word
                            ? "texts are written in quotes: \"" + std::string(now().text) + "\""
                            : "a value is missing here");
        return false;
    }

    Node test(Test test) {
        program_->steps.push_back({std::move(test)});
        return {Node::Kind::test, program_->steps.size() - 1, {}};
    }

    std::string_view expression_;
    std::vector<Token> tokens_;
    const std::vector<std::string>* labels_;
    std::size_t at_ = 0;
    unsigned depth_ = 0;
    std::shared_ptr<ExpressionProgram> program_ = std::make_shared<ExpressionProgram>();
    std::optional<ExpressionFault> fault_;
};

}  // namespace

std::variant<Expression, ExpressionFault> parse_expression(std::string_view text,
                                                           const std::vector<std::string>* labels) {
    if (text.size() > longest_expression)
        return ExpressionFault{1, 1, "is longer than " + std::to_string(longest_expression / 1024) + " KiB"};
    auto tokens = split_expression(text);
    if (auto* fault = std::get_if<ExpressionFault>(&tokens)) return std::move(*fault);
    return Parser(text, std::get<std::vector<Token>>(std::move(tokens)), labels).parse();
}

}  // namespace tapferry

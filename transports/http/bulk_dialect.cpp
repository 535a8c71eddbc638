#include "transports/http/bulk_dialect.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "transports/http/answer_words.h"

namespace tapferry {

using Verdict = Outcome::Verdict;

namespace {

constexpr std::int64_t seconds_an_hour = 3600;
constexpr std::size_t longest_index_name = 255;
constexpr std::size_t usual_action = 100;  // bytes of what stands before a document
// Room for what is said of a document that is refused, and of one that is not.
constexpr std::size_t longest_item = 4 << 10;
constexpr std::size_t longest_answer_at_all = 16 << 20;

std::string path_of(const ElasticsearchOptions& options) {
    std::string path =
        "/_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason,"
        "items.*.error.caused_by.reason";
    if (!options.pipeline.empty()) path += "&pipeline=" + percent_encoded(options.pipeline);
    return path;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> texts) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

// What concerns the index and not the document, whatever status it comes with.
bool is_for_a_person(const BulkItem& item) {
    if (is_one_of(item.error_type,
                  {"index_closed_exception", "invalid_index_name_exception", "cluster_block_exception",
                   "index_not_found_exception", "security_exception"}))
        return true;
    return item.reason.find("pipeline with id [") != std::string::npos;
}

enum class Fate : std::uint8_t { stored, again, refused, for_a_person };

Fate fate_of(const BulkItem& item) {
    if (item.status / 100 == 2 && item.error_type.empty()) return Fate::stored;
    if (is_for_a_person(item)) return Fate::for_a_person;
    if (item.error_type == "version_conflict_engine_exception") return Fate::stored;  // before
    if (item.status / 100 == 2 || item.status / 100 == 5 || item.status == 409 || item.status == 0 ||
        item.status == 408 || item.status == 429)
        return Fate::again;
    if (item.status == 400 || item.status == 413 || item.status == 422) return Fate::refused;
    return Fate::for_a_person;
}

std::string words_of_item(const BulkItem& item) {
    if (item.status == 0) return "it does not say what became of a document";
    const bool both = !item.error_type.empty() && !item.reason.empty();
    return words_of(item.status, item.error_type + (both ? ": " : "") + item.reason);
}

// What becomes of a document that goes again, and so of the batch: one for a person decides.
void take_again(Outcome& outcome, const BulkItem& item, bool for_a_person, std::uint32_t record) {
    outcome.retry_records.push_back(record);
    const Verdict verdict = for_a_person ? Verdict::misconfigured : Verdict::retry;
    if (outcome.verdict == verdict || outcome.verdict == Verdict::misconfigured) return;
    outcome.verdict = verdict;
    outcome.words = words_of_item(item);
}

}  // namespace

BulkDialect::BulkDialect(ElasticsearchOptions options)
    : options_(std::move(options)),
      path_(path_of(options_)),
      stream_check_(options_.is_data_stream ? options_.index : "") {}

RequestForm BulkDialect::form(Lane) const {
    return {"POST", path_, {{"Content-Type", "application/x-ndjson"}}};
}

void BulkDialect::write_body(const RecordRange& range, std::string& out) {
    const auto records = range.records.records();
    out.reserve(out.size() + range.records.wire(range.first, range.last).size() +
                range.size() * usual_action);
    for (std::size_t i = range.first; i < range.last; ++i) {
        const Record& record = records[i];
        out.append(action_at(record.time));
        if (options_.use_id) {
            id_.clear();
            append_record_id(id_, record);
            out.append(",\"_id\":\"").append(id_.view()).append("\"");
        }
        out.append("}}\n").append(range.records.content(record)).append("\n");
    }
}

std::string_view BulkDialect::action_at(const Timestamp& time) {
    const std::int64_t hour = time.seconds / seconds_an_hour;
    if (action_.empty() || hour != hour_) {
        hour_ = hour;
        action_ = R"({"create":{"_index":")" + index_at(options_.index, time.seconds) + '"';
    }
    return action_;
}

std::size_t BulkDialect::longest_answer(std::size_t records) const {
    return std::min(longest_answer_at_all, longest_item * (records + 16));
}

Outcome BulkDialect::judge(const ServerAnswer& answer, const RecordRange& range, Ticket, Lane, Time) {
    if (!answer.is_success()) {
        Outcome outcome = judged_by_status(answer);
        const std::string error = read_bulk_error(answer.body);
        if (!error.empty()) outcome.words = words_of(answer.status, error);
        return outcome;
    }
    const auto items = read_bulk_items(answer.body);
    // A proxy's page, perhaps: what was sent has come back from nobody.
    if (!items || items->size() != range.size())
        return {.verdict = Verdict::retry, .words = "it does not say what became of each document"};
    Outcome outcome{.verdict = Verdict::accepted};
    for (std::size_t i = 0; i < items->size(); ++i) {
        const BulkItem& item = (*items)[i];
        const auto record = static_cast<std::uint32_t>(range.first + i);
        switch (fate_of(item)) {
            case Fate::stored:
                stream_check_.stored();
                break;
            case Fate::refused:
                outcome.refused_records.push_back(record);
                outcome.refused_words.push_back(words_of_item(item));
                break;
            case Fate::again:
                take_again(outcome, item, false, record);
                break;
            case Fate::for_a_person:
                take_again(outcome, item, true, record);
                break;
        }
    }
    if (!outcome.refused_words.empty())
        outcome.words =
            outcome.refused_words.front() + (outcome.words.empty() ? "" : "; others: ") + outcome.words;
    outcome.retry_after = answer.retry_after;
    return outcome;
}

std::string index_at(std::string_view pattern, std::int64_t seconds) {
    std::tm at{};
    const auto time = static_cast<std::time_t>(seconds);
    (void)::gmtime_r(&time, &at);
    std::string name;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '%' || i + 1 == pattern.size()) {
            name.push_back(pattern[i]);
            continue;
        }
        const std::array<char, 3> directive{'%', pattern[++i], '\0'};
        std::array<char, 32> text{};
        (void)std::strftime(text.data(), text.size(), directive.data(), &at);
        name.append(text.data());
    }
    return name;
}

std::string fault_of_index(std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if (pattern[i] == '%' && (i + 1 == pattern.size() ||
                                  std::string_view("YmdH").find(pattern[++i]) == std::string_view::npos))
            return "may use \"%\" only as %Y, %m, %d or %H";
    const std::string name = index_at(pattern, 0);
    if (name.empty() || name.size() > longest_index_name) return "must be 1 to 255 characters";
    if (name == "." || name == ".." || name.front() == '-' || name.front() == '_' || name.front() == '+')
        return "must not begin with \"-\", \"_\" or \"+\", nor be \".\" or \"..\"";
    const bool good = std::all_of(name.begin(), name.end(), [](char c) {
        return c > ' ' && c <= '~' && !(c >= 'A' && c <= 'Z') &&
               std::string_view("\\/*?\"<>|,#:").find(c) == std::string_view::npos;
    });
    return good ? "" : "must be in lower case, without spaces and none of \\ / * ? \" < > | , # :";
}

}  // namespace tapferry

#include "agent/commands/explain/explanation.h"

#include <algorithm>
#include <cstdint>
#include <set>

#include "agent/commands/count_words.h"
#include "agent/commands/explain/fact_source.h"
#include "agent/commands/explain/field_mapping.h"
#include "agent/commands/silence.h"
#include "encoders/bounds.h"
#include "encoders/make_encoder.h"
#include "encoders/text/line_format.h"

namespace tapferry {

namespace {

const LineFormat* line_of(const FormatOptions& options, std::variant<LineFormat, std::string>& parsed) {
    if (const auto* text = std::get_if<TextOptions>(&options)) {
        parsed = LineFormat::parse_text(text->format);
    } else if (const auto* own = std::get_if<TemplateOptions>(&options)) {
        parsed = LineFormat::parse_template(own->line);
    } else {
        return nullptr;
    }
    auto* line = std::get_if<LineFormat>(&parsed);
    if (const auto* own = std::get_if<TemplateOptions>(&options); own != nullptr && line != nullptr)
        line->set_absent(own->absent);
    return line;
}

// Whose keys the records have: the format's, or those of the tool whose shape it takes.
std::string_view keys_of(std::string_view format, const FormatOptions& options) {
    const auto* json = std::get_if<JsonOptions>(&options);
    const auto* yaml = std::get_if<YamlOptions>(&options);
    const bool theirs = (json != nullptr && json->profile == JsonOptions::Profile::dnstap_receiver) ||
                        (yaml != nullptr && yaml->layout == YamlOptions::Layout::dnstap_receiver);
    return theirs ? "dnstap-receiver" : format;
}

// What a line is made of need not be found again in it: each field is written once more by itself.
std::vector<RecordField> fields_of_line(const LineFormat& line, const Event& event) {
    std::vector<RecordField> fields;
    TextBuffer text;
    for (const LineStep& step : line.steps()) {
        if (!step.has_field()) continue;
        text.clear();
        line.append_field(text, event, step, max_event_bytes);
        fields.push_back({step.field != nullptr ? std::string(step.field->name) : "labels." + step.label,
                          std::string(text.view())});
    }
    return fields;
}

// The frame's own fields stand in it as they are: shown is what Tapferry reads in them.
std::vector<RecordField> fields_of_frame(const Event& event) {
    std::vector<RecordField> fields;
    TextBuffer text;
    for (const std::string_view fact :
         {"identity", "version", "extra", "type", "protocol", "src", "dst", "src_port", "dst_port",
          "query_time", "response_time", "zone", "http_protocol", "policy_type", "policy_rule",
          "policy_action", "policy_match", "policy_value"}) {
        text.clear();
        find_event_field(fact)->append(text, event);
        if (!text.empty()) fields.push_back({std::string(fact), std::string(text.view())});
    }
    if (event.has_message)
        fields.push_back({"wire", std::to_string(event.dns.wire.size()) + " bytes of DNS"});
    return fields;
}

class Explaining {
  public:
    Explaining(const Event& event, std::string_view format, const FormatOptions& options)
        : event_(event),
          format_(format),
          keys_(keys_of(format, options)),
          options_(options),
          line_(line_of(options, parsed_)) {}

    Explanation explain() {
        const auto encoder = make_encoder(options_);
        RecordBuffer records(Framing::none, nullptr, encoder->text());
        encoder->encode(event_, records);
        encoder->close(records);
        Explanation explanation;
        if (records.empty()) explanation.silence = silence_words(event_, options_);
        for (std::size_t i = 0; i < records.size(); ++i)
            explanation.records.push_back(record(records.content(records.records()[i]), i, records.size()));
        // Formats that hold the whole message leave nothing out.
        const bool whole = passes_frame_on(options_) || std::holds_alternative<DigOptions>(options_);
        if (!explanation.records.empty() && !whole) {
            for (const auto fact : facts_of(event_))
                if (!told(fact)) explanation.left_out.push_back(fact);
        }
        return explanation;
    }

  private:
    ExplainedRecord record(std::string_view content, std::size_t number, std::size_t of) {
        ExplainedRecord made{content.size(), {}};
        // A record of its own for each answer has no index in its keys; one of all of them comes from all.
        const bool one_each = of == event_.dns.answers.size();
        for (auto& field : split(content))
            made.fields.push_back(field_of(std::move(field), one_each ? number : SIZE_MAX));
        mark_shortened(made);
        return made;
    }
    [[nodiscard]] std::vector<RecordField> split(std::string_view content) const {
        if (line_ != nullptr) return fields_of_line(*line_, event_);
        if (std::holds_alternative<DnstapOptions>(options_)) return fields_of_frame(event_);
        return fields_of_record(format_, content);
    }

    ExplainedField field_of(RecordField field, std::size_t answer) {
        const std::string bare = without_indexes(field.key);
        const std::string_view fact = fact_of(keys_, bare);
        const std::size_t index = bare != field.key ? index_in(field.key) : answer;
        ExplainedField explained{std::move(field), "derived", limit_of(keys_, bare), {}};
        auto source = fact.empty() ? std::nullopt : source_of(event_, fact, index);
        if (!source) return explained;
        if (explained.field.value == "-" && line_ != nullptr) source->from += ": absent";
        tell(fact);
        explained.from = std::move(source->from);
        if (explained.limit == 0) explained.limit = source->limit;
        explained.cut = std::move(source->cut);
        return explained;
    }

    void tell(std::string_view fact) {
        told_.emplace(fact.substr(0, fact.find_first_of("[.")));
        if (fact == "time" || fact == "start" || fact == "query_time" || fact == "response_time")
            told_time_ = true;
        if (fact == "question") told_.insert({"qname", "qtype", "qclass"});
    }
    // A record that was shortened names in itself what was.
    void mark_shortened(ExplainedRecord& record) const {
        std::string_view names;
        for (auto& field : record.fields) {
            if (names_cut_fields(field.field.key)) names = field.field.value;
            if (says_clipped(field.field.key))
                field.cut = counted(max_shown_records, "record") + " of a section, " +
                            counted(max_rdata_text, "character") + " of an rdata and " +
                            std::to_string(max_event_bytes / 1024) + " KiB in all are shown";
        }
        for (auto& field : record.fields) {
            const std::string_view key =
                std::string_view(field.field.key).substr(0, field.field.key.find(' '));
            if (field.cut.empty() && !names_cut_fields(key) && lists(names, key))
                field.cut = why_shortened(field.field);
        }
    }
    static bool names_cut_fields(std::string_view key) {
        return key.starts_with("flexString1") || key == "truncated";
    }
    static bool says_clipped(std::string_view key) {
        return key == "clipped" || key.ends_with(".clipped") || key.ends_with("_clipped");
    }
    [[nodiscard]] std::string why_shortened(const RecordField& field) const {
        const std::size_t all = event_.dns.answers.size();
        if (all > max_shown_records && fact_of(keys_, field.key).starts_with("answers") &&
            answers_in(field.value) == max_shown_records)
            return "shortened: " + std::to_string(max_shown_records) + " of " + std::to_string(all) +
                   " answers are shown";
        return "shortened: more does not fit its limit or the record's";
    }
    // Of those that stand in one text with "; " between, which a character string may hold too.
    static std::size_t answers_in(std::string_view text) {
        std::size_t count = 1;
        bool quoted = false;
        for (std::size_t at = 0; at + 1 < text.size(); ++at) {
            if (text[at] == '"') quoted = !quoted;
            if (!quoted && text[at] == ';' && text[at + 1] == ' ') ++count;
        }
        return count;
    }
    static bool lists(std::string_view names, std::string_view key) {
        for (std::size_t at = names.find(key); at != std::string_view::npos; at = names.find(key, at + 1)) {
            const bool begins = at == 0 || names[at - 1] == ',';
            const std::size_t end = at + key.size();
            if (begins && (end == names.size() || names[end] == ',')) return true;
        }
        return false;
    }
    [[nodiscard]] bool told(std::string_view fact) const {
        const bool is_time = fact == "time" || fact == "query_time" || fact == "response_time";
        return told_.contains(fact.substr(0, fact.find_first_of("[."))) || (is_time && told_time_);
    }

    const Event& event_;
    std::string_view format_;
    std::string_view keys_;
    const FormatOptions& options_;
    std::variant<LineFormat, std::string> parsed_{std::string()};
    const LineFormat* line_;
    std::set<std::string, std::less<>> told_;
    bool told_time_ = false;
};

}  // namespace

Explanation explain(const Event& event, std::string_view format, const FormatOptions& options) {
    return Explaining(event, format, options).explain();
}

}  // namespace tapferry

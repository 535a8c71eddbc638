// One table of the configuration while it is read: takes values by key with their default and bounds, and
// remembers what was asked for, so that what was not asked for can be told as unknown with the nearest known
// key. Faults are gathered, never thrown: a faulty value reads as its default and reading goes on.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/config/document.h"
#include "agent/config/values.h"
#include "agent/stages/places.h"

namespace tapferry {

// What reading gathers over all sections.
struct ConfigReading {
    std::vector<ConfigFault> faults;
    std::vector<ConfigFault> warnings;  // of lines in files that it names
    std::set<std::string> keys;         // every key asked for
    // That destinations share, because they stand in memory.
    std::vector<std::pair<PlaceDatabases::Files, std::shared_ptr<const PlaceDatabases>>> places;
};

class Section {
  public:
    // `table` may be null: the section is not there and every key has its default. `path` is "" for the whole
    // file. `documented_path` stands for `path` in the list of keys: "destinations.NAME".
    Section(const Setting* table, std::string path, std::string documented_path, ConfigReading& reading);

    [[nodiscard]] bool has(std::string_view key) const;
    // It belongs here, though it is not read now: it is not told as unknown.
    void know(std::string_view key) { (void)find(key); }
    std::string text(std::string_view key, std::string_view otherwise);
    // A text that must be there and not be empty; `example` is shown when it is missing.
    std::string required_text(std::string_view key, std::string_view example);
    // None: it is not there, or something in it is a fault.
    std::optional<std::vector<std::string>> texts(std::string_view key);
    // The same, or one text alone.
    std::optional<std::vector<std::string>> one_or_more(std::string_view key);
    // None when it is not there, or something in it is a fault. `example`: "such as [1, 2]".
    std::vector<std::int64_t> integers(std::string_view key, std::string_view example);
    bool flag(std::string_view key, bool otherwise);
    // Whether the key is there and true or false.
    [[nodiscard]] bool has_flag(std::string_view key) const;
    // A text, a number, true or false, as a text. None: it is not there, or is none of these.
    std::optional<std::string> scalar(std::string_view key);
    // A number with a fraction, above 0 and up to `most`.
    double share(std::string_view key, double otherwise, double most);
    std::uint64_t integer(std::string_view key, std::uint64_t otherwise, std::uint64_t least,
                          std::uint64_t most);
    std::uint64_t size(std::string_view key, std::uint64_t otherwise, std::uint64_t least,
                       std::uint64_t most);
    std::chrono::milliseconds duration(std::string_view key, std::chrono::milliseconds otherwise,
                                       std::chrono::milliseconds least, std::chrono::milliseconds most);
    // One of a fixed set of words, in any case.
    template <typename Value>
    Value choice(std::string_view key, Value otherwise,
                 const std::vector<std::pair<std::string_view, Value>>& choices);

    // The file that the value of `key` was written in; empty when it is not there.
    [[nodiscard]] std::string file_of(std::string_view key) const;
    // Whether that value is a text that names a variable of the environment.
    [[nodiscard]] bool comes_from_environment(std::string_view key) const;

    // A table below this one, empty when it is not there.
    Section table(std::string_view key);
    // The names of the tables below this one, for tables that users name themselves ("inputs.bind").
    [[nodiscard]] std::vector<std::string> names();
    // The named table below, whose path in the list of keys has NAME for it.
    Section named(const std::string& name);

    // At the place of `key`, or of the section when the key is not there.
    // `excerpt` is shown below it on a terminal.
    void fault(std::string_view key, std::string text, std::string excerpt = {});
    // What is allowed and dangerous, at the same place.
    void warn(std::string_view key, std::string text);
    // Of a line in a file that `key` names; line 0: of the whole file.
    void warn(std::string_view key, const std::string& file, unsigned line, std::string text);
    // Tells what is left: keys that nobody asked for. Called once, last.
    void finish();

    // What is gathered over all sections, and shared between them.
    [[nodiscard]] ConfigReading& reading() { return *reading_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string canonical() const {
        return setting_ == nullptr ? "" : canonical_text(*setting_);
    }

  private:
    const Setting* find(std::string_view key);
    [[nodiscard]] ConfigFault at_place_of(std::string_view key, std::string text) const;
    const SettingTable* children() const;
    void wrong_type(std::string_view key, std::string_view wanted);
    // None: it is not there, or it is a fault that is told already.
    std::optional<std::string> given_text(std::string_view key, std::string_view wanted = "a text in quotes");
    std::optional<std::string> expand(std::string_view key, const std::string& text);
    template <typename Value>
    std::optional<Value> value(std::string_view key, std::string_view wanted);

    const Setting* setting_;
    std::string path_;
    std::string documented_path_;
    ConfigReading* reading_;
    bool is_no_table_ = false;  // which was told, and from which every further fault would follow
    std::vector<std::string> asked_;
};

template <typename Value>
Value Section::choice(std::string_view key, Value otherwise,
                      const std::vector<std::pair<std::string_view, Value>>& choices) {
    const auto word = given_text(key);
    if (!word) return otherwise;
    std::vector<std::string_view> names;
    for (const auto& [name, value] : choices) {
        if (lower_case(name) == lower_case(*word)) return value;
        names.push_back(name);
    }
    fault(key, "\"" + *word + "\" is not one of " + list_of(names));
    return otherwise;
}

}  // namespace tapferry

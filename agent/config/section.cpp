#include "agent/config/section.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace tapferry {

namespace {

std::string join(const std::string& path, std::string_view key) {
    if (path.empty()) return std::string{key};
    return key.empty() ? path : path + "." + std::string{key};
}

std::string in_size_units(std::uint64_t bytes) {
    static constexpr std::pair<std::uint64_t, const char*> units[] = {
        {1ull << 40, "TiB"}, {1ull << 30, "GiB"}, {1ull << 20, "MiB"}, {1ull << 10, "KiB"}};
    for (const auto& [scale, name] : units)
        if (bytes >= scale && bytes % scale == 0) return std::to_string(bytes / scale) + name;
    return std::to_string(bytes);
}

std::string in_duration_units(std::chrono::milliseconds duration) {
    static constexpr std::pair<std::int64_t, const char*> units[] = {
        {3600000, "h"}, {60000, "m"}, {1000, "s"}};
    for (const auto& [scale, name] : units)
        if (duration.count() >= scale && duration.count() % scale == 0)
            return std::to_string(duration.count() / scale) + name;
    return std::to_string(duration.count()) + (duration.count() == 0 ? "" : "ms");
}

}  // namespace

Section::Section(const Setting* table, std::string path, std::string documented_path, ConfigReading& reading)
    : setting_(table),
      path_(std::move(path)),
      documented_path_(std::move(documented_path)),
      reading_(&reading) {
    if (setting_ != nullptr && !std::holds_alternative<SettingTable>(setting_->value)) {
        reading_->faults.push_back(
            {setting_->file, setting_->line, setting_->column, path_, "must be a table"});
        setting_ = nullptr;
        is_no_table_ = true;
    }
}

const SettingTable* Section::children() const {
    return setting_ == nullptr ? nullptr : &std::get<SettingTable>(setting_->value);
}

bool Section::has(std::string_view key) const {
    return children() != nullptr && children()->contains(std::string{key});
}

const Setting* Section::find(std::string_view key) {
    asked_.emplace_back(key);
    reading_->keys.insert(join(documented_path_, key));
    if (!has(key)) return nullptr;
    return &children()->at(std::string{key});
}

void Section::wrong_type(std::string_view key, std::string_view wanted) {
    fault(key, "must be " + std::string{wanted});
}

template <typename Value>
std::optional<Value> Section::value(std::string_view key, std::string_view wanted) {
    const Setting* setting = find(key);
    if (setting == nullptr) return std::nullopt;
    if (const auto* found = std::get_if<Value>(&setting->value)) return *found;
    wrong_type(key, wanted);
    return std::nullopt;
}

// "${NAME}" anywhere in a text stands for the environment's variable, so that secrets and sites need not be
// written into the file.
std::optional<std::string> Section::expand(std::string_view key, const std::string& text) {
    std::string result;
    std::size_t at = 0;
    while (true) {
        const auto open = text.find("${", at);
        if (open == std::string::npos) return result + text.substr(at);
        const auto close = text.find('}', open);
        if (close == std::string::npos) {
            fault(key, "has \"${\" without its \"}\"");
            return std::nullopt;
        }
        const std::string name = text.substr(open + 2, close - open - 2);
        const char* found = std::getenv(name.c_str());
        if (found == nullptr) {
            fault(key, "names the environment variable " + name + ", which is not set");
            return std::nullopt;
        }
        result += text.substr(at, open - at) + found;
        at = close + 1;
    }
}

std::optional<std::string> Section::given_text(std::string_view key, std::string_view wanted) {
    const auto found = value<std::string>(key, wanted);
    return found ? expand(key, *found) : std::nullopt;
}

std::string Section::text(std::string_view key, std::string_view otherwise) {
    return given_text(key).value_or(std::string{otherwise});
}

std::string Section::required_text(std::string_view key, std::string_view example) {
    const auto found = given_text(key);
    if (!has(key))
        fault(key, "is missing, for example " + std::string{key} + " = \"" + std::string{example} + "\"");
    else if (found && found->empty())
        fault(key, "must not be empty, for example \"" + std::string{example} + "\"");
    return found.value_or("");
}

std::optional<std::vector<std::string>> Section::texts(std::string_view key) {
    constexpr std::string_view wanted = "a list of texts, such as [\"one\", \"two\"]";
    const auto array = value<SettingArray>(key, wanted);
    if (!array) return std::nullopt;
    std::vector<std::string> result;
    for (const auto& item : *array) {
        const auto* text = std::get_if<std::string>(&item.value);
        if (text == nullptr) wrong_type(key, wanted);
        if (auto expanded = text == nullptr ? std::nullopt : expand(key, *text))
            result.push_back(std::move(*expanded));
    }
    if (result.size() != array->size()) return std::nullopt;
    return result;
}

std::optional<std::vector<std::string>> Section::one_or_more(std::string_view key) {
    const bool is_one =
        has(key) && std::holds_alternative<std::string>(children()->at(std::string{key}).value);
    if (!is_one) return texts(key);
    auto text = given_text(key);
    if (!text) return std::nullopt;
    return std::vector<std::string>{std::move(*text)};
}

std::vector<std::int64_t> Section::integers(std::string_view key, std::string_view example) {
    const std::string wanted = "a list of whole numbers, " + std::string(example);
    const auto array = value<SettingArray>(key, wanted);
    std::vector<std::int64_t> result;
    if (!array) return result;
    for (const auto& item : *array) {
        const auto* number = std::get_if<std::int64_t>(&item.value);
        if (number == nullptr) {
            wrong_type(key, wanted);
            return {};
        }
        result.push_back(*number);
    }
    return result;
}

bool Section::has_flag(std::string_view key) const {
    return has(key) && std::holds_alternative<bool>(children()->at(std::string{key}).value);
}

std::optional<std::string> Section::scalar(std::string_view key) {
    const Setting* setting = find(key);
    if (setting == nullptr) return std::nullopt;
    if (const auto* text = std::get_if<std::string>(&setting->value)) return expand(key, *text);
    if (const auto* whole = std::get_if<std::int64_t>(&setting->value)) return std::to_string(*whole);
    if (const auto* truth = std::get_if<bool>(&setting->value)) return *truth ? "true" : "false";
    wrong_type(key, "a text, a whole number, true or false");
    return std::nullopt;
}

bool Section::flag(std::string_view key, bool otherwise) {
    return value<bool>(key, "true or false").value_or(otherwise);
}

std::uint64_t Section::integer(std::string_view key, std::uint64_t otherwise, std::uint64_t least,
                               std::uint64_t most) {
    const auto found = value<std::int64_t>(key, "a whole number");
    if (!found) return otherwise;
    if (*found < 0 || static_cast<std::uint64_t>(*found) < least ||
        static_cast<std::uint64_t>(*found) > most) {
        fault(key, std::to_string(*found) + " is not between " + std::to_string(least) + " and " +
                       std::to_string(most));
        return otherwise;
    }
    return static_cast<std::uint64_t>(*found);
}

double Section::share(std::string_view key, double otherwise, double most) {
    const Setting* setting = find(key);
    if (setting == nullptr) return otherwise;
    double found = 0;
    if (const auto* fraction = std::get_if<double>(&setting->value))
        found = *fraction;
    else if (const auto* whole = std::get_if<std::int64_t>(&setting->value))
        found = static_cast<double>(*whole);
    if (found > 0 && found <= most) return found;
    fault(key, "must be a number above 0, up to " + std::to_string(static_cast<int>(most)));
    return otherwise;
}

std::uint64_t Section::size(std::string_view key, std::uint64_t otherwise, std::uint64_t least,
                            std::uint64_t most) {
    const Setting* setting = find(key);
    if (setting == nullptr) return otherwise;
    std::optional<std::uint64_t> bytes;
    std::string written;
    if (const auto* text = std::get_if<std::string>(&setting->value)) {
        const auto expanded = expand(key, *text);
        if (!expanded) return otherwise;
        written = *expanded;
        bytes = parse_size(written);
    } else if (const auto* number = std::get_if<std::int64_t>(&setting->value)) {
        written = std::to_string(*number);
        if (*number >= 0) bytes = static_cast<std::uint64_t>(*number);
    }
    if (!bytes) {
        fault(key, "must be a size such as \"64MiB\"");
        return otherwise;
    }
    if (*bytes < least || *bytes > most) {
        const bool has_limit = most < std::numeric_limits<std::int64_t>::max();
        fault(key, has_limit
                       ? written + " is not between " + in_size_units(least) + " and " + in_size_units(most)
                       : written + " is less than " + in_size_units(least));
        return otherwise;
    }
    return *bytes;
}

std::chrono::milliseconds Section::duration(std::string_view key, std::chrono::milliseconds otherwise,
                                            std::chrono::milliseconds least, std::chrono::milliseconds most) {
    constexpr std::string_view wanted = "a duration such as \"200ms\", \"5s\" or \"72h\"";
    const auto written = given_text(key, wanted);
    if (!written) return otherwise;
    const auto found = parse_duration(*written);
    if (!found) {
        wrong_type(key, wanted);
        return otherwise;
    }
    if (*found < least || *found > most) {
        fault(key,
              *written + " is not between " + in_duration_units(least) + " and " + in_duration_units(most));
        return otherwise;
    }
    return *found;
}

std::string Section::file_of(std::string_view key) const {
    return has(key) ? children()->at(std::string{key}).file : "";
}

bool Section::comes_from_environment(std::string_view key) const {
    if (!has(key)) return false;
    const auto* text = std::get_if<std::string>(&children()->at(std::string{key}).value);
    return text != nullptr && text->find("${") != std::string::npos;
}

Section Section::table(std::string_view key) {
    return Section(find(key), join(path_, key), join(documented_path_, key), *reading_);
}

std::vector<std::string> Section::names() {
    std::vector<std::string> result;
    if (children() != nullptr)
        for (const auto& [name, value] : *children()) result.push_back(name);
    return result;
}

Section Section::named(const std::string& name) {
    asked_.push_back(name);
    return Section(&children()->at(name), join(path_, name), join(documented_path_, "NAME"), *reading_);
}

ConfigFault Section::at_place_of(std::string_view key, std::string text) const {
    const Setting* place = setting_;
    if (has(key)) place = &children()->at(std::string{key});
    ConfigFault fault;
    if (place != nullptr) {
        fault.file = place->file;
        fault.line = place->line;
        fault.column = place->column;
    }
    fault.key = join(path_, key);
    fault.text = std::move(text);
    return fault;
}

void Section::fault(std::string_view key, std::string text, std::string excerpt) {
    if (is_no_table_) return;
    ConfigFault fault = at_place_of(key, std::move(text));
    fault.excerpt = std::move(excerpt);
    reading_->faults.push_back(std::move(fault));
}

void Section::warn(std::string_view key, std::string text) {
    reading_->warnings.push_back(at_place_of(key, std::move(text)));
}

void Section::warn(std::string_view key, const std::string& file, unsigned line, std::string text) {
    reading_->warnings.push_back({file, line, 0, join(path_, key), std::move(text)});
}

void Section::finish() {
    if (children() == nullptr) return;
    const std::vector<std::string_view> known(asked_.begin(), asked_.end());
    for (const auto& [key, value] : *children()) {
        if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
        std::string text = "is not a key that Tapferry knows here";
        if (const auto near = nearest(key, known); !near.empty()) {
            text += "; did you mean \"" + std::string{near} + "\"?";
        } else if (!known.empty()) {
            text += (known.size() == 1 ? "; known is only " : "; known are ") + list_of(known);
        }
        fault(key, std::move(text));
    }
}

}  // namespace tapferry

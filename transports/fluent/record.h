// What a record becomes in the forward protocol, whose records are maps: a JSON object the map of its
// members, any other text a map with the one member "message". Door of rapidjson. Owned by one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tapferry {

class FluentRecord {
  public:
    FluentRecord();
    ~FluentRecord();
    // Cannot fail, whatever the text.
    void append(std::string& out, std::string_view text);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tapferry

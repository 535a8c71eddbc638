#include "agent/spool/clocks.h"

namespace tapferry {
namespace {

class SystemClocks final : public Clocks {
  public:
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
        return std::chrono::steady_clock::now();
    }

    [[nodiscard]] Timestamp wall() const override {
        using namespace std::chrono;
        const auto now = system_clock::now().time_since_epoch();
        const auto whole = floor<seconds>(now);
        return {whole.count(), static_cast<std::uint32_t>(duration_cast<nanoseconds>(now - whole).count())};
    }
};

}  // namespace

Clocks& system_clocks() {
    static SystemClocks clocks;
    return clocks;
}

}  // namespace tapferry

#include "transports/tls/expiry_watch.h"

#include <doctest/doctest.h>

namespace tapferry {
namespace {

using namespace std::chrono_literals;

constexpr ExpiryWatch::Time end{std::chrono::sys_days{std::chrono::year{2026} / 12 / 24}};
constexpr std::chrono::days day{1};

}  // namespace

TEST_CASE("a certificate's end is told from a fortnight before, once a day") {
    ExpiryWatch watch;
    watch.saw("the certificate of siem", end);
    CHECK(watch.take_warning(end - 14 * day - 1s).empty());
    CHECK(watch.take_warning(end - 14 * day) == "the certificate of siem expires in 14 days, on 2026-12-24");
    CHECK(watch.take_warning(end - 13 * day - 1s).empty());
    CHECK(watch.take_warning(end - 13 * day) == "the certificate of siem expires in 13 days, on 2026-12-24");
    CHECK(watch.take_warning(end - 36h) == "the certificate of siem expires in 1 day, on 2026-12-24");
    CHECK(watch.take_warning(end - 12h) ==
          "the certificate of siem expires in less than a day, on 2026-12-24");
    CHECK(watch.take_warning(end + 13h) == "the certificate of siem expired on 2026-12-24");
}

TEST_CASE("seeing the same certificate again tells nothing anew, and a renewed one ends the warnings") {
    ExpiryWatch watch;
    watch.saw("it", end);
    CHECK(!watch.take_warning(end - day).empty());
    watch.saw("it", end);
    CHECK(watch.take_warning(end - day).empty());
    watch.saw("it", end + 365 * day);
    CHECK(watch.take_warning(end + day).empty());
}

TEST_CASE("each certificate is told for itself") {
    ExpiryWatch watch;
    watch.saw("ours", end);
    watch.saw("theirs", end + day);
    CHECK(watch.take_warning(end - day).starts_with("ours"));
    CHECK(watch.take_warning(end - day).starts_with("theirs"));
    CHECK(watch.take_warning(end - day).empty());
}

}  // namespace tapferry

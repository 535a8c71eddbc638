#include "agent/commands/probe/login.h"

#include "tests/agent/config/config_folder.h"

namespace tapferry {
namespace {

std::string login(const std::string& lines) {
    return login_of(test::destination(lines).transport).value_or("nobody");
}

}  // namespace

TEST_CASE("who logs in to Kafka is told, by whichever name of librdkafka's it was configured") {
    const std::string kafka = "type = \"kafka\"\nbrokers = [\"a:9092\"]\ntopic = \"dns\"\n";
    CHECK(login(kafka) == "nobody");
    CHECK(login(kafka + "sasl_mechanism = \"PLAIN\"\nusername = \"u\"\npassword = \"p\"\n") ==
          "by PLAIN, as u");
    for (const std::string name : {"sasl.mechanism", "sasl.mechanisms"})
        CHECK(login(kafka + "librdkafka = { \"" + name +
                    "\" = \"PLAIN\", \"sasl.username\" = \"u\", \"sasl.password\" = \"p\" }\n") ==
              "by PLAIN, as u");
}

TEST_CASE("of a login that a server may pass over nobody says that it was checked") {
    for (const std::string type : {"http", "elasticsearch"}) {
        const auto servers = test::destination("type = \"" + type + "\"\nurl = \"https://h/\"\n");
        CHECK_MESSAGE(!is_login_checked(servers.transport), type);
    }
    CHECK(is_login_checked(test::destination("type = \"fluent\"\naddress = \"h:1\"\n").transport));
}

}  // namespace tapferry

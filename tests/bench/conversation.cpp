#include "tests/bench/conversation.h"

#include <zlib.h>

#include <charconv>
#include <stdexcept>
#include <vector>

namespace tapferry::bench {
namespace {

std::size_t number_at(std::string_view text) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) throw std::runtime_error("a number is missing");
    return number;
}

class Lines final : public Conversation {
  public:
    std::size_t take(std::string_view bytes, Tally& tally, std::string&) override {
        std::string_view rest = bytes;
        for (std::size_t end; (end = rest.find('\n')) != std::string_view::npos; rest.remove_prefix(end + 1))
            tally.take(rest.substr(0, end));
        return bytes.size() - rest.size();
    }
};

// Every request of the connection is answered with success, as the server of its path answers.
class Http final : public Conversation {
  public:
    Http() {
        if (inflateInit2(&inflater_, 31) != Z_OK) throw std::runtime_error("zlib does not begin");
    }
    ~Http() override { inflateEnd(&inflater_); }

    std::size_t take(std::string_view bytes, Tally& tally, std::string& answer) override {
        std::size_t used = 0;
        for (;;) {
            const std::string_view rest = bytes.substr(used);
            const std::size_t end = rest.find("\r\n\r\n");
            if (end == std::string_view::npos) return used;
            const std::string_view head = rest.substr(0, end);
            static constexpr std::string_view length = "\r\nContent-Length: ";
            const std::size_t at = head.find(length);
            if (at == std::string_view::npos) throw std::runtime_error("a request without a length");
            const std::size_t size = number_at(head.substr(at + length.size()));
            if (rest.size() < end + 4 + size) return used;
            const bool packed = head.find("\r\nContent-Encoding: gzip") != std::string_view::npos;
            const std::string_view body = rest.substr(end + 4, size);
            take_body(head.find("/_bulk") < head.find("\r\n"), packed ? unpacked(body) : body, tally, answer);
            used += end + 4 + size;
        }
    }

  private:
    static void take_body(bool bulk, std::string_view body, Tally& tally, std::string& answer) {
        std::string said = bulk ? R"({"errors":false,"items":[)" : R"({"text":"Success","code":0})";
        bool action = bulk;
        for (std::size_t end; (end = body.find('\n')) != std::string_view::npos;
             body.remove_prefix(end + 1)) {
            if (!action) tally.take(body.substr(0, end));
            if (bulk && action) said += R"({"create":{"status":201}},)";
            action = bulk && !action;
        }
        // The last record of a collector's body may have no end of line.
        if (!body.empty()) tally.take(body);
        if (bulk) {
            if (said.back() == ',') said.pop_back();
            said += "]}";
        }
        answer += "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
        answer += std::to_string(said.size()) + "\r\n\r\n" + said;
    }

    std::string_view unpacked(std::string_view body) {
        inflateReset(&inflater_);
        inflater_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
        inflater_.avail_in = static_cast<uInt>(body.size());
        for (int result = Z_OK; result != Z_STREAM_END;) {
            if (inflater_.total_out == unpacked_.size()) unpacked_.resize(2 * unpacked_.size() + (1 << 20));
            inflater_.next_out = reinterpret_cast<Bytef*>(unpacked_.data() + inflater_.total_out);
            inflater_.avail_out = static_cast<uInt>(unpacked_.size() - inflater_.total_out);
            result = inflate(&inflater_, Z_NO_FLUSH);
            if (result != Z_OK && result != Z_STREAM_END) throw std::runtime_error("a body that is no gzip");
        }
        return {unpacked_.data(), inflater_.total_out};
    }

    z_stream inflater_{};
    std::vector<char> unpacked_;
};

class Relp final : public Conversation {
  public:
    std::size_t take(std::string_view bytes, Tally& tally, std::string& answer) override {
        std::size_t used = 0;
        for (;;) {
            const std::string_view rest = bytes.substr(used);
            const std::size_t command = rest.find(' ');
            const std::size_t length = rest.find(' ', command + 1);
            if (command == std::string_view::npos || length == std::string_view::npos) return used;
            const std::size_t space = rest.find_first_of(" \n", length + 1);
            if (space == std::string_view::npos) return used;
            const std::size_t size = number_at(rest.substr(length + 1));
            const std::size_t end = space + (size == 0 ? 0 : 1 + size);
            if (rest.size() <= end) return used;
            if (rest[end] != '\n') throw std::runtime_error("a frame that does not end");
            take_command(rest.substr(0, command), rest.substr(command + 1, length - command - 1),
                         rest.substr(end - size, size), tally, answer);
            used += end + 1;
        }
    }

  private:
    static void take_command(std::string_view number, std::string_view command, std::string_view data,
                             Tally& tally, std::string& answer) {
        answer.append(number);
        if (command == "syslog") {
            tally.take(data);
            answer += " rsp 6 200 OK\n";
        } else if (command == "open") {
            const std::string offers = "200 OK\nrelp_version=0\nrelp_software=sink\ncommands=syslog";
            answer += " rsp " + std::to_string(offers.size()) + " " + offers + "\n";
        } else {
            answer += " rsp 0\n";
        }
    }
};

}  // namespace

std::unique_ptr<Conversation> make_conversation(const std::string& speech) {
    if (speech == "lines") return std::make_unique<Lines>();
    if (speech == "http") return std::make_unique<Http>();
    if (speech == "relp") return std::make_unique<Relp>();
    throw std::runtime_error("there is no way to speak \"" + speech + "\"");
}

}  // namespace tapferry::bench

// The sending end of a Frame Streams connection to a unix socket, as libfstrm's sender behaves: READY,
// ACCEPT, START, frames without ever blocking, STOP, FINISH. Used by the generator, one thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tapferry::bench {

class Stream {
  public:
    explicit Stream(std::string path) : path_(std::move(path)) {}
    ~Stream() { disconnect(); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    // Connects and shakes hands; false when nobody answers.
    [[nodiscard]] bool connect();
    [[nodiscard]] bool connected() const { return socket_ >= 0; }
    // What is handed over is written as the socket takes it. Only when idle().
    [[nodiscard]] std::vector<char>& buffer() { return buffer_; }
    [[nodiscard]] bool idle() const { return written_ == buffer_.size(); }
    // One write() of what is left; waits up to `wait_ms` for room when there is none. False: the connection
    // broke.
    [[nodiscard]] bool write_some(int wait_ms);
    // STOP, and whether FINISH came.
    [[nodiscard]] bool finish();
    void disconnect();

  private:
    [[nodiscard]] bool send_control(const std::string& frame);
    [[nodiscard]] bool expect_control(unsigned type);

    std::string path_;
    int socket_ = -1;
    std::vector<char> buffer_;
    std::size_t written_ = 0;
};

}  // namespace tapferry::bench

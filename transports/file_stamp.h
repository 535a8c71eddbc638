// What a file was when it was read, to see whether it has changed since. Used by those that read their files
// again: TlsClient and KafkaProducer.
#pragma once

#include <string>

namespace tapferry {

struct FileStamp {
    long long size = 0;
    long long inode = 0;
    long long seconds = 0;
    long long nanoseconds = 0;
    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// All zeros: there is none.
FileStamp stamp_of(const std::string& path);

}  // namespace tapferry

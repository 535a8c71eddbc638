#include "transports/file_stamp.h"

#include <sys/stat.h>

namespace tapferry {

FileStamp stamp_of(const std::string& path) {
    struct stat status {};
    if (path.empty() || ::stat(path.c_str(), &status) != 0) return {};
    return {status.st_size, static_cast<long long>(status.st_ino), status.st_mtim.tv_sec,
            status.st_mtim.tv_nsec};
}

}  // namespace tapferry

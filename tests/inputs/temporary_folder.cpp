#include "tests/inputs/temporary_folder.h"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>

namespace tapferry::test {

TemporaryFolder::TemporaryFolder()
    : path_((std::filesystem::temp_directory_path() / "tapferry-inputs-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error(path_ + " cannot be made");
}
TemporaryFolder::~TemporaryFolder() {
    std::filesystem::remove_all(path_);
}

}  // namespace tapferry::test

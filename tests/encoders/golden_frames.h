// Frames made by hand so that golden files show every type of record, every hostile name and string, every
// type of message and every way it is carried.
#pragma once

#include <vector>

#include "tests/support/frame_streams_file.h"

namespace tapferry::test {

// A response for each line of tests/data/rdata.txt.
std::vector<Frame> frames_of_every_rdata();
// A response for each vector of tests/data/escape-vectors.json: the name asked, the text answered, or the
// identity of the server.
std::vector<Frame> frames_of_every_vector();
// An event of each dnstap type, the absent one and one of the future; of each protocol; and of each habit of
// servers that has no capture.
std::vector<Frame> frames_of_every_message();

}  // namespace tapferry::test

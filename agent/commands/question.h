// Asks a person who is about to give something up for good.
#pragma once

#include <iostream>
#include <string>

namespace tapferry {

// Whether the answer is yes; everything else, and no answer, is no.
inline bool confirmed() {
    std::cerr << "Go on? [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace tapferry

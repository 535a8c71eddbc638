#include "proto/extended_errors.h"

#include <iterator>

namespace tapferry {

namespace {

// By code, from 0 on.
constexpr std::string_view extended_error_names[] = {"Other",
                                                     "Unsupported DNSKEY Algorithm",
                                                     "Unsupported DS Digest Type",
                                                     "Stale Answer",
                                                     "Forged Answer",
                                                     "DNSSEC Indeterminate",
                                                     "DNSSEC Bogus",
                                                     "Signature Expired",
                                                     "Signature Not Yet Valid",
                                                     "DNSKEY Missing",
                                                     "RRSIGs Missing",
                                                     "No Zone Key Bit Set",
                                                     "NSEC Missing",
                                                     "Cached Error",
                                                     "Not Ready",
                                                     "Blocked",
                                                     "Censored",
                                                     "Filtered",
                                                     "Prohibited",
                                                     "Stale NXDOMAIN Answer",
                                                     "Not Authoritative",
                                                     "Not Supported",
                                                     "No Reachable Authority",
                                                     "Network Error",
                                                     "Invalid Data",
                                                     "Signature Expired before Valid",
                                                     "Too Early",
                                                     "Unsupported NSEC3 Iterations Value",
                                                     "Unable to conform to policy",
                                                     "Synthesized",
                                                     "Invalid Query Type"};

}  // namespace

std::string_view extended_error_name(std::uint16_t code) {
    return code < std::size(extended_error_names) ? extended_error_names[code] : std::string_view();
}

}  // namespace tapferry

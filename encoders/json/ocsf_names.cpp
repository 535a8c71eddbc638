#include "encoders/json/ocsf_names.h"

#include "encoders/event_class.h"

namespace tapferry {

OcsfName ocsf_rcode(std::uint16_t rcode) {
    static constexpr OcsfName first[] = {{"0", "NoError"},  {"1", "FormError"}, {"2", "ServError"},
                                         {"3", "NXDomain"}, {"4", "NotImp"},    {"5", "Refused"},
                                         {"6", "YXDomain"}, {"7", "YXRRSet"},   {"8", "NXRRSet"},
                                         {"9", "NotAuth"},  {"10", "NotZone"},  {"11", "DSOTYPENI"}};
    static constexpr OcsfName extended[] = {{"16", "BADSIG_VERS"}, {"17", "BADKEY"},   {"18", "BADTIME"},
                                            {"19", "BADMODE"},     {"20", "BADNAME"},  {"21", "BADALG"},
                                            {"22", "BADTRUNC"},    {"23", "BADCOOKIE"}};
    constexpr std::uint16_t first_extended = 16;
    constexpr std::uint16_t first_reserved = 3841;  // for private use
    if (rcode < std::size(first)) return first[rcode];
    if (rcode >= first_extended && rcode < first_extended + std::size(extended))
        return extended[rcode - first_extended];
    return rcode < first_reserved ? OcsfName{"24", "Unassigned"} : OcsfName{"25", "Reserved"};
}

OcsfName ocsf_opcode(std::uint8_t opcode) {
    static constexpr OcsfName known[] = {{"0", "Query"},      {"1", "Inverse Query"}, {"2", "Status"},
                                         {"3", "Reserved"},   {"4", "Notify"},        {"5", "Update"},
                                         {"6", "DSO Message"}};
    return opcode < std::size(known) ? known[opcode] : OcsfName{"99", "Other"};
}

char ocsf_severity(const Event& event) {
    return static_cast<char>('1' + static_cast<int>(severity_step(event)));
}

OcsfFlagIds::OcsfFlagIds(const dns::Message& dns) {
    const bool set[] = {dns.aa(), dns.tc(), dns.rd(), dns.ra(), dns.ad(), dns.cd()};
    for (std::size_t i = 0; i < std::size(set); ++i) {
        if (!set[i]) continue;
        const std::string_view before =
            length_ == 0 ? std::string_view(",\"flag_ids\":[") : std::string_view(",");
        length_ += before.copy(text_.data() + length_, before.size());
        text_[length_++] = static_cast<char>('1' + i);
    }
    if (length_ != 0) text_[length_++] = ']';
}

}  // namespace tapferry

// Mnemonics of IANA's "Domain Name System (DNS) Parameters".
#include <algorithm>
#include <array>

#include "proto/dns_text.h"
#include "proto/short_text.h"
#include "proto/text_pieces.h"

namespace tapferry {
namespace {

struct Mnemonic {
    std::uint16_t number;
    std::string_view text;
};

constexpr Mnemonic types[] = {
    {1, "A"},           {2, "NS"},        {3, "MD"},        {4, "MF"},       {5, "CNAME"},
    {6, "SOA"},         {7, "MB"},        {8, "MG"},        {9, "MR"},       {10, "NULL"},
    {11, "WKS"},        {12, "PTR"},      {13, "HINFO"},    {14, "MINFO"},   {15, "MX"},
    {16, "TXT"},        {17, "RP"},       {18, "AFSDB"},    {19, "X25"},     {20, "ISDN"},
    {21, "RT"},         {22, "NSAP"},     {23, "NSAP-PTR"}, {24, "SIG"},     {25, "KEY"},
    {26, "PX"},         {27, "GPOS"},     {28, "AAAA"},     {29, "LOC"},     {30, "NXT"},
    {31, "EID"},        {32, "NIMLOC"},   {33, "SRV"},      {34, "ATMA"},    {35, "NAPTR"},
    {36, "KX"},         {37, "CERT"},     {38, "A6"},       {39, "DNAME"},   {40, "SINK"},
    {41, "OPT"},        {42, "APL"},      {43, "DS"},       {44, "SSHFP"},   {45, "IPSECKEY"},
    {46, "RRSIG"},      {47, "NSEC"},     {48, "DNSKEY"},   {49, "DHCID"},   {50, "NSEC3"},
    {51, "NSEC3PARAM"}, {52, "TLSA"},     {53, "SMIMEA"},   {55, "HIP"},     {56, "NINFO"},
    {57, "RKEY"},       {58, "TALINK"},   {59, "CDS"},      {60, "CDNSKEY"}, {61, "OPENPGPKEY"},
    {62, "CSYNC"},      {63, "ZONEMD"},   {64, "SVCB"},     {65, "HTTPS"},   {66, "DSYNC"},
    {67, "HHIT"},       {68, "BRID"},     {99, "SPF"},      {100, "UINFO"},  {101, "UID"},
    {102, "GID"},       {103, "UNSPEC"},  {104, "NID"},     {105, "L32"},    {106, "L64"},
    {107, "LP"},        {108, "EUI48"},   {109, "EUI64"},   {128, "NXNAME"}, {249, "TKEY"},
    {250, "TSIG"},      {251, "IXFR"},    {252, "AXFR"},    {253, "MAILB"},  {254, "MAILA"},
    {255, "ANY"},       {256, "URI"},     {257, "CAA"},     {258, "AVC"},    {259, "DOA"},
    {260, "AMTRELAY"},  {261, "RESINFO"}, {262, "WALLET"},  {263, "CLA"},    {264, "IPN"},
    {32768, "TA"},      {32769, "DLV"},
};
constexpr Mnemonic classes[] = {{1, "IN"}, {3, "CH"}, {4, "HS"}, {254, "NONE"}, {255, "ANY"}};
constexpr Mnemonic rcodes[] = {
    {0, "NOERROR"},  {1, "FORMERR"},    {2, "SERVFAIL"}, {3, "NXDOMAIN"},  {4, "NOTIMP"},
    {5, "REFUSED"},  {6, "YXDOMAIN"},   {7, "YXRRSET"},  {8, "NXRRSET"},   {9, "NOTAUTH"},
    {10, "NOTZONE"}, {11, "DSOTYPENI"}, {16, "BADVERS"}, {17, "BADKEY"},   {18, "BADTIME"},
    {19, "BADMODE"}, {20, "BADNAME"},   {21, "BADALG"},  {22, "BADTRUNC"}, {23, "BADCOOKIE"},
};
constexpr Mnemonic opcodes[] = {{0, "QUERY"},  {1, "IQUERY"}, {2, "STATUS"},
                                {4, "NOTIFY"}, {5, "UPDATE"}, {6, "DSO"}};

// Numbers below `Size` are found by index, the few above by search: mnemonics stand in the order of numbers.
template <std::size_t Size>
class Registry {
  public:
    // `prefix` stands before the number of what has no mnemonic (RFC 3597, section 5).
    constexpr Registry(std::span<const Mnemonic> mnemonics, std::string_view prefix)
        : all_(mnemonics), prefix_(prefix) {
        for (const auto& mnemonic : mnemonics) {
            if (mnemonic.number < Size) dense_[mnemonic.number] = ShortText(mnemonic.text);
        }
    }
    char* write(char* out, unsigned number) const {
        if (number < Size && !dense_[number].empty()) [[likely]]
            return dense_[number].write(out);
        return write_rare(out, number);
    }

  private:
    // Apart, so that the usual way saves no registers for it.
    [[gnu::noinline]] char* write_rare(char* out, unsigned number) const {
        const auto found = std::ranges::lower_bound(all_, number, {}, &Mnemonic::number);
        if (found != all_.end() && found->number == number) return ShortText(found->text).write(out);
        return write_decimal(prefix_.write(out), number);
    }

    std::array<ShortText, Size> dense_{};
    std::span<const Mnemonic> all_;
    ShortText prefix_;
};

constexpr Registry<265> type_registry(types, "TYPE");
constexpr Registry<256> class_registry(classes, "CLASS");
constexpr Registry<24> rcode_registry(rcodes, "RCODE");
constexpr Registry<16> opcode_registry(opcodes, "OPCODE");

}  // namespace

char* TypeName::write(char* out) const {
    return type_registry.write(out, type);
}

char* ClassName::write_other(char* out) const {
    return class_registry.write(out, rclass);
}

char* RcodeName::write(char* out) const {
    return rcode_registry.write(out, rcode);
}

char* OpcodeName::write(char* out) const {
    return opcode_registry.write(out, opcode);
}

void append_type(TextBuffer& text, std::uint16_t type) {
    text.append(TypeName{type});
}

void append_class(TextBuffer& text, std::uint16_t rclass) {
    text.append(ClassName{rclass});
}

void append_rcode(TextBuffer& text, std::uint16_t rcode) {
    text.append(RcodeName{rcode});
}

void append_opcode(TextBuffer& text, std::uint8_t opcode) {
    text.append(OpcodeName{opcode});
}

}  // namespace tapferry

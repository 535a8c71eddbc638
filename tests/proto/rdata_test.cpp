// The text of each type's RDATA. The octets were made from the text by another implementation.
#include <doctest/doctest.h>

#include "tests/proto/wire_builder.h"

using namespace tapferry;
using namespace tapferry::test;

namespace {

struct RdataCase {
    std::uint16_t type;
    std::string_view hex;
    std::string_view text;
};

constexpr RdataCase cases[] = {
    {1, "c0000201", R"(192.0.2.1)"},
    {2, "036e7331076578616d706c65047465737400", R"(ns1.example.test)"},
    {5, "03610a62076578616d706c65047465737400", R"(a\010b.example.test)"},
    {6,
     "036e7331076578616d706c650474657374000b686f73742e6d6173746572076578616d706c6504746573740078c4040100001c2"
     "000000e10001275000000012c",
     R"(ns1.example.test host\046master.example.test 2026112001 7200 3600 1209600 300)"},
    {12, "00", R"(.)"},
    {13, "0550432d41540c546170666572727920227822", R"("PC-AT" "Tapferry \034x\034")"},
    {15, "000a026d78076578616d706c65047465737400", R"(10 mx.example.test)"},
    {16, "0b763d73706631202d616c6c0004617c62ff", R"("v=spf1 -all" "" "a\124b\255")"},
    {17, "0561646d696e076578616d706c650474657374000474657874076578616d706c65047465737400",
     R"(admin.example.test text.example.test)"},
    {18, "000103616673076578616d706c65047465737400", R"(1 afs.example.test)"},
    {19, "0c333131303631373030393536", R"("311061700956")"},
    {20, "0f31353038363230323830303332313703303034", R"("150862028003217" "004")"},
    {21, "00020572656c6179076578616d706c65047465737400", R"(2 relay.example.test)"},
    {26, "000a066d6170383232076578616d706c65047465737400076d617078343030076578616d706c65047465737400",
     R"(10 map822.example.test mapx400.example.test)"},
    {27, "082d33322e36383832083131362e383635320431302e30", R"("-32.6882" "116.8652" "10.0")"},
    {28, "20010db8000000000001000000000001", R"(2001:db8::1:0:0:1)"},
    {29, "0033161389172dd070be15eb00988d1b",
     R"(42 21 54.000 N 71 6 18.005 W -24.05m 30.00m 10000.00m 10.00m)"},
    {33, "0000000513c403736970076578616d706c65047465737400", R"(0 5 5060 sip.example.test)"},
    {35, "0064000a0155074532552b7369701c215e2e2a24217369703a696e666f406578616d706c652e746573742100",
     R"(100 10 "U" "E2U+sip" "!^.*$!sip:info@example.test!" .)"},
    {36, "000a026b78076578616d706c65047465737400", R"(10 kx.example.test)"},
    {37, "000130390801020304", R"(1 12345 8 AQIDBA==)"},
    {39, "06746172676574076578616d706c65047465737400", R"(target.example.test)"},
    {43, "30390d02000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     R"(12345 13 2 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f)"},
    {44, "0402000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     R"(4 2 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f)"},
    {46, "00010d030000012c6b0e0e006b00ba5e1267076578616d706c65047465737400010203040506",
     R"(A 13 3 300 20261201000000 20261120212342 4711 example.test AQIDBAUG)"},
    {47,
     "0162076578616d706c650474657374000006400100000003041b000000000000000000000000000000000000000000000000000"
     "020",
     R"(b.example.test A MX RRSIG NSEC TYPE1234)"},
    {48, "0101030d010203", R"(257 3 13 AQID)"},
    {49, "000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40",
     R"(AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=)"},
    {50, "0101000a04aabbccdd14174eb2409fe28bcb4887a1836f957f0a8425e27b0006400000000002",
     R"(1 1 10 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr A RRSIG)"},
    {50, "010000000014174eb2409fe28bcb4887a1836f957f0a8425e27b",
     R"(1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr)"},
    {51, "0100000a01ab", R"(1 0 10 ab)"},
    {51, "0100000000", R"(1 0 0 -)"},
    {52, "030101000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     R"(3 1 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f)"},
    {53, "030000ff", R"(3 0 0 ff)"},
    {56, "01610162", R"("a" "b")"},
    {59, "0000000000", R"(0 0 0 00)"},
    {60, "0000030000", R"(0 3 0 AA==)"},
    {61, "99010d0455479b9b010800", R"(mQENBFVHm5sBCAA=)"},
    {62, "000000420003000460000008", R"(66 3 A NS AAAA)"},
    {63,
     "78c404010101000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0"
     "d0e0f",
     R"(2026112001 1 1 000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f)"},
    {64, "000005616c696173076578616d706c65047465737400", R"(0 alias.example.test)"},
    {64,
     "0001000000000400010003000100090268320568332d31390003000220fb00040008c0000201c00002020006001020010db8000"
     "000000000000000000001000700102f646e732d71756572797b3f646e737d029b000968656c6c6fd2716f6f",
     R"(1 . mandatory=alpn,port alpn="h2,h3-19" port=8443 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1 dohpath="/dns-query{?dns}" key667="hello\210qoo")"},
    {65, "001003666f6f076578616d706c650474657374000001000c08665c6f6f2c62617202683200020000",
     R"(16 foo.example.test alpn="f\092\092oo\092,bar,h2" no-default-alpn)"},
    {65, "00010000080000ff350000", R"(1 . ohttp key65333)"},
    {99, "0b763d73706631202d616c6c", R"("v=spf1 -all")"},
    {104, "000a00144fffff20ee64", R"(10 0014:4fff:ff20:ee64)"},
    {105, "000a0a010200", R"(10 10.1.2.0)"},
    {106, "000a20010db811401000", R"(10 2001:0db8:1140:1000)"},
    {107, "000a0b6c36342d7375626e657431076578616d706c65047465737400", R"(10 l64-subnet1.example.test)"},
    {108, "00005e00532a", R"(00-00-5e-00-53-2a)"},
    {109, "00005eef1000002a", R"(00-00-5e-ef-10-00-00-2a)"},
    {256, "000a00016674703a2f2f667470312e6578616d706c652e746573742f7075625c6c6963",
     R"(10 1 "ftp://ftp1.example.test/pub\092lic")"},
    {257, "0005697373756563612e6578616d706c652e746573743b20613d226222",
     R"(0 issue "ca.example.test; a=\034b\034")"},
    {257, "8005696f646566", R"(128 iodef "")"},
    {258, "116170702d6e616d653a574f4c4647414e470d6170702d636c6173733a4f414d",
     R"("app-name:WOLFGANG" "app-class:OAM")"},
    {261, "08716e616d656d696e0c6578746572723d31352d3137", R"("qnamemin" "exterr=15-17")"},
    {262, "0342544303616263", R"("BTC" "abc")"},
    {45, "0a0102c0000226010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801",
     R"(10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==)"},
    {45, "0a020220010db8000080020000000020000001010203", R"(10 2 2 2001:db8:0:8002::2000:1 AQID)"},
    {45, "0a03020767617465776179076578616d706c65047465737400010203", R"(10 3 2 gateway.example.test AQID)"},
    {260, "0a01cb00710f", R"(10 0 1 203.0.113.15)"},
    {260, "8080", R"(128 1 0 .)"},
    {260, "0a8220010db8000000000000000000000015", R"(10 1 2 2001:db8::15)"},
    {260, "808309616d7472656c617973076578616d706c65047465737400", R"(128 1 3 amtrelays.example.test)"},
    {55,
     "1002001e200100107b1a74df365639cc39f1d57803010001b771ca136e4aeb5ce44333c53b3d2c13c22243851fc708bcce29047"
     "2767331076578616d706c650474657374000472767332076578616d706c65047465737400",
     R"(2 200100107b1a74df365639cc39f1d578 AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cIvM4p rvs1.example.test rvs2.example.test)"},
    {55,
     "1002001e200100107b1a74df365639cc39f1d57803010001b771ca136e4aeb5ce44333c53b3d2c13c22243851fc708bcce29",
     R"(2 200100107b1a74df365639cc39f1d578 AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cIvM4p)"},
    {42, "00011503c0a82000011c83c0a82600020801ff", R"(1:192.168.32.0/21 !1:192.168.38.0/28 2:ff00::/8)"},
    {23, "03666f6f076578616d706c65047465737400", R"(foo.example.test)"},
    {32769, "30390d02000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     R"(12345 13 2 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f)"},
    {45, "0a0000", R"(10 0 0 .)"},
    {32768, "30390d02000102", R"(12345 13 2 000102)"},
};

}  // namespace

TEST_CASE("RDATA of each type is written in the presentation form of its RFC") {
    for (const auto& example : cases) {
        const Bytes wire = from_hex(example.hex);
        dns::ResourceRecord record;
        record.type = example.type;
        record.rclass = 1;
        record.rdata_length = static_cast<std::uint16_t>(wire.size());
        CAPTURE(example.type);
        CHECK(text_of([&](TextBuffer& text) { CHECK_FALSE(append_rdata(text, wire, record)); }) ==
              example.text);
    }
}

TEST_CASE("RDATA that is cut short anywhere, or goes on too long, never reads past its end") {
    for (const auto& example : cases) {
        const Bytes wire = from_hex(example.hex);
        for (std::size_t size = 0; size < wire.size(); ++size) {
            const Bytes part(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(size));
            dns::ResourceRecord record;
            record.type = example.type;
            record.rclass = 1;
            record.rdata_length = static_cast<std::uint16_t>(size);
            const auto text = text_of([&](TextBuffer& buffer) { append_rdata(buffer, part, record); });
            CHECK_FALSE(text.empty());
            CHECK(text != example.text);
        }
    }
}

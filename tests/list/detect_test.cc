#include "list/detect.h"

#include <gmock/gmock.h>

#include "support/test_data.h"

namespace haetae::list {
namespace {

using testing::HasSubstr;

struct DetectCase {
  std::string_view what;
  std::string_view text;
  Format format;
};

constexpr DetectCase kCases[] = {
    {"names", "a.example\nb.example\n", Format::Domains},
    {"names with comments of any kind", "# note\n! note\na.example # note\n", Format::Domains},
    {"names with leading dots", ".a.example\n.b.example\n", Format::Domains},
    {"mostly addresses, which lists of names hold", "192.0.2.1\n192.0.2.2\na.example\n",
     Format::Domains},
    {"addresses alone", "192.0.2.1\n2001:db8::/32\n203.0.113.0/24 ; note\n", Format::Addresses},
    {"a name among addresses", "192.0.2.1\n192.0.2.0/24\na.example\n", Format::Domains},
    {"names of another script", "한국.example\n", Format::Domains},
    {"a hosts file", "127.0.0.1 localhost\n0.0.0.0 a.example\n0.0.0.0 b.example\n", Format::Hosts},
    {"a hosts file with CRLF", "0.0.0.0 a.example\r\n", Format::Hosts},
    {"wildcards", "*.a.example\n*.b.example\n", Format::Wildcard},
    {"AdBlock rules", "! Title: x\n||a.example^\n@@||b.example^\n", Format::Adblock},
    {"AdBlock by its header alone", "[Adblock Plus 2.0]\n! nothing\n", Format::Adblock},
    {"cosmetic rules", "a.example##.ad\nb.example#@#.ad\n", Format::Adblock},
    {"dnsmasq", "address=/a.example/0.0.0.0\nserver=/b.example/\n", Format::Dnsmasq},
    {"a zone", "$TTL 3600\n@ IN SOA a. b. (\n 1\n 2 )\n IN NS c.\na.example IN CNAME .\n",
     Format::Rpz},
    {"a zone without its head", "a.example CNAME .\n*.a.example cname .\n", Format::Rpz},
    {"addresses with paths", "a.example/path\nhttps://b.example/x?y\n", Format::Urls},
    {"expressions in slashes", "/^ads[0-9]\\./\n/banner/\n", Format::Regex},
    {"Pi-hole's expressions", "(^|\\.)a\\.example$\n^ads?\\.\n", Format::PiholeRegex},
    {"few lines of another kind", "0.0.0.0 a.example\na.example\nb.example\n", Format::Domains},
    {"prose has no vote", "This list\nis free\nof charge\na.example\n", Format::Domains},
};

TEST(DetectFormat, FindsWhatMostLinesAreWrittenIn) {
  for (const DetectCase& row : kCases) {
    const auto format = detect_format(row.text);
    ASSERT_TRUE(format.has_value()) << row.what << ": " << format.error();
    EXPECT_EQ(id_of(*format), id_of(row.format)) << row.what;
  }
}

TEST(DetectFormat, RefusesWhatIsNoList) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "empty"},
      {" \r\n\t\n", "empty"},
      {"<!DOCTYPE html><html>", "web page"},
      {"\n\n  <html>\n0.0.0.0 a.example\n", "web page"},
      {"<?xml version='1.0'?>", "web page"},
      {std::string_view("\x7f"
                        "ELF\0\0\0",
                        7),
       "binary"},
      {std::string_view("\xff\xfe"
                        "a\0.\0",
                        6),
       "UTF-16"},
      {"{\"names\": [\"a\"]}\n", "looks like a rule"},
      {"# only\n# comments\n", "looks like a rule"},
      {"Not found\n", "looks like a rule"},
  };
  for (const auto& [text, sentence] : cases) {
    const auto format = detect_format(text);
    ASSERT_FALSE(format.has_value()) << text;
    EXPECT_THAT(format.error(), HasSubstr(sentence)) << text;
  }
}

TEST(DetectFormat, LooksAtTheStartOnly) {
  std::string text;
  while (text.size() < limits::kListHeadBytesMax) text += "0.0.0.0 a.example\n";
  for (int i = 0; i < 10'000; ++i) text += "||a.example^\n";
  EXPECT_EQ(detect_format(text), Format::Hosts);
}

TEST(DetectFormat, FindsTheFormatOfEachRealSample) {
  HAETAE_NEEDS_DATA();
  const std::pair<std::string_view, Format> samples[] = {
      {"ads-5000.adblock", Format::Adblock},
      {"adult-2000.hosts", Format::Hosts},
      {"adult-2000.rpz", Format::Rpz},
      {"bypass-doh-vpn-proxy.adblock", Format::Adblock},
      {"bypass-doh-vpn-proxy.hosts", Format::Hosts},
      {"bypass-doh-vpn-proxy.wildcard", Format::Wildcard},
      {"gambling-5000.txt", Format::Domains},
      {"malware-5000.txt", Format::Domains},
  };
  for (const auto& [name, format] : samples) {
    const auto found = detect_format(test::read_file(*test::data_folder() / "samples" / name));
    ASSERT_TRUE(found.has_value()) << name << ": " << found.error();
    EXPECT_EQ(id_of(*found), id_of(format)) << name;
  }
}

}  // namespace
}  // namespace haetae::list

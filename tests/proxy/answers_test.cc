#include "proxy/answers.h"

#include <gtest/gtest.h>

#include "proxy/counters.h"
#include "proxy/pac.h"

namespace haetae::proxy {
namespace {

TEST(ProxyAnswers, ABlockedRequestIsToldWhyAndIsNotStored) {
  policy::Verdict verdict;
  verdict.reason = policy::Reason::Category;
  const std::string said = block_response(verdict, {}, "", false, nullptr);
  EXPECT_TRUE(said.starts_with("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_TRUE(said.contains("Cache-Control: no-store\r\n"));
  EXPECT_TRUE(said.contains("Connection: close\r\n"));
  EXPECT_TRUE(said.contains(policy::sentence(verdict.reason)));
  verdict.reason = policy::Reason::Locked;
  const std::string locked = block_response(verdict, {}, "", true, nullptr);
  EXPECT_TRUE(locked.starts_with("HTTP/1.1 451 "));
  EXPECT_TRUE(locked.ends_with("\r\n\r\n")) << "HEAD has no body";
}

struct OnePage final : BlockPages {
  Page page(const policy::Verdict&, const inspect::Seen&,
            std::string_view accept_language) override {
    return {"Content-Security-Policy: default-src 'none'\r\n",
            "page in " + std::string(accept_language)};
  }
  std::string late_notice(std::string_view) override { return {}; }
};

TEST(ProxyAnswers, ThePageIsMadeByWhoKnowsHow) {
  OnePage pages;
  const std::string said = block_response({}, {}, "ko", false, &pages);
  EXPECT_TRUE(said.ends_with("\r\n\r\npage in ko"));
  EXPECT_TRUE(said.contains("\r\nContent-Security-Policy: default-src 'none'\r\n"));
}

TEST(ProxyAnswers, APacFileNamesTheAddressThatWasAsked) {
  const Pac pac({name_of("printer.example")});
  const std::string v4 = pac.text({*IpAddress::from_text("192.0.2.1"), 8118});
  EXPECT_TRUE(v4.contains("PROXY 192.0.2.1:8118"));
  EXPECT_TRUE(v4.contains("\"printer.example\""));
  EXPECT_TRUE(
      pac.text({*IpAddress::from_text("2001:db8::1"), 1}).contains("PROXY [2001:db8::1]:1"));
}

TEST(ProxyCounters, EachHasARow) {
  for (const CounterRow& row : kCounterRows) {
    EXPECT_FALSE(row.name.empty());
    EXPECT_TRUE(row.sentence.ends_with('.')) << row.name;
  }
}

}  // namespace
}  // namespace haetae::proxy

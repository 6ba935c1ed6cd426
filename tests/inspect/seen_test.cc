#include "inspect/seen.h"

#include <gtest/gtest.h>

namespace haetae::inspect {
namespace {

struct UrlCase {
  const char* what;
  const char* host;
  std::uint16_t port;
  const char* target;
  const char* url;
};
constexpr UrlCase kUrls[] = {
    {"a path", "www.site.example", 0, "/a?b", "http://www.site.example/a?b"},
    {"a port", "www.site.example", 8080, "/", "http://www.site.example:8080/"},
    {"a whole URI", "www.site.example", 0, "http://x.example/a", "http://x.example/a"},
    {"a URI inside of a path", "a.example", 0, "/to/http://b.example",
     "http://a.example/to/http://b.example"},
    {"all of a server", "www.site.example", 0, "*", "http://www.site.example"},
    {"an IPv6 address", "2001:db8::1", 0, "/", "http://[2001:db8::1]/"},
    {"an IPv4 address", "192.0.2.1", 81, "/", "http://192.0.2.1:81/"},
};

TEST(Seen, WritesItsUrlAsAPersonWould) {
  for (const UrlCase& one : kUrls) {
    Seen seen;
    seen.protocol = Protocol::Http;
    if (const auto address = IpAddress::from_text(one.host)) {
      seen.address = *address;
    } else {
      seen.has_name = true;
      seen.name = name_of(one.host);
    }
    seen.host_port = one.port;
    seen.target = as_bytes(one.target);
    EXPECT_EQ(url_of(seen), one.url) << one.what;
    seen.protocol = Protocol::Tls;
    EXPECT_EQ(url_of(seen), "");
  }
}

}  // namespace
}  // namespace haetae::inspect

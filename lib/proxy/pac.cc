#include "proxy/pac.h"

#include <fmt/format.h>

namespace haetae::proxy {
namespace {

// Written without isInNet(), which would make browsers ask DNS first.
constexpr std::string_view kHead = R"(function FindProxyForURL(url, host) {
  host = host.toLowerCase();
  if (isPlainHostName(host) && host.indexOf(":") < 0) return "DIRECT";
  if (/^(127|10)\.\d+\.\d+\.\d+$/.test(host)) return "DIRECT";
  if (/^(192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.\d+\.\d+$/.test(host)) return "DIRECT";
  if (/^\[?(::1|f[cd][0-9a-f:]+|fe[89ab][0-9a-f:]+)\]?$/.test(host)) return "DIRECT";
  var direct = [)";
constexpr std::string_view kLoop = R"(];
  for (var i = 0; i < direct.length; i++) {
    if (host === direct[i] || dnsDomainIs(host, "." + direct[i])) return "DIRECT";
  }
)";

}  // namespace

std::string Pac::text(const Peer& proxy) const {
  std::string out(kHead);
  out += R"("local", "home.arpa", "internal")";
  for (const Name& name : direct_) out += fmt::format(", \"{}\"", name.to_text());
  out += kLoop;
  const std::string address = proxy.address.to_text();
  out += fmt::format("  return \"PROXY {}\";\n}}\n",
                     proxy.address.is_v4() ? fmt::format("{}:{}", address, proxy.port)
                                           : fmt::format("[{}]:{}", address, proxy.port));
  return out;
}

}  // namespace haetae::proxy

#include "daemon/firewall/dns_flows.h"

#include <algorithm>
#include <memory>

#include "base/address.h"
#include "daemon/conntrack_ends.h"

namespace haetae::daemon {
namespace {

constexpr std::uint16_t kDnsPort = 53;
// More are refused on their way out, and forgotten by the kernel after a while without packets.
constexpr std::size_t kForgottenMax = 65'536;

using Flow = std::unique_ptr<nf_conntrack, decltype(&nfct_destroy)>;

struct Search {
  std::vector<Cidr> inside;
  std::vector<IpAddress> own;
  std::vector<Flow> found;
};

int look_at(nf_conntrack_msg_type /*type*/, nf_conntrack* flow, void* data) {
  auto& search = *static_cast<Search*>(data);
  const bool is_dns = nfct_get_attr_u8(flow, ATTR_ORIG_L4PROTO) == IPPROTO_UDP &&
                      nfct_get_attr_u16(flow, ATTR_ORIG_PORT_DST) == htons(kDnsPort);
  if (!is_dns || search.found.size() >= kForgottenMax) return NFCT_CB_CONTINUE;
  const auto client = original_client(flow);
  const auto holds_client = [&](const Cidr& one) { return one.contains(client->address); };
  const bool is_inside = client && std::ranges::any_of(search.inside, holds_client) &&
                         std::ranges::find(search.own, client->address) == search.own.end();
  if (is_inside) search.found.emplace_back(nfct_clone(flow), nfct_destroy);
  return NFCT_CB_CONTINUE;
}

}  // namespace

std::size_t forget_dns_flows(const lan::Links& links, const std::vector<std::string>& inside) {
  Search search;
  for (const lan::Link& link : links.all()) {
    const std::string& name = links.names()[link.id];
    const bool is_inside = std::ranges::find(inside, name) != inside.end();
    for (const lan::LinkAddress& own : link.addresses) {
      search.own.push_back(own.address);
      if (is_inside) search.inside.push_back(own.prefix);
    }
  }
  const std::unique_ptr<nfct_handle, decltype(&nfct_close)> kernel(nfct_open(CONNTRACK, 0),
                                                                   nfct_close);
  if (kernel == nullptr) return 0;
  nfct_callback_register(kernel.get(), NFCT_T_ALL, look_at, &search);
  for (const std::uint32_t family : {AF_INET, AF_INET6}) {
    (void)nfct_query(kernel.get(), NFCT_Q_DUMP, &family);
  }
  nfct_callback_unregister(kernel.get());
  std::size_t forgotten = 0;
  for (const Flow& flow : search.found) {
    if (nfct_query(kernel.get(), NFCT_Q_DESTROY, flow.get()) == 0) ++forgotten;
  }
  return forgotten;
}

}  // namespace haetae::daemon

#include "daemon/running_flows.h"

#include <memory>
#include <vector>

#include "base/local_address.h"
#include "daemon/conntrack_ends.h"

namespace haetae::daemon {
namespace {

using policy::FlowMark;

struct RunningFlow {
  std::uint8_t protocol = 0;
  Peer client;
  Peer server;
  FlowMark mark = FlowMark::Undecided;
};

struct Search {
  const policy::MarkBits& bits;
  std::vector<RunningFlow> found;
};

int look_at(nf_conntrack_msg_type /*type*/, nf_conntrack* flow, void* data) {
  auto& search = *static_cast<Search*>(data);
  const auto client = original_client(flow);
  const auto server = original_server(flow);
  if (!client || !server) return NFCT_CB_CONTINUE;
  search.found.push_back({nfct_get_attr_u8(flow, ATTR_ORIG_L4PROTO), *client, *server,
                          search.bits.read(nfct_get_attr_u32(flow, ATTR_MARK))});
  return search.found.size() < limits::kJudgedFlowsMax ? NFCT_CB_CONTINUE : NFCT_CB_STOP;
}

// The kernel looks for the marks: of a table of 262,144 it tells ours alone.
std::vector<RunningFlow> flows_let_pass(const policy::MarkBits& bits) {
  Search search{bits, {}};
  const std::unique_ptr<nfct_handle, decltype(&nfct_close)> kernel(nfct_open(CONNTRACK, 0),
                                                                   nfct_close);
  const std::unique_ptr<nfct_filter_dump, decltype(&nfct_filter_dump_destroy)> wanted(
      nfct_filter_dump_create(), nfct_filter_dump_destroy);
  if (kernel == nullptr || wanted == nullptr) return {};
  nfct_callback_register(kernel.get(), NFCT_T_ALL, look_at, &search);
  for (const FlowMark mark : {FlowMark::Accepted, FlowMark::Kept}) {
    const nfct_filter_dump_mark filter{.val = bits.of(mark), .mask = bits.mask()};
    nfct_filter_dump_set_attr(wanted.get(), NFCT_FILTER_DUMP_MARK, &filter);
    (void)nfct_query(kernel.get(), NFCT_Q_DUMP_FILTER, wanted.get());
  }
  nfct_callback_unregister(kernel.get());
  return std::move(search.found);
}

inspect::FlowKey key_of(const RunningFlow& flow) {
  wire::Packet packet;
  packet.protocol = flow.protocol;
  packet.source = flow.client.address;
  packet.source_port = flow.client.port;
  packet.destination = flow.server.address;
  packet.destination_port = flow.server.port;
  return inspect::side_of(packet).key;
}

}  // namespace

std::size_t take_up_running_flows(const Published& published, const policy::MarkBits& bits,
                                  inspect::SightingSource& sightings, inspect::JudgedFlows& judged,
                                  const Now& now) {
  const auto policy = published.policy.current();
  const auto links = published.lan.links().current();
  std::size_t taken = 0;
  for (const RunningFlow& flow : flows_let_pass(bits)) {
    const lan::Link* const link = links->holder_of(flow.client.address);
    if (link == nullptr || is_local(flow.server.address)) continue;
    const inspect::Trace trace{.interface = link->index};
    const policy::Sighting sighting = sightings.look(flow.client.address, trace);
    if (sighting.mac_sight == policy::MacSight::Missing) continue;
    inspect::Seen seen;
    seen.time = now.wall;
    seen.client = flow.client;
    seen.server = flow.server;
    seen.who = policy->identify(sighting);
    policy::Resolved::Known known;
    const auto whose = published.resolved->whose(*policy, seen.who, flow.client.address);
    if (!published.resolved->find(whose, flow.server.address, now.monotonic, known)) continue;
    seen.has_name = true;
    seen.name = known.name;
    judged.take_up(key_of(flow), seen, trace, flow.mark);
    ++taken;
  }
  return taken;
}

}  // namespace haetae::daemon

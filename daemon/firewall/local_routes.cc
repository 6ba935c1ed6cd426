#include "daemon/firewall/local_routes.h"

#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

namespace haetae::daemon {
namespace {

// "HA": a table that nobody else uses, and by the same number the rule's place ahead of the main
// table's, 32766.
constexpr std::uint32_t kTable = 0x4841;
constexpr std::uint32_t kPriority = 0x4841;
constexpr std::array<std::uint8_t, 2> kFamilies{AF_INET, AF_INET6};

// One request to the kernel's routing, and its answer.
class Request {
 public:
  Request(std::uint16_t type, std::uint16_t flags) {
    header_ = mnl_nlmsg_put_header(room_.data());
    header_->nlmsg_type = type;
    header_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  }
  template <typename Extra>
  Extra& extra() {
    return *static_cast<Extra*>(mnl_nlmsg_put_extra_header(header_, sizeof(Extra)));
  }
  void put(std::uint16_t attribute, std::uint32_t value) {
    mnl_attr_put_u32(header_, attribute, value);
  }

  // 0, or the kernel's error. take: called with each message of a dump.
  int run(mnl_cb_t take = nullptr, void* data = nullptr) {
    const std::unique_ptr<mnl_socket, decltype(&mnl_socket_close)> socket(
        mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC), mnl_socket_close);
    if (socket == nullptr || mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) return errno;
    if (mnl_socket_sendto(socket.get(), header_, header_->nlmsg_len) < 0) return errno;
    const unsigned port = mnl_socket_get_portid(socket.get());
    for (;;) {
      const ssize_t size = mnl_socket_recvfrom(socket.get(), room_.data(), room_.size());
      if (size <= 0) return errno;
      const int more =
          mnl_cb_run(room_.data(), static_cast<std::size_t>(size), 0, port, take, data);
      if (more == MNL_CB_ERROR) return errno;
      if (more == MNL_CB_STOP) return 0;
    }
  }

 private:
  alignas(nlmsghdr) std::array<std::uint8_t, 32 * 1024> room_{};
  nlmsghdr* header_;
};

// mark, mask: 0 where any will do.
int change_rule(std::uint16_t type, std::uint8_t family, std::uint32_t mark, std::uint32_t mask) {
  const bool adds = type == RTM_NEWRULE;
  Request request(type,
                  static_cast<std::uint16_t>(NLM_F_ACK | (adds ? NLM_F_CREATE | NLM_F_EXCL : 0)));
  auto& rule = request.extra<fib_rule_hdr>();
  rule.family = family;
  rule.action = FR_ACT_TO_TBL;
  request.put(FRA_PRIORITY, kPriority);
  request.put(FRA_TABLE, kTable);
  if (mark != 0) {
    request.put(FRA_FWMARK, mark);
    request.put(FRA_FWMASK, mask);
  }
  return request.run();
}

int change_route(std::uint16_t type, std::uint8_t family) {
  const bool adds = type == RTM_NEWROUTE;
  Request request(
      type, static_cast<std::uint16_t>(NLM_F_ACK | (adds ? NLM_F_CREATE | NLM_F_REPLACE : 0)));
  auto& route = request.extra<rtmsg>();
  route.rtm_family = family;
  route.rtm_table = RT_TABLE_UNSPEC;
  route.rtm_type = RTN_LOCAL;
  route.rtm_scope = adds ? RT_SCOPE_HOST : RT_SCOPE_NOWHERE;
  route.rtm_protocol = adds ? RTPROT_STATIC : RTPROT_UNSPEC;
  request.put(RTA_TABLE, kTable);
  request.put(RTA_OIF, if_nametoindex("lo"));
  return request.run();
}

// A kernel without IPv6 has none of it.
bool is_absent(int error) noexcept {
  return error == EAFNOSUPPORT || error == EOPNOTSUPP;
}
bool is_gone(int error) noexcept {
  return error == ENOENT || error == ESRCH || is_absent(error);
}

std::string rule_line(std::uint8_t family, std::uint32_t mark, std::uint32_t mask) {
  return fmt::format("rule of {}: mark 0x{:x}/0x{:x} ends here\n",
                     family == AF_INET ? "IPv4" : "IPv6", mark, mask);
}

// The values of some attributes of a rule.
struct RuleSeen {
  std::uint32_t priority = 0, table = 0, mark = 0, mask = 0;
};
int take_attribute(const nlattr* attribute, void* data) {
  auto& seen = *static_cast<RuleSeen*>(data);
  if (mnl_attr_validate(attribute, MNL_TYPE_U32) < 0) return MNL_CB_OK;
  const std::uint32_t value = mnl_attr_get_u32(attribute);
  switch (mnl_attr_get_type(attribute)) {
    case FRA_PRIORITY: seen.priority = value; break;
    case FRA_TABLE: seen.table = value; break;
    case FRA_FWMARK: seen.mark = value; break;
    case FRA_FWMASK: seen.mask = value; break;
    default: break;
  }
  return MNL_CB_OK;
}
int take_rule(const nlmsghdr* message, void* data) {
  RuleSeen seen;
  (void)mnl_attr_parse(message, sizeof(fib_rule_hdr), take_attribute, &seen);
  const auto* const rule = static_cast<const fib_rule_hdr*>(mnl_nlmsg_get_payload(message));
  if (seen.priority == kPriority && seen.table == kTable) {
    *static_cast<std::string*>(data) += rule_line(rule->family, seen.mark, seen.mask);
  }
  return MNL_CB_OK;
}

std::unexpected<std::string> failure(std::string_view what, int error) {
  return std::unexpected(fmt::format("{} for web connections: {}", what, std::strerror(error)));
}

}  // namespace

std::expected<void, std::string> apply_local_routes(const firewall::Plan& plan) {
  if (list_local_routes() == local_routes_of(plan)) return {};
  if (auto removed = remove_local_routes(); !removed) return removed;
  if (plan.web_by != firewall::WebBy::Tproxy) return {};
  for (const std::uint8_t family : kFamilies) {
    const bool is_led = family == AF_INET ? plan.web_v4.has_value() : plan.web_v6.has_value();
    if (!is_led) continue;
    if (const int error = change_route(RTM_NEWROUTE, family); error != 0) {
      if (is_absent(error)) continue;
      return failure("a local route", error);
    }
    if (const int error = change_rule(RTM_NEWRULE, family, plan.local_mark(), plan.mark.mask());
        error != 0) {
      return failure("a rule of routing", error);
    }
  }
  return {};
}

std::expected<void, std::string> remove_local_routes() {
  constexpr int kRulesMax = 16;  // somebody may have added more of them by hand
  for (const std::uint8_t family : kFamilies) {
    int error = 0;
    for (int i = 0; i < kRulesMax && error == 0; ++i)
      error = change_rule(RTM_DELRULE, family, 0, 0);
    if (error != 0 && !is_gone(error)) return failure("removing a rule of routing", error);
    error = change_route(RTM_DELROUTE, family);
    if (error != 0 && !is_gone(error)) return failure("removing a local route", error);
  }
  return {};
}

std::string list_local_routes() {
  std::string listed;
  for (const std::uint8_t family : kFamilies) {
    Request request(RTM_GETRULE, NLM_F_DUMP);
    request.extra<fib_rule_hdr>().family = family;
    (void)request.run(take_rule, &listed);
  }
  return listed;
}

std::string local_routes_of(const firewall::Plan& plan) {
  if (plan.web_by != firewall::WebBy::Tproxy) return "";
  std::string lines;
  if (plan.web_v4) lines += rule_line(AF_INET, plan.local_mark(), plan.mark.mask());
  if (plan.web_v6) lines += rule_line(AF_INET6, plan.local_mark(), plan.mark.mask());
  return lines;
}

}  // namespace haetae::daemon

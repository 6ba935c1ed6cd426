#include "daemon/firewall/nft.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <nftables/libnftables.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "daemon/sockets.h"

namespace haetae::daemon {
namespace {

// What nft says first, without the text of the commands that it repeats below.
std::string first_line(const char* text) {
  std::string_view all = text == nullptr ? "" : text;
  std::string line(all.substr(0, all.find('\n')));
  // "internal:0:0-0: Error: …", "/dev/stdin:3:5-9: Error: …"
  if (const std::size_t at = line.find("Error: "); at != std::string::npos) line.erase(0, at + 7);
  return line.empty() ? "nft gives no reason" : line;
}

// One question to the kernel's netfilter, and its answer's message.
class Question {
 public:
  Question(std::uint16_t type, std::uint8_t family) {
    header_ = mnl_nlmsg_put_header(room_.data());
    header_->nlmsg_type = type;
    header_->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    auto* const generic =
        static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(header_, sizeof(nfgenmsg)));
    generic->nfgen_family = family;
    generic->version = NFNETLINK_V0;
  }
  nlmsghdr* header() noexcept { return header_; }

  // take: called with each message but the last, which says whether all went well.
  bool ask(mnl_cb_t take, void* data) {
    const std::unique_ptr<mnl_socket, decltype(&mnl_socket_close)> socket(
        mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC), mnl_socket_close);
    if (socket == nullptr || mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0) return false;
    constexpr timeval kPatience{.tv_sec = 2, .tv_usec = 0};
    (void)setsockopt(mnl_socket_get_fd(socket.get()), SOL_SOCKET, SO_RCVTIMEO, &kPatience,
                     sizeof kPatience);
    if (mnl_socket_sendto(socket.get(), header_, header_->nlmsg_len) < 0) return false;
    const unsigned port = mnl_socket_get_portid(socket.get());
    for (;;) {
      const ssize_t size = mnl_socket_recvfrom(socket.get(), room_.data(), room_.size());
      if (size <= 0) return false;
      const int more =
          mnl_cb_run(room_.data(), static_cast<std::size_t>(size), 0, port, take, data);
      if (more <= MNL_CB_STOP) return more == MNL_CB_STOP;
    }
  }

 private:
  alignas(nlmsghdr) std::array<std::uint8_t, 8192> room_{};
  nlmsghdr* header_;
};

int take_attribute(const nlattr* attribute, void* data) {
  if (mnl_attr_get_type(attribute) == NFTA_GEN_ID) {
    *static_cast<std::optional<std::uint32_t>*>(data) = ntohl(mnl_attr_get_u32(attribute));
  }
  return MNL_CB_OK;
}

int take_generation(const nlmsghdr* message, void* data) {
  return mnl_attr_parse(message, sizeof(nfgenmsg), take_attribute, data);
}

}  // namespace

void Nft::Free::operator()(nft_ctx* context) const noexcept {
  nft_ctx_free(context);
}

std::expected<Nft, std::string> Nft::open() {
  // The library ends the process where it gets no socket: asked first.
  if (Descriptor(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)).get() < 0) {
    return std::unexpected(
        fmt::format("the kernel's firewall cannot be reached: {}", std::strerror(errno)));
  }
  nft_ctx* const context = nft_ctx_new(NFT_CTX_DEFAULT);
  if (context == nullptr) return std::unexpected("the kernel's firewall cannot be reached");
  nft_ctx_buffer_output(context);
  nft_ctx_buffer_error(context);
  nft_ctx_output_set_flags(context, NFT_CTX_OUTPUT_STATELESS | NFT_CTX_OUTPUT_TERSE);
  return Nft(context);
}

std::expected<std::string, std::string> Nft::run(const std::string& commands) {
  if (nft_run_cmd_from_buffer(context_.get(), commands.c_str()) != 0) {
    (void)nft_ctx_get_output_buffer(context_.get());
    return std::unexpected(first_line(nft_ctx_get_error_buffer(context_.get())));
  }
  (void)nft_ctx_get_error_buffer(context_.get());
  const char* const printed = nft_ctx_get_output_buffer(context_.get());
  return printed == nullptr ? "" : printed;
}

std::expected<void, std::string> Nft::try_out(const std::string& commands) {
  nft_ctx_set_dry_run(context_.get(), true);
  const auto ran = run(commands);
  nft_ctx_set_dry_run(context_.get(), false);
  if (!ran) return std::unexpected(ran.error());
  return {};
}

std::string Nft::list_table(std::string_view family_and_name) {
  return run(fmt::format("list table {}", family_and_name)).value_or("");
}

std::optional<std::uint32_t> ruleset_generation() {
  Question question((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETGEN, AF_UNSPEC);
  std::optional<std::uint32_t> generation;
  if (!question.ask(take_generation, &generation)) return std::nullopt;
  return generation;
}

namespace {

enum class Extension : std::uint32_t { Match = 0, Target = 1 };

bool has_extension(Extension kind, const char* name, std::uint32_t revision) {
  constexpr std::array<std::uint8_t, 2> kFamilies{AF_INET, AF_INET6};
  for (const std::uint8_t family : kFamilies) {
    Question question((NFNL_SUBSYS_NFT_COMPAT << 8) | NFNL_MSG_COMPAT_GET, family);
    mnl_attr_put_strz(question.header(), NFTA_COMPAT_NAME, name);
    mnl_attr_put_u32(question.header(), NFTA_COMPAT_REV, htonl(revision));
    mnl_attr_put_u32(question.header(), NFTA_COMPAT_TYPE, htonl(static_cast<std::uint32_t>(kind)));
    if (!question.ask(nullptr, nullptr)) return false;
  }
  return true;
}

}  // namespace

bool has_iptables_target(const char* name, std::uint32_t revision) {
  return has_extension(Extension::Target, name, revision);
}
bool has_iptables_match(const char* name, std::uint32_t revision) {
  return has_extension(Extension::Match, name, revision);
}

}  // namespace haetae::daemon

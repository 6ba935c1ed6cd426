#include "daemon/unbound_upstream.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unbound-event.h>
#include <unbound.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <mutex>

#include "daemon/sockets.h"
#include "daemon/unbound_events.h"

namespace haetae::daemon {
namespace {

using Setting = std::pair<const char*, const char*>;

// What each context starts from. libunbound's own defaults are 16 outgoing ports and 1 MB caches.
constexpr Setting kCommonSettings[] = {
    {"outgoing-range:", "4096"},
    {"num-queries-per-thread:", "4096"},
    {"so-rcvbuf:", "1m"},
    // The answer cache is ours: what stands here is for delegations and chains.
    {"msg-cache-size:", "2m"},
    {"rrset-cache-size:", "4m"},
    {"key-cache-size:", "1m"},
    // One stale layer only, ours.
    {"serve-expired:", "no"},
    // Private reverse zones and the like are asked like any other name: special names are answered
    // before, by rules/special_names.yaml.
    {"unblock-lan-zones:", "yes"},
    {"insecure-lan-zones:", "yes"},
    {"do-not-query-localhost:", "no"},
    // Letter-case randomising breaks some forwarders; cookies and ports guard against forgery.
    {"use-caps-for-id:", "no"},
    {"edns-buffer-size:", "1232"},
    // The question leaves with as little as each server needs (RFC 9156).
    {"qname-minimisation:", "yes"},
};

constexpr std::string_view kNobodysAddress = "192.0.2.0";  // RFC 5737

std::string unbound_address(const config::UpstreamServer& server) {
  return fmt::format("{}@{}", server.address.to_text(), server.port);
}

// All names go to the servers, and every question does: what libunbound remembers would come back
// with what is left of its TTL, so that fetching an answer ahead of its end would bring nothing.
std::string forward_zone(const std::vector<config::UpstreamServer>& servers) {
  std::string text = "forward-zone:\n name: \".\"\n forward-no-cache: yes\n";
  // The only server is one that must not be asked: names outside the stub zones fail at once.
  if (servers.empty()) {
    return fmt::format("server:\n do-not-query-address: {0}\n{1} forward-addr: {0}\n",
                       kNobodysAddress, text);
  }
  for (const config::UpstreamServer& server : servers) {
    text += fmt::format(" forward-addr: {}\n", unbound_address(server));
  }
  return text;
}

}  // namespace

struct UnboundUpstream::Impl {
  // One question on its way; libunbound carries its address. Kept in a free list, so that a warm
  // upstream allocates nothing of its own.
  struct Flight {
    Impl* owner;
    std::uint64_t token;
    Flight* next_free;
  };

  Impl(boost::asio::io_context& io, OnAnswer callback)
      : events(io), on_answer(std::move(callback)) {}
  ~Impl() {
    closing = true;
    if (context != nullptr) ub_ctx_delete(context);
  }

  std::expected<void, std::string> configure(const UnboundSettings& settings);
  std::expected<void, std::string> read_config(const std::string& text);
  std::expected<void, std::string> try_out(const UnboundSettings& settings);
  std::expected<void, std::string> set(const char* option, const char* value) {
    if (const int error = ub_ctx_set_option(context, option, value); error != 0) {
      return std::unexpected(
          fmt::format("libunbound refuses {} {}: {}", option, value, ub_strerror(error)));
    }
    return {};
  }

  Flight* take_flight(std::uint64_t token) {
    if (free == nullptr) {
      flights.push_back({});
      flights.back().next_free = nullptr;
      free = &flights.back();
    }
    Flight* const flight = free;
    free = flight->next_free;
    *flight = {this, token, nullptr};
    ++in_flight;
    return flight;
  }
  void land(Flight* flight) {
    flight->next_free = free;
    free = flight;
    --in_flight;
  }

  static void answered(void* data, int rcode, void* packet, int packet_size, int security,
                       char* /*why_bogus*/, int /*was_ratelimited*/) {
    auto* const flight = static_cast<Flight*>(data);
    Impl& self = *flight->owner;
    const std::uint64_t token = flight->token;
    self.land(flight);
    if (self.closing) return;
    dns::UpstreamAnswer answer;
    answer.rcode = static_cast<std::uint8_t>(rcode);
    // With rcode != 0 the packet is scratch memory (it is not the answer): never read it. NXDOMAIN
    // comes with rcode 0 here and stands in the packet.
    answer.failed = rcode != 0 || packet == nullptr || packet_size <= 0;
    if (!answer.failed) {
      answer.packet = {static_cast<const std::uint8_t*>(packet),
                       static_cast<std::size_t>(packet_size)};
      // A bogus answer comes with rcode 0 and the whole packet: only this tells.
      answer.bogus = security == 1;
      answer.secure = security == 2;
    }
    self.on_answer(token, answer);
  }

  UnboundEvents events;
  OnAnswer on_answer;
  ub_ctx* context = nullptr;
  std::deque<Flight> flights;
  Flight* free = nullptr;
  std::size_t in_flight = 0;
  bool closing = false;
};

std::expected<void, std::string> UnboundUpstream::Impl::configure(const UnboundSettings& settings) {
  context = ub_ctx_create_ub_event(events.base());
  if (context == nullptr) return std::unexpected("libunbound cannot make a context");
  for (const auto& [option, value] : kCommonSettings) {
    if (auto done = set(option, value); !done) return done;
  }
  const bool validate = settings.validate && !settings.trust_anchor_file.empty();
  if (auto done = set("module-config:", validate ? "validator iterator" : "iterator"); !done) {
    return done;
  }
  if (validate) {
    const std::string file = settings.trust_anchor_file.string();
    if (const int error = ub_ctx_add_ta_file(context, file.c_str()); error != 0) {
      return std::unexpected(fmt::format("libunbound refuses {}: {}", file, ub_strerror(error)));
    }
  }
  if (settings.mode == config::UpstreamMode::Forward) {
    if (auto done = read_config(forward_zone(settings.servers)); !done) return done;
  }
  for (const config::StubZone& stub : settings.stubs) {
    const std::string address = unbound_address(stub.server);
    if (const int error = ub_ctx_set_stub(context, stub.zone.c_str(), address.c_str(), 0);
        error != 0) {
      return std::unexpected(
          fmt::format("libunbound refuses the stub zone {}: {}", stub.zone, ub_strerror(error)));
    }
  }
  return try_out(settings);
}

// Some settings libunbound takes from a file only: this one never stands on a disk.
std::expected<void, std::string> UnboundUpstream::Impl::read_config(const std::string& text) {
  const Descriptor file(memfd_create("unbound.conf", MFD_CLOEXEC));
  const auto size = static_cast<ssize_t>(text.size());
  const bool is_written = file.get() >= 0 && write(file.get(), text.data(), text.size()) == size;
  const std::string path = fmt::format("/proc/self/fd/{}", file.get());
  const int error = is_written ? ub_ctx_config(context, path.c_str()) : UB_READFILE;
  if (error == 0) return {};
  return std::unexpected(
      fmt::format("libunbound refuses the upstream servers: {}", ub_strerror(error)));
}

// libunbound reads the trust anchor at the first question only: this is one, about a name that it
// answers by itself. So a bad file is told at start, and not by failing every query later.
std::expected<void, std::string> UnboundUpstream::Impl::try_out(const UnboundSettings& settings) {
  constexpr int kTypeA = 1;
  constexpr int kClassIn = 1;
  const ub_event_callback_type ignore = [](void*, int, void*, int, int, char*, int) {};
  const int error =
      ub_resolve_event(context, "localhost", kTypeA, kClassIn, nullptr, ignore, nullptr);
  if (error == 0) return {};
  if (!settings.validate) {
    return std::unexpected(fmt::format("libunbound cannot start: {}", ub_strerror(error)));
  }
  return std::unexpected(fmt::format(
      "dns.trust_anchor {} cannot be used: {}; install dns-root-data, name a file of DS "
      "or DNSKEY records, or set dns.dnssec: false",
      settings.trust_anchor_file.string(), ub_strerror(error)));
}

UnboundUpstream::UnboundUpstream(boost::asio::io_context& io, UnboundSettings settings,
                                 OnAnswer on_answer)
    : io_(io), settings_(std::move(settings)), on_answer_(std::move(on_answer)) {}
UnboundUpstream::~UnboundUpstream() = default;

std::expected<std::unique_ptr<UnboundUpstream>, std::string> UnboundUpstream::make(
    boost::asio::io_context& io, const UnboundSettings& settings, OnAnswer on_answer) {
  std::unique_ptr<UnboundUpstream> made(new UnboundUpstream(io, settings, std::move(on_answer)));
  auto context = made->make_context(settings.validate);
  if (!context) return std::unexpected(context.error());
  made->impl_ = std::move(*context);
  return made;
}

std::expected<std::unique_ptr<UnboundUpstream::Impl>, std::string> UnboundUpstream::make_context(
    bool validate) const {
  // libunbound's reader of settings keeps its state in globals, and workers make contexts of their
  // own on their own threads when a reload changes the upstream.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  UnboundSettings settings = settings_;
  settings.validate = validate;
  auto impl = std::make_unique<Impl>(io_, on_answer_);
  if (auto configured = impl->configure(settings); !configured) {
    return std::unexpected(configured.error());
  }
  return impl;
}

// In 1970 no signature holds, and libunbound cannot be asked to leave one question unchecked: these
// go to a context that checks nothing. If it cannot be made they fail, as all others do.
UnboundUpstream::Impl& UnboundUpstream::unvalidated() noexcept {
  if (!settings_.validate) return *impl_;
  if (unvalidated_ == nullptr) {
    if (auto context = make_context(false)) unvalidated_ = std::move(*context);
  }
  return unvalidated_ == nullptr ? *impl_ : *unvalidated_;
}

bool UnboundUpstream::resolve(const dns::UpstreamQuestion& question, std::uint64_t token) noexcept {
  std::array<char, Name::kTextBytesMax> text;
  const std::string_view written =
      question.name.write_text(std::span<char, Name::kTextBytesMax>(text));
  std::array<char, Name::kTextBytesMax + 1> terminated;
  *std::ranges::copy(written, terminated.begin()).out = '\0';
  Impl& impl = question.sets_clock ? unvalidated() : *impl_;
  Impl::Flight* const flight = impl.take_flight(token);
  const int error = ub_resolve_event(impl.context, terminated.data(), question.type,
                                     question.record_class, flight, &Impl::answered, nullptr);
  if (error != 0) impl.land(flight);
  return error == 0;
}

std::size_t UnboundUpstream::in_flight() const noexcept {
  return impl_->in_flight + (unvalidated_ == nullptr ? 0 : unvalidated_->in_flight);
}

}  // namespace haetae::daemon

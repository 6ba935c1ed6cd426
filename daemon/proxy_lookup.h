#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "base/address.h"
#include "base/name.h"
#include "dns/service.h"
#include "proxy/answers.h"

namespace haetae::daemon {

// Finds the addresses of a host for a client of the explicit proxy, by our own DNS service: the
// client gets what it would have been answered itself, judged by its own profile. One worker's.
class ProxyLookup {
 public:
  explicit ProxyLookup(dns::Service& service) : service_(service), reply_room_(kReplyRoomBytes) {}

  struct Asker {
    Peer client;
    IpAddress local;
    std::uint32_t interface = 0;
  };
  struct Found {
    std::vector<IpAddress> addresses;  // in the order to try them; empty: see why
    proxy::NoAnswer why = proxy::NoAnswer::NoAddress;
  };
  using Done = std::function<void(const Found&)>;

  // done: called once, inside of this call or later; not after forget(). Returns a number for
  // forget(), 0 if it was called already.
  std::uint64_t find(const Name& host, const Asker& asker, Done done);
  void forget(std::uint64_t number) noexcept;

  // A reply that the service had to wait for. It is kept until take_replies(): inside of the
  // service's call nobody may ask it again. True: it is the first that waits.
  bool on_reply(std::uint64_t number, Bytes reply);
  void take_replies();

 private:
  static constexpr std::size_t kReplyRoomBytes = 65'535;

  struct Question {
    Name host;
    Asker asker;
    Done done;
    bool asks_v6 = false;
  };
  bool is_answered(std::uint64_t number, Question& question, Found& found);
  bool take(Bytes reply, Question& question, Found& found);

  dns::Service& service_;
  std::vector<std::uint8_t> reply_room_;
  std::unordered_map<std::uint64_t, Question> waiting_;
  std::vector<std::pair<std::uint64_t, std::vector<std::uint8_t>>> replies_;
  std::uint64_t next_ = 1;
};

}  // namespace haetae::daemon

#include "daemon/proxy_lookup.h"

#include "base/local_address.h"
#include "daemon/clock.h"
#include "proxy/limits.h"
#include "wire/dns_client.h"
#include "wire/dns_records.h"

namespace haetae::daemon {
namespace {

using proxy::NoAnswer;

// Above those that TcpFront gives its streams.
constexpr std::uint64_t kNumbersFrom = std::uint64_t{1} << 63;

// A blocked answer says so (RFC 8914).
bool says_blocked(const wire::Record& opt) noexcept {
  const auto error = wire::find_edns_option(opt.rdata, wire::EdnsOptionCode::ExtendedError);
  if (!error || error->size() < 2) return false;
  const auto code = static_cast<wire::EdeCode>((*error)[0] << 8 | (*error)[1]);
  return code == wire::EdeCode::Blocked || code == wire::EdeCode::Censored ||
         code == wire::EdeCode::Filtered || code == wire::EdeCode::Prohibited;
}

}  // namespace

std::uint64_t ProxyLookup::find(const Name& host, const Asker& asker, Done done) {
  const std::uint64_t number = kNumbersFrom | next_++;
  Question question{host, asker, std::move(done)};
  Found found;
  if (is_answered(number, question, found)) {
    question.done(found);
    return 0;
  }
  waiting_.emplace(number, std::move(question));
  return number;
}

void ProxyLookup::forget(std::uint64_t number) noexcept {
  if (waiting_.erase(number) > 0) service_.forget_connection(number);
}

// Asks. False: the answer comes later.
bool ProxyLookup::is_answered(std::uint64_t number, Question& question, Found& found) {
  for (;;) {
    std::array<std::uint8_t, wire::kStreamQueryBytesMax> query;
    const wire::StreamQuery asked{.id = 1,
                                  .name = question.host,
                                  .type = question.asks_v6 ? wire::RRType::Aaaa : wire::RRType::A};
    const std::size_t size = wire::write_stream_query(asked, query);
    dns::Client client;
    client.peer = question.asker.client;
    client.local = question.asker.local;
    client.interface_index = question.asker.interface;
    client.connection = number;
    client.transport = dns::Transport::Inside;
    service_.begin_batch();
    const dns::Effect effect =
        service_.on_query(Bytes(query).first(size), client, read_clock(), reply_room_);
    switch (effect.kind) {
      case dns::Effect::Kind::Pending: return false;
      case dns::Effect::Kind::Drop: return true;
      case dns::Effect::Kind::Reply: break;
    }
    if (take(Bytes(reply_room_).first(effect.size), question, found)) return true;
  }
}

// False: the other kind of address is to be asked for.
bool ProxyLookup::take(Bytes reply, Question& question, Found& found) {
  bool is_blocked = false;
  wire::RecordReader reader(reply);
  for (wire::Record record; reader.next(record);) {
    if (record.type == wire::RRType::Opt) is_blocked |= says_blocked(record);
    const bool is_address = record.type == wire::RRType::A || record.type == wire::RRType::Aaaa;
    if (!is_address || record.section != wire::Section::Answer) continue;
    const auto address = wire::read_address(record);
    if (!address || found.addresses.size() == limits::kProxyAddressesMax) continue;
    if (is_unspecified(*address)) {
      is_blocked = true;
    } else {
      found.addresses.push_back(*address);
    }
  }
  if (is_blocked) found.why = NoAnswer::NameBlocked;
  if (!found.addresses.empty() || is_blocked || question.asks_v6) return true;
  if (reader.header().rcode() != wire::Rcode::NoError) return true;
  question.asks_v6 = true;
  return false;
}

bool ProxyLookup::on_reply(std::uint64_t number, Bytes reply) {
  replies_.emplace_back(number, std::vector<std::uint8_t>(reply.begin(), reply.end()));
  return replies_.size() == 1;
}

void ProxyLookup::take_replies() {
  auto replies = std::exchange(replies_, {});
  for (const auto& [number, reply] : replies) {
    auto node = waiting_.extract(number);
    if (node.empty()) continue;
    Question& question = node.mapped();
    Found found;
    if (take(reply, question, found) || is_answered(number, question, found)) {
      question.done(found);
    } else {
      waiting_.insert(std::move(node));
    }
  }
}

}  // namespace haetae::daemon

#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/snapshot.h"
#include "dns/service.h"
#include "support/policy_maker.h"
#include "wire/dns_message.h"
#include "wire/dns_records.h"
#include "wire/dns_writer.h"
#include "wire/writer.h"

// A dns::Service with everything around it that a test wants to hold in its hands: the policy, the
// clock, the clients and an upstream that answers what the test says, when the test says so.
namespace haetae::dns::test {

using wire::EdeCode;
using wire::Rcode;
using wire::RRType;
using Octets = std::vector<std::uint8_t>;

// A client's query, as it would write it.
struct Asked {
  std::string name;  // letter case is kept
  RRType type = RRType::A;
  std::uint16_t id = 0x1234;
  bool rd = true;
  bool ad = false;
  bool cd = false;
  bool edns = true;
  bool dnssec_ok = false;
  std::uint16_t udp_bytes = 1232;
  std::uint16_t klass = 1;
  std::uint8_t edns_version = 0;
  Octets options{};  // of the OPT
  Transport transport = Transport::Udp;
  std::uint64_t connection = 0;
  std::string from = "192.0.2.10";
};

inline Octets query_bytes(const Asked& asked) {
  Octets room(1024);
  wire::WireWriter out(room);
  out.u16(asked.id);
  out.u16(static_cast<std::uint16_t>((asked.rd ? 0x0100 : 0) | (asked.ad ? 0x0020 : 0) |
                                     (asked.cd ? 0x0010 : 0)));
  out.u16(1);
  out.u16(0);
  out.u16(0);
  out.u16(asked.edns ? 1 : 0);
  std::string_view rest = asked.name;
  while (!rest.empty()) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    out.u8(static_cast<std::uint8_t>(dot));
    out.bytes(as_bytes(rest.substr(0, dot)));
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(asked.type));
  out.u16(asked.klass);
  if (asked.edns) {
    out.u8(0);
    out.u16(static_cast<std::uint16_t>(RRType::Opt));
    out.u16(asked.udp_bytes);
    out.u8(0);
    out.u8(asked.edns_version);
    out.u16(asked.dnssec_ok ? 0x8000 : 0);
    out.u16(static_cast<std::uint16_t>(asked.options.size()));
    out.bytes(asked.options);
  }
  room.resize(out.offset());
  return room;
}

// A reply, read.
struct Reply {
  struct Row {
    wire::Section section;
    std::string owner;
    RRType type;
    std::uint32_t ttl_s;
    std::string text;  // of addresses and names; octets as they are of others
  };
  struct Error {
    EdeCode code;
    std::string text;
    friend bool operator==(const Error&, const Error&) = default;
  };
  Octets octets;
  wire::Header header;
  std::string question;  // in the letter case of the message
  std::vector<Row> rows;
  bool has_edns = false;
  bool dnssec_ok = false;
  std::uint16_t offered_bytes = 0;
  std::uint16_t rcode_whole = 0;
  std::vector<Error> errors;
  std::vector<wire::EdnsOptionCode> other_options;

  Rcode rcode() const { return static_cast<Rcode>(rcode_whole); }
  bool has(std::uint16_t flag) const { return header.has(flag); }
  bool has_error(EdeCode code) const {
    return std::ranges::any_of(errors, [code](const Error& e) { return e.code == code; });
  }
  std::vector<Row> of(RRType type) const {
    std::vector<Row> found;
    std::ranges::copy_if(rows, std::back_inserter(found),
                         [type](const Row& row) { return row.type == type; });
    return found;
  }
};

inline std::string row_text(const wire::Record& record) {
  if (const auto address = wire::read_address(record);
      address && (record.type == RRType::A || record.type == RRType::Aaaa)) {
    return address->to_text();
  }
  if (record.type == RRType::Cname) {
    const auto target = wire::read_target(record);
    return target ? target->to_text() : "";
  }
  return std::string(as_text(record.rdata));
}

inline void read_edns_into(const wire::Record& record, Reply& reply) {
  const auto edns =
      wire::parse_edns(static_cast<std::uint16_t>(record.klass), record.ttl_s, record.rdata);
  HAETAE_ASSERT(edns.has_value());
  reply.has_edns = true;
  reply.dnssec_ok = edns->dnssec_ok;
  reply.offered_bytes = edns->udp_payload_bytes;
  reply.rcode_whole = static_cast<std::uint16_t>(reply.rcode_whole | edns->rcode_high << 4);
  wire::EdnsOptionReader options(edns->options);
  for (wire::EdnsOption option; options.next(option);) {
    if (option.code != wire::EdnsOptionCode::ExtendedError) {
      reply.other_options.push_back(option.code);
      continue;
    }
    const auto code = static_cast<EdeCode>(option.value[0] << 8 | option.value[1]);
    reply.errors.push_back({code, std::string(as_text(option.value.subspan(2)))});
  }
}

// Aborts on a message that is not well formed to its last octet.
inline Reply read_reply(Bytes message) {
  Reply reply;
  reply.octets.assign(message.begin(), message.end());
  wire::RecordReader reader(reply.octets);
  reply.header = reader.header();
  reply.rcode_whole = static_cast<std::uint16_t>(reply.header.rcode());
  HAETAE_ASSERT(reply.header.has(wire::Header::kResponse));
  for (wire::Question question; reader.next_question(question);) {
    reply.question = std::string(as_text(question.wire.first(question.wire.size() - 4)));
  }
  for (wire::Record record; reader.next(record);) {
    if (record.type == RRType::Opt) {
      read_edns_into(record, reply);
    } else {
      reply.rows.push_back(
          {record.section, record.owner.to_text(), record.type, record.ttl_s, row_text(record)});
    }
  }
  HAETAE_ASSERT(!reader.error() && reader.left() == 0);
  return reply;
}

// An upstream's packet: id 0, OPT with DO, as libunbound hands it over.
class Packet {
 public:
  Packet(std::string_view name, RRType type, Rcode rcode = Rcode::NoError)
      : name_(name_of(name)), room_(65535) {
    query_.question = {name_, type, wire::RRClass::In, {}};
    query_.recursion_desired = true;
    writer_.emplace(room_, query_, rcode);
  }
  Packet& address(std::string_view text, std::uint32_t ttl_s = 300, std::string_view owner = "") {
    writer_->add_address(wire::Section::Answer, owner.empty() ? name_ : name_of(owner), ttl_s,
                         *IpAddress::from_text(text));
    return *this;
  }
  Packet& cname(std::string_view owner, std::string_view target, std::uint32_t ttl_s = 300) {
    writer_->add_cname(wire::Section::Answer, name_of(owner), ttl_s, name_of(target));
    return *this;
  }
  Packet& raw(RRType type, Octets rdata, std::uint32_t ttl_s = 300,
              wire::Section section = wire::Section::Answer) {
    writer_->add_raw(section, name_, type, ttl_s, rdata);
    return *this;
  }
  Packet& soa(std::uint32_t ttl_s, std::uint32_t minimum_s) {
    writer_->add_soa(wire::Section::Authority, name_of("example"), ttl_s,
                     {name_of("ns.example"), name_of("host.example"), 1, 2, 3, 4, minimum_s});
    return *this;
  }
  // A signature over `covered` by example, not a real one: the service never checks it.
  Packet& signature(RRType covered, std::uint32_t ttl_s = 300) {
    Octets rdata{
        0, static_cast<std::uint8_t>(covered), 13, 2, 0, 0, 1, 0x2c, 1, 2, 3, 4, 1, 2, 3, 4, 0, 1};
    const Name signer = name_of("example");
    rdata.insert(rdata.end(), signer.wire().begin(), signer.wire().end());
    rdata.insert(rdata.end(), 64, 0xab);
    return raw(RRType::Rrsig, rdata, ttl_s);
  }
  Packet& truncated() {
    writer_->set_truncated(true);
    return *this;
  }
  Octets make() {
    room_.resize(writer_->finish({.dnssec_ok = true, .errors = {}}));
    return room_;
  }

 private:
  Name name_;
  wire::Query query_;
  Octets room_;
  std::optional<wire::DnsWriter> writer_;
};

class House : public Upstream, public ReplySink {
 public:
  House() : House(default_maker()) {}
  explicit House(haetae::test::PolicyMaker first) : maker(std::move(first)) {
    settings.allow_from = {*Cidr::from_text("192.0.2.0/24"), *Cidr::from_text("2001:db8::/32")};
    settings.cache_bytes = 1 << 20;
    now.wall = Time{std::chrono::hours{24 * 365 * 50}};
    now.monotonic = Monotonic{std::chrono::hours{1000}};
    policy_.emplace(make_policy());
    standing_.emplace(std::make_shared<policy::Standing>());
    settings_.emplace(std::make_shared<Settings>(settings));
    service.emplace(Service::Parts{*policy_, *standing_, *settings_, *this, *this, events, counters,
                                   nullptr, &resolved});
  }

  // A child for whom adult and locked lists count; a second profile without any.
  static haetae::test::PolicyMaker default_maker() {
    haetae::test::PolicyMaker maker;
    const auto adult = maker.category("adult");
    const auto illegal = maker.category("illegal", policy::CategoryKind::Locked);
    const auto little = maker.profile("little");
    maker.at(little).blocked.set(adult);
    maker.at(little).log = policy::LogLevel::All;
    maker.list("adult-one", adult, {"||bad.example^"});
    maker.list("orders", illegal, {"||illegal.example^"});
    return maker;
  }

  std::shared_ptr<const policy::Policy> make_policy() {
    auto made = std::make_shared<policy::Policy>(*maker.make());
    made->generation = ++generation_;
    if (change_policy) change_policy(*made);
    return made;
  }
  void publish_policy() { policy_->publish(make_policy()); }
  void publish_standing(policy::Standing next) {
    standing_->publish(std::make_shared<policy::Standing>(std::move(next)));
  }
  void publish_settings() { settings_->publish(std::make_shared<Settings>(settings)); }

  Client client_of(const Asked& asked) const {
    Client client;
    client.peer = {*IpAddress::from_text(asked.from), 5353};
    client.transport = asked.transport;
    client.connection = asked.connection;
    return client;
  }

  Effect send_bytes(Bytes bytes, const Client& client) {
    service->begin_batch();
    const Effect effect = service->on_query(bytes, client, now, out);
    if (effect.kind == Effect::Kind::Reply) {
      replies.push_back(read_reply(Bytes{out}.first(effect.size)));
    }
    return effect;
  }
  Effect send(const Asked& asked) { return send_bytes(query_bytes(asked), client_of(asked)); }
  // The reply that comes at once; nothing if it does not.
  std::optional<Reply> ask(const Asked& asked) {
    if (send(asked).kind != Effect::Kind::Reply) return std::nullopt;
    return take_reply();
  }
  // The reply after the upstream said this.
  std::optional<Reply> ask_with(const Asked& asked, const Octets& packet, bool secure = false) {
    if (send(asked).kind == Effect::Kind::Pending) answer(packet, secure);
    return take_reply();
  }
  std::optional<Reply> take_reply() {
    if (replies.empty()) return std::nullopt;
    Reply reply = std::move(replies.front());
    replies.pop_front();
    return reply;
  }

  // ---- The upstream's side. Answers go to the question asked longest ago.
  struct Question {
    UpstreamQuestion asked;
    std::uint64_t token;
  };
  bool resolve(const UpstreamQuestion& question, std::uint64_t token) noexcept override {
    if (!accepts_questions) return false;
    upstream_asked.push_back({question, token});
    if (answer_inside) {
      const Octets packet = answer_inside(question);
      answer(packet);
    }
    return true;
  }
  void answer_as(UpstreamAnswer said) {
    HAETAE_ASSERT(!upstream_asked.empty());
    const Question question = upstream_asked.front();
    upstream_asked.pop_front();
    service->on_answer(question.token, said, now);
  }
  void answer(const Octets& packet, bool secure = false) {
    answer_as({.secure = secure, .packet = packet});
  }
  void answer_failed() { answer_as({.failed = true, .packet = {}}); }

  void send(const Client& to, Bytes reply) noexcept override {
    replies.push_back(read_reply(reply));
    replied_to.push_back(to);
  }

  void pass(milliseconds time) {
    now.wall += time;
    now.monotonic += time;
  }
  // Time goes by in the steps in which the worker looks at its clock.
  void live(milliseconds time) {
    constexpr milliseconds kTick{50};
    for (milliseconds gone{0}; gone < time; gone += kTick) {
      pass(kTick);
      service->on_tick(now);
    }
  }

  haetae::test::PolicyMaker maker;
  std::function<void(policy::Policy&)> change_policy;
  Settings settings;
  Now now;
  Counters counters;
  Ring<event::Event> events{1024};
  policy::Resolved resolved{1024, {7, 8}};
  std::vector<std::uint8_t> out = std::vector<std::uint8_t>(65535);
  std::deque<Reply> replies;
  std::vector<Client> replied_to;
  std::deque<Question> upstream_asked;
  bool accepts_questions = true;
  std::function<Octets(const UpstreamQuestion&)> answer_inside;
  std::optional<Service> service;

 private:
  std::uint64_t generation_ = 0;
  std::optional<Snapshot<policy::Policy>> policy_;
  std::optional<Snapshot<policy::Standing>> standing_;
  std::optional<Snapshot<Settings>> settings_;
};

}  // namespace haetae::dns::test

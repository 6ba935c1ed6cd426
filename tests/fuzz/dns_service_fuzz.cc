// A whole dns::Service under a small policy: clients, an upstream and a clock that do what the
// bytes say. Whatever happens, every reply is a well-formed response to its query and leads to
// nothing that is blocked, and no query that was told to wait is forgotten.
#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <vector>

#include "base/assert.h"
#include "base/local_address.h"
#include "dns/service.h"
#include "list/image_builder.h"
#include "wire/dns_records.h"
#include "wire/dns_targets.h"
#include "wire/reader.h"

namespace {

using namespace haetae;
using Octets = std::vector<std::uint8_t>;

constexpr HashKey kKey{11, 22};
const Cidr kListed = *Cidr::from_text("203.0.113.0/24");

std::shared_ptr<const list::Image> make_image() {
  list::ImageBuilder builder(kKey);
  const list::ListId adult = builder.add_list({"adult-one", "adult", 0, 1});
  builder.add(adult, list::Rule{name_of("bad.example")});
  builder.add(adult, list::AddressRule{kListed});
  auto image = list::Image::from_bytes(*builder.to_bytes());
  HAETAE_ASSERT(image.has_value());
  return *image;
}

// One blocked name, one search engine with and one without fixed addresses, one special name.
std::shared_ptr<const policy::Policy> make_policy(std::uint64_t generation, bool safe_search) {
  static const std::shared_ptr<const list::Image> image = make_image();
  auto policy = std::make_shared<policy::Policy>(list::Lists(image, nullptr));
  policy->generation = generation;
  policy->categories = {{"adult", policy::CategoryKind::Harm, false}};
  policy->lists.resize(1);
  policy->lists[0].name = "adult-one";
  policy->lists[0].category = 0;
  policy->profiles.resize(1);
  policy::Profile& profile = policy->profiles[0];
  profile.blocked.set(0);
  profile.lists = {true};
  profile.undecidable_blocked = true;
  profile.log = policy::LogLevel::All;
  profile.safe_search = safe_search ? policy::Strictness::Strict : policy::Strictness::Off;
  policy->rewrites = {{"a", name_of("safe.example"), {}},
                      {"b", name_of("safe.example"), {IpAddress::v4(0xc6336401)}}};
  policy->engines = {{false, 0, 0}, {false, 1, 1}};
  policy->special_names = {{policy::SpecialAnswer::Loopback, false}};
  std::vector<std::pair<Name, std::uint32_t>> rows;
  policy->mark_spans.push_back({0, 0});
  const auto mark = [&](const char* name, policy::MarkKind kind, std::uint16_t subject) {
    policy::Mark row{.kind = kind};
    row.label_count = static_cast<std::uint8_t>(name_of(name).label_count());
    row.subject = subject;
    rows.emplace_back(name_of(name), static_cast<std::uint32_t>(policy->mark_spans.size()));
    policy->mark_spans.push_back({static_cast<std::uint32_t>(policy->marks.size()), 1});
    policy->marks.push_back(row);
  };
  mark("seek.example", policy::MarkKind::SafeSearch, 0);
  mark("find.example", policy::MarkKind::SafeSearch, 1);
  mark("localhost", policy::MarkKind::Special, 0);
  policy->well_known = list::NameTable<std::uint32_t>(kKey, std::move(rows));
  policy::fill_outcomes(*policy);
  return policy;
}

class World : public dns::Upstream, public dns::ReplySink {
 public:
  World()
      : policy_(make_policy(1, true)),
        standing_(std::make_shared<policy::Standing>()),
        settings_(make_settings()),
        service_({policy_, standing_, settings_, *this, *this, events_, counters_}) {
    now_.wall = Time{std::chrono::hours{400'000}};
    now_.monotonic = Monotonic{std::chrono::hours{10}};
  }

  void run(Bytes script) {
    wire::WireReader in(script);
    for (int step = 0; step < kStepsMax && in.left() > 0; ++step) act(in);
    for (int tick = 0; tick < 100; ++tick) pass(milliseconds{50});
    HAETAE_ASSERT(waiting_.empty() && service_.waiting() == 0);
  }

  bool resolve(const dns::UpstreamQuestion& question, std::uint64_t token) noexcept override {
    asked_.push_back({question, token});
    return !refuses_;
  }

  void send(const dns::Client& client, Bytes reply) noexcept override {
    const auto waiting = waiting_.find(client.socket);
    HAETAE_ASSERT(waiting != waiting_.end());  // each query is answered once
    check(waiting->second, reply, client.transport);
    waiting_.erase(waiting);
  }

 private:
  static constexpr int kStepsMax = 64;

  static std::shared_ptr<const dns::Settings> make_settings() {
    auto settings = std::make_shared<dns::Settings>();
    settings->allow_from = {*Cidr::from_text("192.0.2.0/24")};
    settings->cache_bytes = 0;  // the smallest there is
    return settings;
  }

  void act(wire::WireReader& in) {
    switch (in.u8() % 8) {
      case 0: return query(take(in), in.u8());
      case 1:
      case 2: return query(likely_query(in), in.u8());
      case 3: return answer(take(in), in.u8());
      case 4:
      case 5: return answer(likely_answer(in), in.u8());
      case 6: return pass(milliseconds{in.u16() * (in.u8() % 4 == 0 ? 997LL : 1LL)});
      case 7: return change(in.u8());
      default: return;
    }
  }

  static Octets take(wire::WireReader& in) {
    const std::size_t size = std::min<std::size_t>(in.u16() % 2'048, in.left());
    const Bytes taken = in.take(size);
    return {taken.begin(), taken.end()};
  }

  static Octets likely_query(wire::WireReader& in) {
    static const char* const kNames[] = {"www.example",  "bad.example", "seek.example",
                                         "find.example", "localhost",   "safe.example"};
    constexpr std::uint8_t kTypes[] = {1, 28, 65, 5, 16, 255, 64, 46};
    Octets query{in.u8(), in.u8(), in.u8(), in.u8(), 0, 1, 0, 0, 0, 0, 0, 0};
    query[2] &= 0x07;
    const Name name = name_of(kNames[in.u8() % std::size(kNames)]);
    const std::uint8_t letter_case = in.u8() & 0x20;
    for (const std::uint8_t octet : name.wire()) {
      const bool is_letter = octet >= 'a' && octet <= 'z';
      query.push_back(is_letter ? static_cast<std::uint8_t>(octet ^ letter_case) : octet);
    }
    query.insert(query.end(), {0, kTypes[in.u8() % std::size(kTypes)], 0, 1});
    if (const std::uint8_t edns = in.u8(); edns % 2 == 1) {
      query[11] = 1;
      query.insert(query.end(), {0, 0, 41, edns, 0, 0, 0, in.u8(), 0, 0, 0});
    }
    return query;
  }

  // The question that waits longest, answered with records of the script's.
  Octets likely_answer(wire::WireReader& in) const {
    Octets packet{0, 0, 0x81, in.u8(), 0, 1};
    const std::uint8_t counts = in.u8();
    packet.insert(packet.end(), {0, static_cast<std::uint8_t>(counts & 7), 0,
                                 static_cast<std::uint8_t>(counts >> 3 & 3), 0,
                                 static_cast<std::uint8_t>(counts >> 5 & 1)});
    if (asked_.empty()) return packet;
    const dns::UpstreamQuestion& question = asked_.front().question;
    const Bytes name = question.name.wire();
    packet.insert(packet.end(), name.begin(), name.end());
    const auto type_high = static_cast<std::uint8_t>(question.type >> 8);
    packet.insert(packet.end(), {type_high, static_cast<std::uint8_t>(question.type), 0, 1});
    const Octets records = take(in);
    packet.insert(packet.end(), records.begin(), records.end());
    return packet;
  }

  void query(const Octets& message, std::uint8_t how) {
    dns::Client client;
    client.peer = {IpAddress::v4(how % 16 == 15 ? 0x0a000001 : 0xc0000200U + how % 16), 53};
    client.transport = how % 3 == 0 ? dns::Transport::Tcp : dns::Transport::Udp;
    client.connection = how % 3 == 0 ? 1 + how % 4 : 0;
    client.socket = ++queries_;
    waiting_[client.socket] = message;  // it may be answered before on_query returns
    Octets room(limits::kDnsReplyBytesMax);
    service_.begin_batch();
    // Over UDP queries come in batches; its neighbours here are empty datagrams, which get no
    // reply.
    std::array<dns::Arrival, 3> batch;
    batch.fill({{}, client, refusal_room_, {}});
    batch[1] = {message, client, room, {}};
    service_.on_queries(batch, now_);
    const dns::Effect effect = batch[1].effect;
    if (effect.kind == dns::Effect::Kind::Reply) {
      check(message, Bytes{room}.first(effect.size), client.transport);
    }
    if (effect.kind != dns::Effect::Kind::Pending) waiting_.erase(client.socket);
    if (client.connection != 0 && waiting_.contains(client.socket)) {
      connections_[client.connection].push_back(client.socket);
    }
  }

  void answer(const Octets& packet, std::uint8_t how) {
    if (asked_.empty()) return;
    const std::uint64_t token = asked_.front().token;
    asked_.erase(asked_.begin());
    service_.on_answer(token,
                       {.failed = how % 16 == 1,
                        .rcode = static_cast<std::uint8_t>(how & 3),
                        .secure = (how & 0x40) != 0,
                        .bogus = how % 16 == 2,
                        .packet = packet},
                       now_);
  }

  void pass(milliseconds time) {
    now_.wall += time;
    now_.monotonic += time;
    service_.on_tick(now_);
  }

  void change(std::uint8_t how) {
    refuses_ = how % 8 == 7;
    if (how % 4 == 0) policy_.publish(make_policy(++generation_, how % 8 == 0));
    if (how % 4 != 1) return;
    const std::uint64_t connection = 1 + how / 4 % 4;
    service_.forget_connection(connection);
    for (const std::uint32_t query : connections_[connection]) waiting_.erase(query);
    connections_[connection].clear();
  }

  static void check(Bytes query, Bytes reply, dns::Transport transport) {
    HAETAE_ASSERT(transport != dns::Transport::Udp || reply.size() <= wire::kUdpBytesOffered);
    wire::RecordReader reader(reply);
    HAETAE_ASSERT(reader.header().has(wire::Header::kResponse));
    HAETAE_ASSERT(reply[0] == query[0] && reply[1] == query[1]);
    wire::Question question;
    while (reader.next_question(question)) {
      HAETAE_ASSERT(query.size() >= wire::kHeaderBytes + question.wire.size());
      HAETAE_ASSERT(std::memcmp(question.wire.data(), query.data() + wire::kHeaderBytes,
                                question.wire.size()) == 0);
    }
    for (wire::Record record; reader.next(record);) {
    }
    HAETAE_ASSERT(!reader.error() && reader.left() == 0);
    if (reader.header().question_count == 1) check_targets(question.name, reply);
  }

  // Whatever upstream wrote, in whatever order: no client is led to what is blocked or to the
  // house. Safe search's own target is reached whatever list it stands in.
  static void check_targets(const Name& asked, Bytes reply) {
    const bool is_own = asked == name_of("localhost");
    const bool is_rewritten = asked == name_of("seek.example") || asked == name_of("find.example");
    wire::TargetReader targets(reply, asked);
    for (wire::Target target; targets.next(target);) {
      if (target.is_name()) {
        HAETAE_ASSERT(is_rewritten || !target.name.is_under(name_of("bad.example")));
      } else {
        HAETAE_ASSERT(is_own || asked.label_count() <= 1 || !is_local(target.address));
        HAETAE_ASSERT(is_rewritten || !kListed.contains(led_to(target.address)));
      }
    }
  }

  struct Asked {
    dns::UpstreamQuestion question;
    std::uint64_t token;
  };

  Snapshot<policy::Policy> policy_;
  Snapshot<policy::Standing> standing_;
  Snapshot<dns::Settings> settings_;
  Ring<event::Event> events_{8};
  dns::Counters counters_;
  Now now_;
  std::uint64_t generation_ = 1;
  bool refuses_ = false;
  std::uint32_t queries_ = 0;
  Octets refusal_room_ = Octets(wire::kUdpBytesMin);
  std::vector<Asked> asked_;
  std::map<std::uint32_t, Octets> waiting_;  // by Client::socket, which the service only keeps
  std::map<std::uint64_t, std::vector<std::uint32_t>> connections_;
  dns::Service service_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  World().run({data, size});
  return 0;
}

// Queries that come together: each is answered as it would be alone, whatever its neighbours are.
#include <gtest/gtest.h>

#include "dns/service_house.h"

namespace haetae::dns::test {
namespace {

struct Sent {
  Octets bytes;
  Client client;
};

// More than are read ahead at a time, so that a batch is worked on in several goes.
constexpr std::size_t kCount = 3 * limits::kQueriesReadAhead + 5;

std::vector<Sent> mixed_queries(const House& house) {
  const std::array<Asked, 6> kinds = {{{.name = "www.bad.example"},
                                       {.name = "cached.example"},
                                       {.name = "CACHED.Example", .type = RRType::Aaaa},
                                       {.name = "illegal.example", .edns = true},
                                       {.name = "cached.example", .from = "203.0.113.9"},
                                       {.name = "version.bind", .klass = 3}}};
  std::vector<Sent> sent;
  for (std::size_t i = 0; i < kCount; ++i) {
    const Asked& asked = kinds[i % kinds.size()];
    sent.push_back({query_bytes(asked), house.client_of(asked)});
    if (i % 7 == 3) sent.back().bytes.resize(i % 20);  // cut off: within the header or behind it
  }
  return sent;
}

void warm(House& house) {
  house.ask_with({.name = "cached.example"},
                 Packet("cached.example", RRType::A).address("198.51.100.1", 80'000).make());
  house.ask_with({.name = "cached.example", .type = RRType::Aaaa},
                 Packet("cached.example", RRType::Aaaa).address("2001:db8::1", 80'000).make());
}

struct Batch {
  explicit Batch(const std::vector<Sent>& sent) : rooms(sent.size(), Octets(4096)) {
    for (std::size_t i = 0; i < sent.size(); ++i) {
      arrivals.push_back({sent[i].bytes, sent[i].client, rooms[i], {}});
    }
  }
  Bytes reply(std::size_t i) const { return Bytes{rooms[i]}.first(arrivals[i].effect.size); }
  std::vector<Octets> rooms;
  std::vector<Arrival> arrivals;
};

TEST(ServiceBatch, AnswersEachAsIfItHadComeAlone) {
  House alone;
  House together;
  warm(alone);
  warm(together);
  const std::vector<Sent> sent = mixed_queries(alone);
  Batch batch(sent);
  together.service->begin_batch();
  together.service->on_queries(batch.arrivals, together.now);
  std::size_t replied = 0;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const Effect effect =
        alone.service->on_query(sent[i].bytes, sent[i].client, alone.now, alone.out);
    ASSERT_EQ(batch.arrivals[i].effect.kind, effect.kind) << i;
    if (effect.kind != Effect::Kind::Reply) continue;
    ++replied;
    EXPECT_EQ(as_text(batch.reply(i)), as_text(Bytes{alone.out}.first(effect.size))) << i;
  }
  EXPECT_GT(replied, sent.size() / 2);
  EXPECT_EQ(together.counters.queries.value(), alone.counters.queries.value());
  EXPECT_EQ(together.counters.blocked.value(), alone.counters.blocked.value());
  EXPECT_EQ(together.counters.cache_hits.value(), alone.counters.cache_hits.value());
}

TEST(ServiceBatch, AsksOnceForANameThatComesTwice) {
  House house;
  const std::vector<Sent> sent(2, {query_bytes({.name = "new.example"}), house.client_of({})});
  Batch batch(sent);
  house.service->begin_batch();
  house.service->on_queries(batch.arrivals, house.now);
  EXPECT_EQ(batch.arrivals[0].effect.kind, Effect::Kind::Pending);
  EXPECT_EQ(batch.arrivals[1].effect.kind, Effect::Kind::Pending);
  EXPECT_EQ(house.upstream_asked.size(), 1U);
  house.answer(Packet("new.example", RRType::A).address("198.51.100.1", 300).make());
  EXPECT_EQ(house.replies.size(), 2U);
}

// The upstream may answer while the batch is being worked on, and a policy may come with that.
TEST(ServiceBatch, FollowsAPolicyThatChangesInItsMidst) {
  House house;
  std::vector<Sent> sent;
  for (const std::string name : {"first.example", "cached.example", "www.cached.example"}) {
    sent.push_back({query_bytes({.name = name}), house.client_of({})});
  }
  warm(house);
  house.answer_inside = [&house](const UpstreamQuestion& question) {
    house.maker.list("late", 0, {"||cached.example^"});
    house.publish_policy();
    return Packet(question.name.to_text(), RRType::A).address("198.51.100.3", 300).make();
  };
  Batch batch(sent);
  house.service->begin_batch();
  house.service->on_queries(batch.arrivals, house.now);
  EXPECT_EQ(read_reply(batch.reply(1)).rcode(), wire::Rcode::NxDomain);
  EXPECT_EQ(read_reply(batch.reply(2)).rcode(), wire::Rcode::NxDomain);
}

}  // namespace
}  // namespace haetae::dns::test

// A client and a server say anything, in any pieces: the proxy keeps its books, ends, and says the
// same however the pieces are cut. The input: an octet of options, then pieces of two octets of
// head (whose: the top bit; how long) each with their octets. A piece of no octets is two seconds.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "inspect/counters.h"
#include "list/phrase_set.h"
#include "proxy/body_scan.h"
#include "proxy/connection.h"
#include "support/adult_policy.h"
#include "support/word_scan.h"

using namespace haetae;
using namespace haetae::proxy;

namespace {

struct Bodies final : ResponseBodies {
  std::unique_ptr<BodyScan> begin(const ResponseFacts&) noexcept override {
    return std::make_unique<haetae::test::WordScan>(4096);
  }
};

// What reads pages in earnest looks for two phrases and every self-label.
std::shared_ptr<const policy::Policy> make_policy() {
  auto policy = haetae::test::adult_policy([](list::ImageBuilder& builder, list::ListId adult) {
    builder.add(adult, list::Rule{name_of("bad.example")});
  });
  std::vector<list::Phrase> phrases(2);
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    phrases[i].id = i == 0 ? "harm" : "evil";
    phrases[i].category = 0;
    phrases[i].weight = 100;
    phrases[i].parts.push_back({phrases[i].id, true, true});
  }
  policy->use_phrases(*list::PhraseSet::compile(phrases));
  policy->label_categories.adult = 0;
  return policy;
}

struct House {
  Snapshot<policy::Policy> policy{make_policy()};
  Snapshot<policy::Standing> standing{std::make_shared<policy::Standing>()};
  policy::Resolved resolved{64, HashKey{1, 2}};
  inspect::Counters inspect_counters;
  Counters counters;
  RequestJudge judge{{policy, standing, resolved, nullptr, inspect_counters}};
  Rooms client_rooms{limits::kProxyRoomBytes};
  Rooms server_rooms{limits::kProxyServerRoomBytes};
  Pac pac{{}};
  Bodies bodies;
  PageScans scans{judge, counters};
  Now now{Time{std::chrono::hours{500'000}}, Monotonic{std::chrono::hours{1000}}};
};

class Talk {
 public:
  Talk(House& house, std::uint8_t options)
      : now_(house.now),
        reuses_((options & 2) != 0),
        connection_({house.judge, house.client_rooms, house.server_rooms, house.counters, house.pac,
                     bodies_of(house, options), nullptr},
                    (options & 1) != 0 ? Entry::Transparent : Entry::Explicit,
                    {.client = {IpAddress::v4(0xc0000207), 1},
                     .server = {IpAddress::v4(0xc6336450), 80},
                     .is_known = (options & 1) != 0},
                    now_) {}

  static ResponseBodies* bodies_of(House& house, std::uint8_t options) {
    if ((options & 8) != 0) return &house.scans;
    return (options & 4) != 0 ? &house.bodies : nullptr;
  }

  bool is_open() const { return !is_closed_; }

  void say(Bytes octets, bool is_client, bool ends) {
    while (!octets.empty() && !is_closed_) {
      const MutableBytes space =
          is_client ? connection_.client_space() : connection_.server_space();
      const std::size_t bytes = std::min(octets.size(), space.size());
      if (bytes == 0) break;
      std::ranges::copy(octets.first(bytes), space.begin());
      is_client ? connection_.client_read(bytes) : connection_.server_read(bytes);
      octets = octets.subspan(bytes);
      run();
    }
    if (ends && !is_closed_) {
      is_client ? connection_.client_ended() : connection_.server_ended();
      run();
    }
  }

  void wait() {
    now_.monotonic += std::chrono::seconds{2};
    is_closed_ = is_closed_ || connection_.tick(now_) == Connection::Wish::Close;
    if (!is_closed_) run();
  }

  void pass_unread(std::uint64_t bytes) {
    const std::uint64_t taken = std::min(bytes, connection_.unread_for_client());
    if (taken == 0 || is_closed_) return;
    connection_.took_unread_for_client(taken);
    run();
    connection_.gave_unread_to_client(taken);
    if (!is_closed_) run();
  }

 private:
  void run() {
    for (int turns = 0;; ++turns) {
      HAETAE_ASSERT(turns < 10'000);
      bool moves = false;
      switch (connection_.step(now_)) {
        case Connection::Wish::Nothing: break;
        case Connection::Wish::Connect:
          connection_.connected(reuses_, now_);
          moves = true;
          break;
        case Connection::Wish::Close: is_closed_ = true; return;
      }
      moves |= take(connection_.to_client(), true);
      moves |= take(connection_.to_server(), false);
      if (!moves) break;
    }
    connection_.nothing_came();
  }
  bool take(std::array<Bytes, 2> parts, bool is_client) {
    const std::size_t bytes = parts[0].size() + parts[1].size();
    if (bytes == 0) return false;
    // Not always all of it.
    const std::size_t taken = bytes > 3 && (++writes_ & 1) != 0 ? bytes / 2 : bytes;
    is_client ? connection_.client_wrote(taken) : connection_.server_wrote(taken);
    return true;
  }

  Now now_;
  bool reuses_;
  Connection connection_;
  unsigned writes_ = 0;
  bool is_closed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static House house;
  if (size == 0) return 0;
  {
    Talk talk(house, data[0]);
    Bytes rest = Bytes(data, size).subspan(1);
    while (rest.size() >= 2 && talk.is_open()) {
      const bool is_client = (rest[0] & 0x80) != 0;
      const bool ends = (rest[0] & 0x40) != 0;
      const bool skips = (rest[0] & 0x20) != 0;
      const std::size_t told = (std::size_t{rest[0]} & 0x1f) << 8 | rest[1];
      rest = rest.subspan(2);
      const std::size_t bytes = std::min(told, rest.size());
      if (skips) talk.pass_unread(told);
      if (told == 0 && !ends) talk.wait();
      talk.say(rest.first(bytes), is_client, ends);
      rest = rest.subspan(bytes);
    }
  }
  HAETAE_ASSERT(house.client_rooms.lent() == 0 && house.server_rooms.lent() == 0);
  HAETAE_ASSERT(house.scans.active() == 0);
  return 0;
}

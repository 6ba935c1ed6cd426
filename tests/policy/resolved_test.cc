#include "policy/resolved.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace haetae::policy {
namespace {

using Source = Resolved::Source;

constexpr HashKey kKey{5, 6};
const IpAddress kClient = *IpAddress::from_text("192.168.1.10");
const IpAddress kServer = *IpAddress::from_text("198.51.100.7");

struct Memory {
  bool remember(std::string_view name, Source source = Source::Seen, std::uint32_t ttl_s = 60,
                const IpAddress& to = kServer) {
    const Name read = name_of(name);
    return resolved.remember({resolved.whose(kClient), to, read, source, ttl_s}, now);
  }
  std::string find(const IpAddress& client = kClient, const IpAddress& to = kServer) {
    Resolved::Known known;
    if (!resolved.find(resolved.whose(client), to, now, known)) return "";
    return known.name.to_text() + (known.is_cut ? " cut" : "");
  }
  Resolved resolved{64, kKey};
  Monotonic now{std::chrono::hours{10}};
};

TEST(Resolved, TellsWhatAClientWasToldForAnAddress) {
  Memory memory;
  EXPECT_EQ(memory.find(), "");
  EXPECT_TRUE(memory.remember("www.site.example"));
  EXPECT_EQ(memory.find(), "www.site.example");
  EXPECT_EQ(memory.find(kServer), "") << "another client was told nothing";
  EXPECT_EQ(memory.find(kClient, kClient), "");
}

TEST(Resolved, TheLastNameCountsUnlessWeAnsweredAnother) {
  Memory memory;
  memory.remember("one.example");
  memory.remember("two.example");
  EXPECT_EQ(memory.find(), "two.example");
  memory.remember("ours.example", Source::Answered);
  memory.remember("made-up.example", Source::Seen);
  EXPECT_EQ(memory.find(), "ours.example");
  memory.remember("ours-too.example", Source::Answered);
  EXPECT_EQ(memory.find(), "ours-too.example");
  memory.now += seconds{60 + limits::kResolvedKeptSeconds};
  memory.remember("made-up.example", Source::Seen);
  EXPECT_EQ(memory.find(), "made-up.example") << "ours is over";
}

TEST(Resolved, IsKeptForHoursBeyondItsTtl) {
  Memory memory;
  memory.remember("site.example", Source::Answered, 60);
  memory.now += seconds{60 + limits::kResolvedKeptSeconds - 1};
  EXPECT_EQ(memory.find(), "site.example");
  memory.now += seconds{1};
  EXPECT_EQ(memory.find(), "");
}

TEST(Resolved, ADeviceIsTheSameWhateverItsAddress) {
  Memory memory;
  const Name name = name_of("site.example");
  const auto tablet = memory.resolved.whose("Minji's tablet");
  memory.resolved.remember({tablet, kServer, name, Source::Answered, 60}, memory.now);
  Resolved::Known known;
  EXPECT_TRUE(
      memory.resolved.find(memory.resolved.whose("Minji's tablet"), kServer, memory.now, known));
  EXPECT_EQ(known.source, Source::Answered);
  EXPECT_FALSE(
      memory.resolved.find(memory.resolved.whose("Minji's tablex"), kServer, memory.now, known));
}

TEST(Resolved, ANameThatIsTooLongLosesLabelsAtItsLeft) {
  Memory memory;
  const std::string label(50, 'a');
  memory.remember(label + "." + label + "." + label + ".site.example");
  EXPECT_EQ(memory.find(), label + ".site.example cut");
}

TEST(Resolved, AFullBucketForgetsWhatEndsFirst) {
  Memory memory;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    memory.remember("n" + std::to_string(i) + ".example", Source::Seen, 60 + i,
                    IpAddress::v4(0xc6330000 + i));
  }
  int found = 0;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    const std::string name = memory.find(kClient, IpAddress::v4(0xc6330000 + i));
    if (name.empty()) continue;
    EXPECT_EQ(name, "n" + std::to_string(i) + ".example");
    ++found;
  }
  EXPECT_EQ(found, 64);
  EXPECT_EQ(memory.find(kClient, IpAddress::v4(0xc6330000 + 9'999)), "n9999.example");
}

// Every address always has one of two names; no reader may ever see a mixture.
TEST(Resolved, ReadersNeverSeeHalfARow) {
  Memory memory;
  constexpr std::uint32_t kAddresses = 40;
  std::atomic<bool> is_over{false};
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 3; ++writer) {
    threads.emplace_back([&memory, &is_over, writer] {
      const std::string label(static_cast<std::size_t>(5 + 20 * writer),
                              static_cast<char>('a' + writer));
      while (!is_over) {
        for (std::uint32_t i = 0; i < kAddresses; ++i) {
          const Name name = name_of(label + "." + label + "." + std::to_string(i) + ".example");
          memory.resolved.remember({memory.resolved.whose(kClient), IpAddress::v4(0xc6330000 + i),
                                    name, Source::Answered, 60},
                                   memory.now);
        }
      }
    });
  }
  int found = 0;
  for (std::uint32_t round = 0; found < 20'000 && round < 100'000'000; ++round) {
    const std::uint32_t i = round % kAddresses;
    Resolved::Known known;
    if (!memory.resolved.find(memory.resolved.whose(kClient), IpAddress::v4(0xc6330000 + i),
                              memory.now, known)) {
      continue;
    }
    ++found;
    const std::string text = known.name.to_text();
    const std::string end = "." + std::to_string(i) + ".example";
    ASSERT_TRUE(text.ends_with(end)) << text;
    const std::string head = text.substr(0, text.size() - end.size());
    ASSERT_EQ(head.find_first_not_of(head.front() == '.' ? "" : std::string{head.front(), '.'}),
              std::string::npos)
        << text;
  }
  is_over = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(found, 0);
}

// ---- Over a restart.

struct Restart {
  // What is known after one, that began at `before` and ended at `after`.
  static std::unique_ptr<Resolved> of(const Memory& memory, Time before, const Now& after) {
    return Resolved::restore(memory.resolved.save({before, memory.now}), 64, after);
  }
  static std::string find(const Resolved& resolved, Monotonic now) {
    Resolved::Known known;
    const bool is_known = resolved.find(resolved.whose(kClient), kServer, now, known);
    return is_known ? known.name.to_text() : "";
  }
};
constexpr Time kToday = std::chrono::sys_days{std::chrono::year{2026} / 11 / 26};

TEST(ResolvedRestart, WhatIsKnownIsKnownAfterIt) {
  Memory memory;
  memory.remember("site.example", Source::Answered, 60);
  memory.remember("other.example", Source::Seen, 60, kClient);
  const Monotonic booted{seconds{7}};  // the machine's own clock began anew
  const auto resolved = Restart::of(memory, kToday, {kToday + seconds{10}, booted});
  ASSERT_TRUE(resolved);
  EXPECT_EQ(resolved->count(booted), 2U);
  EXPECT_EQ(Restart::find(*resolved, booted), "site.example");
  const seconds left{60 + limits::kResolvedKeptSeconds - 10};
  EXPECT_EQ(Restart::find(*resolved, booted + left - seconds{1}), "site.example");
  EXPECT_EQ(Restart::find(*resolved, booted + left), "") << "it does not live longer for it";
}

TEST(ResolvedRestart, WhatEndsMeanwhileIsForgotten) {
  Memory memory;
  memory.remember("site.example", Source::Answered, 60);
  const Now later{kToday + seconds{60 + limits::kResolvedKeptSeconds}, Monotonic{seconds{7}}};
  EXPECT_EQ(Restart::of(memory, kToday, later)->count(later.monotonic), 0U);
}

TEST(ResolvedRestart, AClockThatIsNotSetYetEndsNothing) {
  Memory memory;
  memory.remember("site.example", Source::Answered, 60);
  const Now at_1970{Time{seconds{30}}, Monotonic{seconds{7}}};
  EXPECT_EQ(Restart::find(*Restart::of(memory, kToday, at_1970), at_1970.monotonic),
            "site.example");
  const Now set_since{kToday, Monotonic{seconds{7}}};
  EXPECT_EQ(Restart::find(*Restart::of(memory, Time{seconds{30}}, set_since), set_since.monotonic),
            "site.example");
}

TEST(ResolvedRestart, WhatIsNotWholeIsRefused) {
  Memory memory;
  memory.remember("site.example", Source::Answered, 60);
  const std::vector<std::uint8_t> saved = memory.resolved.save({kToday, memory.now});
  const Now now{kToday, memory.now};
  ASSERT_TRUE(Resolved::restore(saved, 64, now));
  for (std::size_t size = 0; size < saved.size(); ++size) {
    EXPECT_FALSE(Resolved::restore(Bytes(saved).first(size), 64, now)) << size;
  }
  for (std::size_t place = 0; place < saved.size(); ++place) {
    std::vector<std::uint8_t> changed = saved;
    changed[place] ^= 0x10;
    EXPECT_FALSE(Resolved::restore(changed, 64, now)) << place;
  }
}

}  // namespace
}  // namespace haetae::policy

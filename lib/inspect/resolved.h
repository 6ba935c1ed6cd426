#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/address.h"
#include "base/counter.h"
#include "base/name.h"
#include "base/name_hash.h"
#include "base/time.h"
#include "inspect/limits.h"

namespace haetae::inspect {

// How a name came to be known for an address.
enum class Source : std::uint8_t {
  Seen,      // an answer that somebody else gave passed by
  Answered,  // we gave it
};

// Which name a client was told for an address: so flows that hide their name have one. The one
// thing that workers share: a fixed number of rows, written and read by all of them without locks.
// Rows stand in buckets of four with a counter that is odd while a bucket is written; a reader who
// saw it change reads again.
class Resolved {
 public:
  // rows: rounded up to a power of two; 128 octets each.
  Resolved(std::size_t rows, const HashKey& key);

  // Who was told: a device by its name in the configuration, which stays over reloads and whatever
  // its addresses are; anybody else by address.
  class Whose {
   private:
    friend class Resolved;
    explicit Whose(std::uint64_t hash) noexcept : hash_(hash) {}
    std::uint64_t hash_;
  };
  Whose whose(const IpAddress& client) const noexcept;
  Whose whose(std::string_view device) const noexcept;

  struct Known {
    Name name;
    Source source = Source::Seen;
    // The name was too long for its row and lacks labels at its left.
    bool is_cut = false;
  };

  // Before the answer is sent, so that the name is known when its first packet comes. The last name
  // told counts; but while a name that we answered lasts, none that merely passed by takes its
  // place. ttl_s: of the address's record; the name is kept for limits::kResolvedKeptSeconds more.
  // Any thread. False: others wrote the bucket for too long, and nothing was remembered.
  struct Told {
    Whose whose;
    const IpAddress& address;
    const Name& name;
    Source source;
    std::uint32_t ttl_s;
  };
  bool remember(const Told& told, Monotonic now) noexcept;

  // False if nothing is known. Any thread; hot path.
  bool find(Whose whose, const IpAddress& address, Monotonic now, Known& out) const noexcept;

 private:
  static constexpr std::size_t kRowWords = 16;
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kNameWords = kRowWords - 2;
  static constexpr std::size_t kNameRoomBytes = kNameWords * sizeof(std::uint64_t);

  // Word 0: the key's hash, 0 if the row is empty. Word 1: the end in seconds, the name's size, and
  // the flags. Then the name in wire form.
  struct Row {
    std::array<std::atomic<std::uint64_t>, kRowWords> words;
  };
  struct Bucket {
    std::array<Row, kWays> rows;
  };
  using Words = std::array<std::uint64_t, kRowWords>;

  std::uint64_t key_of(Whose whose, const IpAddress& address) const noexcept;
  std::size_t bucket_of(std::uint64_t key) const noexcept { return (key >> 32) & mask_; }
  static Words pack(std::uint64_t key, const Told& told, std::uint32_t until_s) noexcept;
  static bool unpack(const Words& words, Known& out) noexcept;
  static std::size_t choose(const Bucket& bucket, const Words& words, std::uint32_t now_s) noexcept;

  HashKey key_;
  std::size_t mask_;
  std::unique_ptr<Bucket[]> buckets_;
  std::unique_ptr<std::atomic<std::uint32_t>[]> versions_;  // of each bucket; odd: being written
};

}  // namespace haetae::inspect

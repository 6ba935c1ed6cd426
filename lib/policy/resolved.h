#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/lazy_array.h"
#include "base/name.h"
#include "base/name_hash.h"
#include "base/time.h"
#include "policy/policy.h"

namespace haetae::limits {

// Names remembered for (client, address), 128 octets each, shared by all workers; memory is taken
// when it is used. In a full bucket of four the one that ends first goes.
inline constexpr std::size_t kResolvedRowsMax = 262'144;
// How long beyond its TTL an answer's name is remembered: apps keep addresses for hours.
inline constexpr std::uint32_t kResolvedKeptSeconds = 8 * 3600;
// Looks at a bucket that is being written, and tries to write one that another is writing, before
// it is given up; counted.
inline constexpr int kResolvedTriesMax = 256;

}  // namespace haetae::limits

namespace haetae::policy {

// Which name a client was told for an address: so flows that hide their name have one. The one
// thing that workers share: a fixed number of rows, written and read by all of them without locks.
// Rows stand in buckets of four with a counter that is odd while a bucket is written; a reader who
// saw it change reads again.
class Resolved {
 public:
  // rows: rounded up to a power of two; 128 octets each.
  Resolved(std::size_t rows, const HashKey& key);

  // How a name came to be known for an address.
  enum class Source : std::uint8_t {
    Seen,      // an answer that somebody else gave passed by
    Answered,  // we gave it
  };

  // Who was told: a device by its name in the configuration, which stays over reloads and whatever
  // its addresses are; anybody else by address.
  class Whose {
   private:
    friend class Resolved;
    explicit Whose(std::uint64_t hash) noexcept : hash_(hash) {}
    std::uint64_t hash_;
  };
  Whose whose(const Policy& policy, const Identity& who, const IpAddress& client) const noexcept;
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

  // What is known, in a form that outlives a restart: devices keep addresses that they were told
  // before it. It tells nobody's name, and still which names were asked for: for the owner's eyes.
  std::vector<std::uint8_t> save(const Now& now) const;
  // Back from that form. Null: it is not whole, or of another version; what is over is left out.
  static std::unique_ptr<Resolved> restore(Bytes saved, std::size_t rows, const Now& now);

  // Names that are known now; walks all rows.
  std::size_t count(Monotonic now) const noexcept;

 private:
  static constexpr std::size_t kRowWords = 16;
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kNameWords = kRowWords - 2;
  static constexpr std::size_t kNameRoomBytes = kNameWords * sizeof(std::uint64_t);
  using Words = std::array<std::uint64_t, kRowWords>;
  using Word = std::atomic_ref<std::uint64_t>;
  using Version = std::atomic_ref<std::uint32_t>;

  // Word 0: the key's hash, 0 if the row is empty. Word 1: the end in seconds, the name's size, and
  // the flags. Then the name in wire form.
  struct alignas(sizeof(Words)) Row {
    Words words;
  };
  using Bucket = std::array<Row, kWays>;

  std::uint64_t key_of(Whose whose, const IpAddress& address) const noexcept;
  std::size_t bucket_of(std::uint64_t key) const noexcept { return (key >> 32) & mask_; }
  static Words pack(std::uint64_t key, const Told& told, std::uint32_t until_s) noexcept;
  static bool unpack(const Words& words, Known& out) noexcept;
  static std::size_t choose(Bucket& bucket, const Words& words, std::uint32_t now_s) noexcept;
  bool put(const Words& words, std::uint32_t now_s) noexcept;
  // The row's words, as nobody was writing them; all zero if they were written for too long.
  Words read(std::size_t bucket, std::size_t way) const noexcept;

  HashKey key_;
  std::size_t mask_;
  mutable LazyArray<Bucket> buckets_;
  mutable LazyArray<std::uint32_t> versions_;  // of each bucket; odd: being written
};

}  // namespace haetae::policy

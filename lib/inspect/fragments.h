#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/counter.h"
#include "base/lazy_array.h"
#include "base/name_hash.h"
#include "inspect/byte_window.h"
#include "inspect/limits.h"
#include "wire/packet.h"

namespace haetae::inspect {

struct FragmentCounters {
  Counter fragments;
  Counter fragments_joined;      // datagrams that were put together
  Counter fragments_overlapped;  // … and dropped: two fragments said two things
  Counter fragments_refused;     // fragments without sense, or of datagrams that are too long
  Counter fragments_evicted;     // datagrams given up for others
  Counter fragments_expired;     // … and since the rest did not come
};

// Puts datagrams of IPv4 (RFC 791) and IPv6 (RFC 8200, section 4.5) together. Fragments that
// overlap make a datagram undeliverable, as RFC 5722 has it, for IPv4 too: nobody could tell what
// the receiver would read. One that is sent twice and says the same is no overlap. Memory is
// bounded, and so is every source's share of it.
class Fragments {
 public:
  Fragments(const HashKey& key, FragmentCounters& counters);

  // packet: one with `fragment`. clock_s: seconds that never go back. The whole if this was what
  // was missing: valid until the next call.
  std::optional<Bytes> add(const wire::Packet& packet, std::uint32_t clock_s) noexcept;

 private:
  struct Datagram {
    std::uint64_t key;  // 0: the row is free
    std::uint32_t source;
    std::uint32_t since_s;
    std::uint32_t whole_bytes;  // 0: the last fragment has not come
    bool is_spoilt;             // it will never be whole; remembered until its time is up
    ByteWindow window;
  };

  Datagram& find_or_make(std::uint64_t key, std::uint32_t source, std::uint32_t clock_s) noexcept;
  bool put(Datagram& datagram, const wire::Packet& packet) noexcept;
  void free(Datagram& datagram) noexcept;

  HashKey key_;
  FragmentCounters& counters_;
  std::array<std::uint64_t, limits::kFragmentedMax> keys_{};  // of each row, looked through at once
  LazyArray<Datagram> rows_;
  Datagram* told_ = nullptr;  // whose octets the caller may still read
};

}  // namespace haetae::inspect

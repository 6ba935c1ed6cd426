#include "wire/dns_name.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "wire/dns_types.h"

namespace haetae::wire {
namespace {

constexpr std::uint8_t kTypeMask = 0xc0;  // the two bits that tell a label's type
constexpr std::uint8_t kPointer = 0xc0;

// Walks a name and hands each label to `take_label`, which says whether it still fits. The only
// place where pointers are followed.
template <typename TakeLabel>
std::optional<ParseError> walk(WireReader& in, TakeLabel take_label) noexcept {
  WireReader at = in;  // jumps; `in` stays with the name's own octets
  bool jumped = false;
  std::size_t run_at = in.offset();
  for (std::size_t pointers = 0; pointers <= limits::kNamePointersMax;) {
    const std::size_t label_at = at.offset();
    const std::uint8_t length = at.u8();
    if ((length & kTypeMask) == 0) {
      const Bytes label = at.take(length);
      if (!at.ok()) return ParseError::Truncated;
      if (length == 0) {
        if (!jumped) in = at;
        return std::nullopt;
      }
      if (!take_label(label)) return ParseError::NameTooLong;
      continue;
    }
    if ((length & kTypeMask) != kPointer) return ParseError::BadLabel;
    at.seek(label_at);
    const std::size_t target = at.u16() & 0x3fffU;
    if (!at.ok()) return ParseError::Truncated;
    // Strictly before the run of labels that the pointer ends, so that each jump goes further back
    // and no name can hold itself; no name can start inside the header.
    if (target >= run_at || target < kHeaderBytes) return ParseError::BadPointer;
    if (!jumped) in = at;
    jumped = true;
    run_at = target;
    at.seek(target);
    ++pointers;
  }
  return ParseError::NameTooLong;
}

std::expected<void, ParseError> result_of(WireReader& in,
                                          std::optional<ParseError> fault) noexcept {
  if (!fault) return {};
  in.fail();
  return std::unexpected(*fault);
}

}  // namespace

std::expected<Name, ParseError> read_name(WireReader& in) noexcept {
  std::expected<Name, ParseError> name{std::in_place};
  if (const auto read = read_name(in, *name); !read) name = std::unexpected(read.error());
  return name;
}

std::expected<void, ParseError> read_name(WireReader& in, Name& out) noexcept {
  // Made anew in place: assigning Name() would copy its whole buffer.
  std::construct_at(&out);
  return result_of(
      in, walk(in, [&out](Bytes label) noexcept { return out.append_label(label).has_value(); }));
}

std::expected<void, ParseError> read_cased_name(WireReader& in, CasedName& out) noexcept {
  std::size_t size = 0;
  const auto take_label = [&out, &size](Bytes label) noexcept {
    if (size + 1 + label.size() + 1 > out.octets.size()) return false;
    out.octets[size++] = static_cast<std::uint8_t>(label.size());
    std::ranges::copy(label, out.octets.begin() + static_cast<std::ptrdiff_t>(size));
    size += label.size();
    return true;
  };
  if (const auto fault = walk(in, take_label)) return result_of(in, fault);
  out.octets[size++] = 0;
  out.size = static_cast<std::uint8_t>(size);
  return {};
}

std::expected<void, ParseError> skip_name(WireReader& in) noexcept {
  const std::size_t start = in.offset();
  while (in.offset() - start < limits::kNameBytesMax) {
    const std::uint8_t length = in.u8();
    if ((length & kTypeMask) == kPointer) {
      in.skip(1);
      return result_of(in, in.ok() ? std::nullopt : std::optional(ParseError::Truncated));
    }
    if ((length & kTypeMask) != 0) return result_of(in, ParseError::BadLabel);
    in.skip(length);
    if (!in.ok()) return result_of(in, ParseError::Truncated);
    if (length == 0) return {};
  }
  return result_of(in, ParseError::NameTooLong);
}

}  // namespace haetae::wire

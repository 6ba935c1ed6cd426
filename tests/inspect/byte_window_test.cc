#include "inspect/byte_window.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace haetae::inspect {
namespace {

using Put = ByteWindow::Put;

std::unique_ptr<ByteWindow> make_window() {
  return std::make_unique<ByteWindow>();
}
Put put(ByteWindow& window, std::size_t offset, std::string_view text) {
  return window.put(offset, as_bytes(text));
}

TEST(ByteWindow, PrefixEndsAtTheFirstMissingOctet) {
  const auto window = make_window();
  EXPECT_EQ(put(*window, 3, "def"), Put::Stored);
  EXPECT_EQ(as_text(window->prefix()), "");
  EXPECT_TRUE(window->has_gap());
  EXPECT_EQ(put(*window, 0, "ab"), Put::Stored);
  EXPECT_EQ(as_text(window->prefix()), "ab");
  EXPECT_EQ(put(*window, 2, "c"), Put::Stored);
  EXPECT_EQ(as_text(window->prefix()), "abcdef");
  EXPECT_FALSE(window->has_gap());
}

TEST(ByteWindow, OverlapsThatSayTheSamePassAndOthersConflict) {
  const auto window = make_window();
  put(*window, 0, "abc");
  put(*window, 6, "ghi");
  EXPECT_EQ(put(*window, 1, "bcdefg"), Put::Stored);
  EXPECT_EQ(as_text(window->prefix()), "abcdefghi");
  EXPECT_EQ(put(*window, 8, "iX"), Put::Stored);
  EXPECT_EQ(put(*window, 2, "X"), Put::Conflict);
  EXPECT_EQ(put(*window, 12, "mno"), Put::Stored);
  EXPECT_EQ(put(*window, 10, "kl_"), Put::Conflict) << "behind a gap, too";
  EXPECT_EQ(as_text(window->prefix()), "abcdefghiX") << "a conflict stores nothing";
}

TEST(ByteWindow, KeepsWhatFitsAndSaysThatTheRestIsTooFar) {
  const auto window = make_window();
  const std::string much(ByteWindow::kBytes + 10, 'a');
  EXPECT_EQ(put(*window, 0, much), Put::TooFar);
  EXPECT_TRUE(window->is_full());
  EXPECT_EQ(window->prefix().size(), ByteWindow::kBytes);
  EXPECT_EQ(put(*window, ByteWindow::kBytes, "a"), Put::TooFar);
  EXPECT_EQ(put(*window, ByteWindow::kBytes + 1000, ""), Put::Stored);
}

TEST(ByteWindow, ConsumesWhatCameAndWhatDidNot) {
  const auto window = make_window();
  put(*window, 0, "abcd");
  put(*window, 6, "gh");
  window->consume(2);
  EXPECT_EQ(as_text(window->prefix()), "cd");
  EXPECT_EQ(put(*window, 2, "ef"), Put::Stored);
  EXPECT_EQ(as_text(window->prefix()), "cdefgh");
  put(*window, 10, "xyz");
  window->consume(10);
  EXPECT_EQ(as_text(window->prefix()), "xyz") << "the gap before was skipped";
  window->consume(50);
  EXPECT_EQ(window->reach(), 0U);
}

TEST(ByteWindow, MakesRoomBeforeItsStart) {
  const auto window = make_window();
  put(*window, 0, "def");
  EXPECT_TRUE(window->make_room_before(3));
  EXPECT_EQ(as_text(window->prefix()), "");
  EXPECT_EQ(put(*window, 0, "abc"), Put::Stored);
  EXPECT_EQ(as_text(window->prefix()), "abcdef");
  EXPECT_FALSE(window->make_room_before(ByteWindow::kBytes));
}

TEST(ByteWindow, AgreesWithASlowOneOnRandomPieces) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const auto window = make_window();
    constexpr std::size_t kSize = 700;
    std::vector<int> slow(kSize, -1);
    for (int i = 0; i < 60; ++i) {
      const std::size_t offset = random() % kSize;
      const std::size_t size = random() % std::min<std::size_t>(150, kSize - offset);
      std::string piece(size, '\0');
      bool conflict = false;
      for (std::size_t k = 0; k < size; ++k) {
        // Two words for each place; the second one is rare.
        const bool is_other = random() % 2000 == 0;
        piece[k] = static_cast<char>('a' + (offset + k) % 20 + (is_other ? 1 : 0));
        conflict = conflict || (slow[offset + k] >= 0 && slow[offset + k] != piece[k]);
      }
      ASSERT_EQ(put(*window, offset, piece), conflict ? Put::Conflict : Put::Stored);
      if (!conflict) std::copy(piece.begin(), piece.end(), slow.begin() + offset);
      if (random() % 16 == 0) {
        const std::size_t gone = random() % 40;
        window->consume(gone);
        slow.erase(slow.begin(), slow.begin() + gone);
        slow.resize(kSize, -1);
      }
      std::string prefix;
      for (std::size_t k = 0; k < kSize && slow[k] >= 0; ++k) prefix += static_cast<char>(slow[k]);
      ASSERT_EQ(as_text(window->prefix()), prefix);
    }
  }
}

}  // namespace
}  // namespace haetae::inspect

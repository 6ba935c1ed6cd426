// Packed octets, however they come.
#include "base/unpack.h"

#include <gmock/gmock.h>

#include "support/packed.h"

namespace haetae {
namespace {

using test::gzip_of;
using test::zstd_of;
using testing::HasSubstr;

constexpr UnpackLimits kLimits{.chunk_bytes = 64, .zstd_window_bits_max = 20};

// Hands octets over in pieces, as a pipe does; then fails, if it is told to.
class Pieces : public OctetSource {
 public:
  Pieces(std::string_view octets, std::size_t piece, bool fails = false)
      : left_(as_bytes(octets)), piece_(piece), fails_(fails) {}

  std::expected<std::size_t, std::string> read(MutableBytes out) override {
    if (left_.empty() && fails_) return std::unexpected("pieces: no more");
    const std::size_t size = std::min({out.size(), piece_, left_.size()});
    std::copy_n(left_.begin(), size, out.begin());
    left_ = left_.subspan(size);
    return size;
  }
  const std::string& label() const noexcept override { return label_; }

 private:
  std::string label_ = "pieces";
  Bytes left_;
  std::size_t piece_;
  bool fails_;
};

// What comes out, in reads of some octets each; or the error.
std::expected<std::string, std::string> unpacked(OctetSource& source, std::size_t at_once) {
  auto unpacker = make_unpacker(source, kLimits);
  if (!unpacker) return std::unexpected(unpacker.error());
  EXPECT_EQ((*unpacker)->label(), "pieces");
  std::string text;
  std::vector<std::uint8_t> out(at_once);
  while (true) {
    const auto size = (*unpacker)->read(out);
    if (!size) return std::unexpected(size.error());
    if (*size == 0) return text;
    text += as_text(Bytes(out).first(*size));
  }
}

std::string some_text() {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "line " + std::to_string(i * i) + "\n";
  return text;
}

TEST(Unpack, GivesTheSameHoweverTheOctetsCome) {
  const std::string text = some_text();
  const std::string half = text.substr(0, 1000);
  const std::string rest = text.substr(1000);
  const std::pair<const char*, std::string> cases[] = {
      {"plain", text},
      {"gzip", gzip_of(text)},
      {"gzip in two members", gzip_of(half) + gzip_of(rest)},
      {"zstd", zstd_of(text)},
      {"zstd in two frames", zstd_of(half) + zstd_of(rest)},
  };
  for (const auto& [what, packed] : cases) {
    for (const std::size_t piece : {1, 2, 3, 5, 63, 64, 65, 100'000}) {
      for (const std::size_t at_once : {1, 7, 4096, 100'000}) {
        Pieces source(packed, piece);
        const auto out = unpacked(source, at_once);
        ASSERT_TRUE(out.has_value()) << what << ": " << out.error();
        EXPECT_EQ(*out, text) << what << ", pieces of " << piece << ", reads of " << at_once;
      }
    }
  }
}

TEST(Unpack, TakesWhatIsTooShortToBePackedAsItIs) {
  for (const std::string_view text : {"", "x", "\x1f", "\x28\xb5\x2f"}) {
    Pieces source(text, 1);
    EXPECT_EQ(unpacked(source, 10), text);
  }
}

TEST(Unpack, SaysWhatIsWrong) {
  const std::string gzip = gzip_of(some_text());
  const std::string zstd = zstd_of(some_text());
  std::string damaged = gzip;
  damaged[gzip.size() / 2] ^= 0x55;
  struct Case {
    const char* what;
    std::string packed;
    bool fails;
    const char* says;
  };
  const Case cases[] = {
      {"gzip that is cut", gzip.substr(0, gzip.size() - 1), false, "gzip data ends too early"},
      {"zstd that is cut", zstd.substr(0, zstd.size() - 1), false, "zstd data ends too early"},
      {"gzip that is damaged", damaged, false, "pieces: the gzip data is damaged"},
      {"zstd with something else behind it", zstd + "no zstd", false, "zstd data is damaged"},
      {"a source that fails at once", "", true, "pieces: no more"},
      {"a source that fails later", gzip.substr(0, 100), true, "pieces: no more"},
      {"a plain source that fails", "text", true, "pieces: no more"},
  };
  for (const Case& c : cases) {
    Pieces source(c.packed, 10, c.fails);
    const auto out = unpacked(source, 1000);
    ASSERT_FALSE(out.has_value()) << c.what;
    EXPECT_THAT(out.error(), HasSubstr(c.says)) << c.what;
  }
}

// Both forms have a checksum.
TEST(Unpack, NeverGivesAnotherTextForADamagedOne) {
  const std::string text = some_text();
  for (const std::string& packed : {gzip_of(text), zstd_of(text)}) {
    for (std::size_t at = 0; at < packed.size(); ++at) {
      std::string damaged = packed;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
      Pieces source(damaged, 100);
      const auto out = unpacked(source, 1000);
      // In the first four octets it may be taken for a plain text.
      EXPECT_TRUE(at < 4 || !out || *out == text) << at;
    }
  }
}

}  // namespace
}  // namespace haetae

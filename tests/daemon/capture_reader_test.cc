// Capture files of every form, whole, cut and corrupt.
#include "daemon/capture_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "support/allocation_count.h"
#include "support/capture_maker.h"
#include "support/packed.h"
#include "support/test_data.h"

namespace haetae::daemon {
namespace {

using haetae::test::gzip_of;
using haetae::test::PcapMaker;
using haetae::test::PcapngMaker;
using haetae::test::TemporaryFolder;
using haetae::test::zstd_of;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint32_t kSecond = 1'700'000'000;
const std::string kFirst = "the first";
const std::string kSecondOne = "the second one";

// A packet in one line: time, octets, and what they were on the wire.
std::string said(const CapturedPacket& packet) {
  return fmt::format("{} {} {}", packet.time.time_since_epoch().count(), as_text(packet.octets),
                     packet.original_bytes);
}

std::vector<std::string> packets_of(CaptureReader& reader) {
  std::vector<std::string> packets;
  CapturedPacket packet;
  while (reader.next(packet)) packets.push_back(said(packet));
  EXPECT_FALSE(reader.next(packet)) << "the end stays the end";
  EXPECT_EQ(reader.counters().packets, packets.size());
  return packets;
}

struct Read {
  std::vector<std::string> packets;
  std::string error;  // of opening, or of reading on
};

Read read_capture(const std::filesystem::path& path,
                  std::uint64_t unpacked_bytes_max = limits::kCaptureUnpackedBytesMax) {
  auto reader = CaptureReader::open(path, unpacked_bytes_max);
  if (!reader) return {{}, reader.error()};
  auto packets = packets_of(*reader);
  return {std::move(packets), reader->error()};
}

Read read_content(std::string_view content,
                  std::uint64_t unpacked_bytes_max = limits::kCaptureUnpackedBytesMax) {
  const TemporaryFolder folder;
  return read_capture(folder.write("x.capture", content), unpacked_bytes_max);
}

// Two packets, the second one cut from 99 octets.
std::string pcap_of_two(const PcapMaker::Fields& fields, std::uint32_t half_a_second) {
  return PcapMaker(fields)
      .packet(kSecond, 7, as_bytes(kFirst))
      .packet(kSecond, half_a_second, as_bytes(kSecondOne), 99)
      .text();
}

std::string pcapng_of_two(bool big_endian) {
  constexpr std::uint64_t kTime = kSecond * 1'000'000ULL;
  return PcapngMaker(big_endian)
      .interface(1)
      .packet(0, kTime + 7, as_bytes(kFirst))
      .packet(0, kTime + 500'000, as_bytes(kSecondOne), 99)
      .text();
}

TEST(CaptureReader, ReadsEveryForm) {
  const std::string pcap = pcap_of_two({}, 500'000);
  const std::string pcapng = pcapng_of_two(false);
  struct Case {
    const char* what;
    std::string content;
    int first_nanosecond = 7000;
  };
  const Case cases[] = {
      {"pcap", pcap},
      {"pcap of a big-endian machine", pcap_of_two({.big_endian = true}, 500'000)},
      {"pcap with nanoseconds", pcap_of_two({.magic = 0xa1b23c4d}, 500'000'000), 7},
      {"pcapng", pcapng},
      {"pcapng of a big-endian machine", pcapng_of_two(true)},
      {"gzip", gzip_of(pcap)},
      {"gzip in two members", gzip_of(pcap.substr(0, 40)) + gzip_of(pcap.substr(40))},
      {"zstd", zstd_of(pcap)},
      {"zstd in two frames", zstd_of(pcap.substr(0, 40)) + zstd_of(pcap.substr(40))},
      {"pcapng in gzip", gzip_of(pcapng)},
      {"pcapng in zstd", zstd_of(pcapng)},
  };
  for (const Case& c : cases) {
    const Read read = read_content(c.content);
    EXPECT_THAT(read.error, IsEmpty()) << c.what;
    EXPECT_THAT(read.packets,
                ElementsAre(fmt::format("1700000000{:09} the first 9", c.first_nanosecond),
                            "1700000000500000000 the second one 99"))
        << c.what;
  }
}

TEST(CaptureReader, SaysWhichLinkTheFrameStartsWith) {
  const std::pair<std::uint32_t, wire::LinkType> links[] = {
      {0, wire::LinkType::Null},          {1, wire::LinkType::Ethernet},
      {9, wire::LinkType::Ppp},           {50, wire::LinkType::Ppp},
      {101, wire::LinkType::Raw},         {108, wire::LinkType::Loop},
      {113, wire::LinkType::LinuxCooked}, {228, wire::LinkType::Ipv4},
      {229, wire::LinkType::Ipv6},        {276, wire::LinkType::LinuxCooked2},
  };
  const TemporaryFolder folder;
  for (const auto& [number, link] : links) {
    PcapMaker maker(PcapMaker::Fields{.link = number});
    const auto path = folder.write("x.pcap", maker.packet(kSecond, 0, as_bytes(kFirst)).text());
    auto reader = CaptureReader::open(path);
    ASSERT_TRUE(reader.has_value()) << number << ": " << reader.error();
    CapturedPacket packet;
    ASSERT_TRUE(reader->next(packet));
    EXPECT_EQ(packet.link, link) << number;
  }
}

TEST(CaptureReader, RefusesWhatItCannotRead) {
  const TemporaryFolder folder;
  struct Case {
    const char* what;
    std::filesystem::path path;
    std::string says;
  };
  const auto link_105 = PcapMaker(PcapMaker::Fields{.link = 105}).text();
  const Case cases[] = {
      {"no file", folder.path() / "none.pcap",
       "none.pcap: the capture cannot be read: No such file"},
      {"a folder", folder.path(), "cannot be read: Is a directory"},
      {"an empty file", folder.write("empty.pcap", ""), "empty.pcap: the capture is empty"},
      {"a text", folder.write("text", "this is no capture at all\n"), "not a capture"},
      {"half a header", folder.write("half", PcapMaker().text().substr(0, 20)), "not a capture"},
      {"gzip of a text", folder.write("text.gz", gzip_of("no capture in here either, not at all")),
       "not a capture"},
      {"gzip that is damaged", folder.write("x.gz", "\x1f\x8b" + std::string(100, 'x')),
       "x.gz: the gzip data is damaged"},
      {"zstd that is cut", folder.write("x.zst", zstd_of(PcapMaker().text()).substr(0, 12)),
       "x.zst: the zstd data ends too early"},
      {"a link layer that is not read", folder.write("wifi.pcap", link_105),
       "wifi.pcap: packets of link type 105 (IEEE802_11, 802.11) are not read"},
      {"a link layer without a name",
       folder.write("odd.pcap", PcapMaker(PcapMaker::Fields{.link = 40'000}).text()),
       "link type 40000 (no known name)"},
  };
  for (const Case& c : cases) EXPECT_THAT(read_capture(c.path).error, HasSubstr(c.says)) << c.what;
}

TEST(CaptureReader, ReadsInterfacesThatDifferInOneFile) {
  const std::string content = PcapngMaker()
                                  .interface(1, 65535)
                                  .packet(0, 1, as_bytes(kFirst))
                                  .interface(0, 96)
                                  .interface(105)
                                  .packet(1, 2, as_bytes(kSecondOne), 99)
                                  .packet(2, 3, as_bytes(kFirst))
                                  .interface(101, 0)
                                  .packet(3, 4, as_bytes(kFirst))
                                  .text();
  const TemporaryFolder folder;
  auto reader = CaptureReader::open(folder.write("x.pcapng", content));
  ASSERT_TRUE(reader.has_value()) << reader.error();
  std::vector<std::string> packets;
  CapturedPacket packet;
  while (reader->next(packet)) {
    packets.push_back(fmt::format("{}: link {}, {}", reader->number(),
                                  static_cast<int>(packet.link), said(packet)));
  }
  EXPECT_THAT(packets,
              ElementsAre("1: link 1, 1000 the first 9", "2: link 0, 2000 the second one 99",
                          "4: link 101, 4000 the first 9"));
  EXPECT_EQ(reader->counters().foreign_packets, 1);
  EXPECT_EQ(reader->counters().packets, 3);
  EXPECT_THAT(reader->error(), HasSubstr("x.pcapng: 1 packets were left out: packets of link type "
                                         "105 (IEEE802_11, 802.11) are not read"));
}

TEST(CaptureReader, ReadsEveryBlockOfPcapng) {
  using test::CaptureWriter;
  for (const bool big_endian : {false, true}) {
    const auto words = [big_endian] { return CaptureWriter(big_endian); };
    const CaptureWriter old =
        words().u16(0).u16(3).u32(0).u32(5).u32(9).u32(9).raw(as_bytes(kFirst));
    PcapngMaker maker(big_endian);
    maker
        .block(4, words().u32(0))  // names, before any interface
        .interface(1, 6)
        .block(3, words().u32(9).raw(as_bytes(kFirst.substr(0, 6))))  // cut by the snap length
        .block(2, old)
        .block(5, words().u32(0).u32(0).u32(0))                                // statistics
        .block(0xbad, words().raw(Bytes(std::vector<std::uint8_t>(700'000))))  // somebody's own
        .packet(0, 7, as_bytes(kSecondOne));
    const Read read = read_content(maker.text());
    EXPECT_THAT(read.error, IsEmpty());
    EXPECT_THAT(read.packets,
                ElementsAre("0 the fi 9", "5000 the first 9", "7000 the second one 14"));
  }
}

TEST(CaptureReader, ReadsSectionsBehindOneAnother) {
  const std::string first =
      PcapngMaker().interface(105).interface(1).packet(1, 1, as_bytes(kFirst)).text();
  const std::string second = PcapngMaker().interface(1).packet(0, 2, as_bytes(kSecondOne)).text();
  const Read read = read_content(first + second);
  EXPECT_THAT(read.error, IsEmpty());
  EXPECT_THAT(read.packets, ElementsAre("1000 the first 9", "2000 the second one 14"));
}

TEST(CaptureReader, SaysWhatIsWrongWithABlockOfPcapng) {
  const auto start = [] { return PcapngMaker().interface(1).packet(0, 1, as_bytes(kFirst)); };
  using test::CaptureWriter;
  PcapngMaker many = start();
  for (std::size_t i = 0; i < limits::kPcapngInterfacesMax; ++i) many.interface(1);
  const CaptureWriter too_long =
      CaptureWriter().u32(0).u32(0).u32(0).u32(0x7fffffff).u32(9).raw(as_bytes(kFirst));
  const CaptureWriter huge = CaptureWriter().raw(Bytes(std::vector<std::uint8_t>(600'000)));
  const std::pair<std::string, const char*> cases[] = {
      {start().packet(1, 2, as_bytes(kFirst)).text(), "packet 2 cannot be read: "},
      {start().block(6, too_long).text(), "packet 2 cannot be read: "},
      {start().block(6, CaptureWriter().u32(0)).text(), "packet 2 cannot be read: "},
      {start().block(1, CaptureWriter()).text(), "packet 2 cannot be read: "},
      {start().block(6, huge).text(), "longer than any packet that is read (at packet 2)"},
      {start().text() + CaptureWriter().u32(6).u32(7).u32(0).text(), "packet 2 cannot be read: "},
      {many.text(), "names more than 4096 interfaces (at packet 2)"},
  };
  for (const auto& [content, says] : cases) {
    const Read read = read_content(content);
    EXPECT_THAT(read.error, HasSubstr(says));
    EXPECT_THAT(read.packets, ElementsAre("1000 the first 9"));
  }
}

TEST(CaptureReader, KeepsWhatIsWholeOfEveryPrefixOfPcapng) {
  const std::string whole = pcapng_of_two(false);
  const TemporaryFolder folder;
  std::size_t packets = 0;
  for (std::size_t size = 1; size <= whole.size(); ++size) {
    const Read read = read_capture(folder.write("x.pcapng", whole.substr(0, size)));
    EXPECT_GE(read.packets.size(), packets) << size;
    packets = read.packets.size();
    if (size < whole.size() && read.error.empty()) {
      EXPECT_THAT(size % 4, 0) << "nothing is said where a block ends only";
    }
  }
  EXPECT_EQ(packets, 2);
}

// The capture of a machine that was switched off: what is whole counts.
TEST(CaptureReader, KeepsWhatIsWholeOfEveryPrefix) {
  const std::string pcap = pcap_of_two({}, 500'000);
  const std::size_t header_end = PcapMaker().text().size();
  const std::size_t first_end = header_end + 16 + kFirst.size();
  const TemporaryFolder folder;
  for (std::size_t size = header_end; size < pcap.size(); ++size) {
    const Read read = read_capture(folder.write("x.pcap", pcap.substr(0, size)));
    EXPECT_EQ(read.packets.size(), size < first_end ? 0 : 1) << size;
    if (size == header_end || size == first_end) {
      EXPECT_THAT(read.error, IsEmpty()) << size;
      continue;
    }
    const int number = size < first_end ? 1 : 2;
    EXPECT_THAT(read.error, HasSubstr(fmt::format("x.pcap: packet {} cannot be read", number)))
        << size;
  }
}

TEST(CaptureReader, KeepsWhatIsWholeOfEveryPackedPrefix) {
  for (const std::string& packed :
       {gzip_of(pcap_of_two({}, 500'000)), zstd_of(pcapng_of_two(false))}) {
    const TemporaryFolder folder;
    for (std::size_t size = 1; size < packed.size(); ++size) {
      const Read read = read_capture(folder.write("x.packed", packed.substr(0, size)));
      EXPECT_THAT(read.error, HasSubstr("x.packed: ")) << size;
    }
    EXPECT_THAT(read_content(packed).error, IsEmpty());
  }
}

TEST(CaptureReader, SaysAtWhichPacketTheFileIsDamaged) {
  const std::string good = PcapMaker().packet(kSecond, 0, as_bytes(kFirst)).text();
  const std::string huge =
      test::CaptureWriter().u32(kSecond).u32(0).u32(0x7fffffff).u32(0x7fffffff).text();
  const Read pcap = read_content(good + huge + std::string(1000, 'x'));
  EXPECT_EQ(pcap.packets.size(), 1);
  EXPECT_THAT(pcap.error, HasSubstr("packet 2 cannot be read: "));
  EXPECT_THAT(pcap.error, HasSubstr("bigger than"));

  const std::string whole = pcapng_of_two(false);
  const Read pcapng = read_content(whole + std::string(64, '\xff'));
  EXPECT_EQ(pcapng.packets.size(), 2);
  EXPECT_THAT(pcapng.error, HasSubstr("packet 3 cannot be read: "));

  const std::string packed = gzip_of(good + std::string(70'000, 'x'));
  const Read gzip = read_content(packed.substr(0, packed.size() - 20));
  EXPECT_THAT(gzip.error, HasSubstr("packet"));
}

TEST(CaptureReader, TakesATimeThatNoClockShowsForNone) {
  const std::string pcapng = PcapngMaker()
                                 .interface(1)
                                 .packet(0, 0xffffffffffffffff, as_bytes(kFirst))
                                 .packet(0, 1, as_bytes(kFirst))
                                 .text();
  EXPECT_THAT(read_content(pcapng).packets, ElementsAre("0 the first 9", "1000 the first 9"));
}

TEST(CaptureReader, NeverSaysThatTheWireHadLessThanTheCapture) {
  const Read read = read_content(PcapMaker().packet(1, 0, as_bytes(kFirst), 3).text());
  EXPECT_THAT(read.packets, ElementsAre("1000000000 the first 9"));
}

TEST(CaptureReader, StopsWhereAPackedCaptureUnpacksToTooMuch) {
  // 64 MB of packets without octets, in some 64 KB.
  const std::string packets(64 << 20, '\0');
  const std::string start = PcapMaker().text();
  constexpr std::uint64_t kMax = 8 << 20;
  for (const std::string& bomb : {gzip_of(start + packets), zstd_of(start + packets)}) {
    const Read read = read_content(bomb, kMax);
    EXPECT_THAT(read.error, HasSubstr("x.capture: the capture unpacks to more than 8 MB"));
    EXPECT_GT(read.packets.size(), 100'000);
    EXPECT_LE(read.packets.size(), kMax / 16);
  }
  const Read plain = read_content(start + packets.substr(0, 2 * kMax), kMax);
  EXPECT_THAT(plain.error, IsEmpty()) << "a file that is not packed may be as long as it is";
}

TEST(CaptureReader, ReadsFromAPipe) {
  const TemporaryFolder folder;
  const auto pipe = folder.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string content = gzip_of(pcap_of_two({}, 500'000));
  std::thread writer([&] {
    std::FILE* const out = std::fopen(pipe.c_str(), "wb");
    for (const char octet : content) {
      std::fputc(octet, out);
      std::fflush(out);
    }
    std::fclose(out);
  });
  auto reader = CaptureReader::open(pipe);
  const auto packets = reader ? packets_of(*reader) : std::vector<std::string>{reader.error()};
  writer.join();
  EXPECT_THAT(packets, ElementsAre("1700000000000007000 the first 9",
                                   "1700000000500000000 the second one 99"));
  ASSERT_TRUE(reader.has_value());
  EXPECT_THAT(reader->error(), IsEmpty());
  EXPECT_EQ(reader->file_bytes(), 0) << "nobody knows how long a pipe is";
  EXPECT_EQ(reader->stored_bytes(), content.size());
}

TEST(CaptureReader, ReadsStandardInput) {
  const TemporaryFolder folder;
  const auto path = folder.write("x.pcap", pcap_of_two({}, 500'000));
  const int kept = dup(STDIN_FILENO);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(dup2(file, STDIN_FILENO), STDIN_FILENO);
  const Read read = read_capture("-");
  dup2(kept, STDIN_FILENO);
  close(file);
  close(kept);
  EXPECT_THAT(read.error, IsEmpty());
  EXPECT_EQ(read.packets.size(), 2);
}

TEST(CaptureReader, CountsWhatItRead) {
  const TemporaryFolder folder;
  const auto path = folder.write("x.pcap", pcap_of_two({}, 500'000));
  auto reader = CaptureReader::open(path);
  ASSERT_TRUE(reader.has_value());
  packets_of(*reader);
  EXPECT_EQ(reader->counters().packets, 2);
  EXPECT_EQ(reader->counters().octets, kFirst.size() + kSecondOne.size());
  EXPECT_EQ(reader->counters().cut_packets, 1);
  EXPECT_EQ(reader->stored_bytes(), std::filesystem::file_size(path));
  EXPECT_EQ(reader->file_bytes(), std::filesystem::file_size(path));
}

TEST(CaptureReader, AllocatesNothingForAPacket) {
  PcapMaker maker;
  for (int i = 0; i < 10'000; ++i) maker.packet(kSecond, 0, as_bytes(kSecondOne));
  const TemporaryFolder folder;
  auto reader = CaptureReader::open(folder.write("x.pcap.gz", gzip_of(maker.text())));
  ASSERT_TRUE(reader.has_value());
  CapturedPacket packet;
  ASSERT_TRUE(reader->next(packet));
  const std::uint64_t before = test::allocation_count();
  while (reader->next(packet)) {
  }
  EXPECT_EQ(test::allocation_count(), before);
  EXPECT_EQ(reader->counters().packets, 10'000);
}

}  // namespace
}  // namespace haetae::daemon

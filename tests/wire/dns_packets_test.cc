// Real and odd DNS packets, read by us and by dnspython: the two must agree, and where they do not,
// the difference must be one that is explained here.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "base/assert.h"
#include "support/guarded_bytes.h"
#include "support/test_data.h"
#include "wire/dns_records.h"
#include "wire/dns_rewrite.h"

namespace haetae::wire {
namespace {

namespace fs = std::filesystem;

// What a reader makes of one packet; the form of dnspython_read.py's lines.
struct Reading {
  std::vector<std::string> questions;
  std::vector<std::string> records;
  std::map<std::size_t, std::string> values;
  std::string verdict;
  bool name_over_itself = false;
};

constexpr std::string_view kOctetsLeft = "octets are left";

std::string hex(Bytes octets) {
  std::string text;
  for (const std::uint8_t octet : octets) text += fmt::format("{:02x}", octet);
  return text;
}

std::string number(auto value) {
  return std::to_string(static_cast<unsigned>(value));
}

// The value that a read gave, or why it gave none.
template <typename T>
std::string told(const std::expected<T, ParseError>& read, auto write) {
  return read ? write(*read) : fmt::format("refused: {}", describe(read.error()));
}

std::string soa_text(const Soa& soa) {
  return fmt::format("{} {} {} {} {} {} {}", hex(soa.primary.wire()), hex(soa.mailbox.wire()),
                     soa.serial, soa.refresh_s, soa.retry_s, soa.expire_s, soa.minimum_s);
}

std::string svcb_text(const Svcb& svcb) {
  std::string text = fmt::format("{} {}", svcb.priority, hex(svcb.target.wire()));
  SvcParamReader params(svcb.params);
  for (SvcParam param; params.next(param);) {
    text += fmt::format(" {}", static_cast<unsigned>(param.key));
  }
  return text;
}

// What we read of a record's data; nothing for types that we do not look into.
std::optional<std::string> value_of(const Record& record) {
  switch (record.type) {
    case RRType::A:
    case RRType::Aaaa:
      return told(read_address(record), [](const IpAddress& a) { return hex(a.wire()); });
    case RRType::Cname:
    case RRType::Ns:
    case RRType::Ptr:
    case RRType::Dname:
      return told(read_target(record), [](const Name& name) { return hex(name.wire()); });
    case RRType::Soa: return told(read_soa(record), soa_text);
    case RRType::Svcb:
    case RRType::Https: return told(read_svcb(record), svcb_text);
    case RRType::Rrsig:
      return told(read_covered_type(record), [](RRType type) { return number(type); });
    default: return std::nullopt;
  }
}

// True if the name at an offset is read from octets behind its own end.
bool runs_over_itself(Bytes packet, std::size_t offset) {
  WireReader in(packet);
  in.seek(offset);
  std::size_t own_end = 0;
  std::size_t furthest = 0;
  for (int steps = 0; in.ok() && steps < 300; ++steps) {
    const std::size_t at = in.offset();
    const std::uint8_t length = in.u8();
    if (length < 0xc0) {
      in.skip(length);
      furthest = std::max(furthest, in.offset());
      if (length == 0) break;
      continue;
    }
    in.seek(at);
    const std::uint16_t target = in.u16() & 0x3fff;
    if (own_end == 0) own_end = in.offset();
    in.seek(target);
  }
  return own_end != 0 && furthest > own_end;
}

Reading our_reading(Bytes packet) {
  Reading reading;
  RecordReader reader(packet);
  for (Question question; reader.next_question(question);) {
    const auto offset = static_cast<std::size_t>(question.wire.data() - packet.data());
    reading.name_over_itself |= runs_over_itself(packet, offset);
    reading.questions.push_back(fmt::format("{}\t{}\t{}", hex(question.name.wire()),
                                            number(question.type), number(question.klass)));
  }
  for (Record record; reader.next(record);) {
    reading.name_over_itself |= runs_over_itself(packet, record.offset);
    if (auto value = value_of(record)) reading.values[reading.records.size()] = *value;
    reading.records.push_back(fmt::format("{}\t{}\t{}\t{}\t{}", hex(record.owner.wire()),
                                          number(record.type), number(record.klass), record.ttl_s,
                                          record.rdata.size()));
  }
  reading.verdict = "ok";
  if (reader.error()) {
    reading.verdict = describe(*reader.error());
  } else if (reader.left() > 0) {
    reading.verdict = kOctetsLeft;
  }
  return reading;
}

// Runs dnspython_read.py and returns its lines, split at tabs.
std::vector<std::vector<std::string>> dnspython(const std::string& arguments) {
  const std::string command = "/usr/bin/python3 '" +
                              (test::source_folder() / "tests/wire/dnspython_read.py").string() +
                              "' " + arguments;
  std::FILE* const pipe = popen(command.c_str(), "r");
  HAETAE_ASSERT(pipe != nullptr);
  std::string output;
  std::array<char, 65536> chunk;
  for (std::size_t n; (n = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
    output.append(chunk.data(), n);
  }
  HAETAE_ASSERT(pclose(pipe) == 0);
  std::vector<std::vector<std::string>> lines;
  std::istringstream in(output);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    lines.emplace_back();
    for (std::string word; std::getline(words, word, '\t');) lines.back().push_back(word);
  }
  return lines;
}

std::string joined(const std::vector<std::string>& words, std::size_t first) {
  std::string text;
  for (std::size_t i = first; i < words.size(); ++i)
    text += fmt::format("{}{}", i > first ? "\t" : "", words[i]);
  return text;
}

std::map<std::string, Reading> dnspython_readings(const fs::path& folder) {
  std::map<std::string, Reading> readings;
  Reading* reading = nullptr;
  for (const auto& line : dnspython("walk '" + folder.string() + "'")) {
    if (line[0] == "P") reading = &readings[line[1]];
    if (line[0] == "Q") reading->questions.push_back(joined(line, 1));
    if (line[0] == "R") reading->records.push_back(joined(line, 1));
    if (line[0] == "V") reading->values[std::stoul(line[1])] = line[2];
    if (line[0] == "E") reading->verdict = line[1];
  }
  return readings;
}

// Differences that are meant, each with its reason. Any other one fails the test.
enum class Difference {
  // Both refuse the message, or both take it and read the same.
  None,
  // Octets after the last record: RFC 1035 is silent, servers ignore them, dnspython refuses.
  OctetsLeft,
  // dnspython will not look at a TSIG without its key; no client shares one with us.
  Signed,
  // Data of types that we pass on without looking into them, or not so deep (RRSIG's signer, the
  // values of SVCB parameters): dnspython finds it malformed.
  OddData,
  // In an UPDATE (RFC 2136) records of class NONE and ANY are commands, whose data dnspython reads
  // by the zone's class or wants empty. We answer NOTIMP to UPDATE and never act on its records.
  Update,
  // dnspython does not read opcodes that nobody has defined. We answer NOTIMP.
  UnknownOpcode,
  // A misplaced or repeated OPT or TSIG: parse_query refuses it and rewrite_answer drops it; the
  // plain walk leaves that to them.
  Misplaced,
  // A pointer into the header: dnspython makes labels out of flags and counts. Names start after
  // the header, and a pointer points to a name (RFC 1035, section 4.1.4).
  PointerIntoHeader,
  // dnspython goes on behind the furthest octet that a name touched. Where a name's earlier part
  // runs over its own pointer, that is not where the name ends (RFC 1035, section 4.1.4: a pointer
  // ends the name), and the two read on at different places.
  NameOverItself,
  Unexplained,
};

using Lines = std::vector<std::string>;

bool start_alike(const Lines& a, const Lines& b) {
  const auto both = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()));
  return std::equal(a.begin(), a.begin() + both, b.begin());
}

bool is_bad_pointer(std::string_view text) {
  return text.ends_with(describe(ParseError::BadPointer));
}

// The values that both have are the same, but for pointers that we do not follow. dnspython refuses
// pointers forward too, so what it took can only have pointed into the header.
bool values_alike(const Reading& ours, const Reading& theirs) {
  return std::ranges::all_of(theirs.values, [&ours](const auto& value) {
    const auto mine = ours.values.find(value.first);
    return mine == ours.values.end() || mine->second == value.second ||
           is_bad_pointer(mine->second);
  });
}

// Every value is the same; what dnspython does not look into (A of class CHAOS) we may refuse.
bool values_same(const Reading& ours, const Reading& theirs) {
  const auto refused = [](const auto& value) { return value.second.starts_with("refused"); };
  const auto known = [&theirs](const auto& value) { return theirs.values.contains(value.first); };
  return values_alike(ours, theirs) && !std::ranges::any_of(ours.values, [&](const auto& value) {
           return known(value) == refused(value);
         });
}

bool has_bad_pointer(const Reading& ours) {
  return is_bad_pointer(ours.verdict) || std::ranges::any_of(ours.values, [](const auto& value) {
           return is_bad_pointer(value.second);
         });
}

// True if dnspython stopped inside data that we do not read, or not to its end.
bool stopped_in_odd_data(const Reading& ours, const Reading& theirs) {
  if (theirs.records.empty()) return false;
  const std::size_t last = theirs.records.size() - 1;
  if (theirs.values.contains(last)) return false;
  const auto mine = ours.values.find(last);
  if (mine == ours.values.end() || mine->second.starts_with("refused")) return true;
  std::istringstream words(theirs.records[last]);
  std::string owner;
  unsigned type = 0;
  words >> owner >> type;
  const auto read = static_cast<RRType>(type);
  return read == RRType::Rrsig || read == RRType::Svcb || read == RRType::Https;
}

Opcode opcode_of(Bytes packet) {
  WireReader in(packet);
  return read_header(in).value_or(Header{}).opcode();
}

Difference difference(Bytes packet, const Reading& ours, const Reading& theirs) {
  const bool alike =
      start_alike(ours.questions, theirs.questions) && start_alike(ours.records, theirs.records);
  const bool same = ours.questions == theirs.questions && ours.records == theirs.records;
  const bool we_take = ours.verdict == "ok" || ours.verdict == kOctetsLeft;
  const bool they_take = theirs.verdict == "ok";
  if (theirs.verdict == "ValueError" && theirs.questions.empty()) return Difference::UnknownOpcode;
  if (!alike && ours.name_over_itself) return Difference::NameOverItself;
  if (!alike) return Difference::Unexplained;
  if (they_take && ours.verdict == "ok" && same && values_same(ours, theirs)) {
    return Difference::None;
  }
  if (theirs.verdict == "UnknownTSIGKey" && we_take) return Difference::Signed;
  if (opcode_of(packet) == Opcode::Update) return Difference::Update;
  if (!values_alike(ours, theirs)) return Difference::Unexplained;
  if (they_take && has_bad_pointer(ours)) return Difference::PointerIntoHeader;
  if (!we_take && !they_take) return Difference::None;
  if (theirs.verdict == "TrailingJunk" && same) return Difference::OctetsLeft;
  if (theirs.verdict == "BadEDNS" || theirs.verdict == "BadTSIG") return Difference::Misplaced;
  if (we_take && stopped_in_odd_data(ours, theirs)) return Difference::OddData;
  return Difference::Unexplained;
}

std::string both(const Reading& ours, const Reading& theirs) {
  std::string text = fmt::format("ours: {}\ntheirs: {}\n", ours.verdict, theirs.verdict);
  for (const Reading* reading : {&ours, &theirs}) {
    for (const auto& line : reading->questions) text += fmt::format("  Q {}\n", line);
    for (const auto& line : reading->records) text += fmt::format("  R {}\n", line);
    for (const auto& [i, line] : reading->values) text += fmt::format("  V {} {}\n", i, line);
  }
  return text;
}

// Compares every packet of a folder; an unexplained difference is a failure of its own.
std::map<Difference, int> compare_all(const fs::path& folder) {
  std::map<Difference, int> counts;
  for (const auto& [name, theirs] : dnspython_readings(folder)) {
    const std::string packet = test::read_file(folder / name);
    const test::GuardedBytes guarded(as_bytes(packet));
    const Reading ours = our_reading(guarded);
    const Difference found = difference(guarded, ours, theirs);
    ++counts[found];
    if (found == Difference::Unexplained) ADD_FAILURE() << name << "\n" << both(ours, theirs);
  }
  return counts;
}

class DnsPackets : public ::testing::Test {
 protected:
  void SetUp() override {
    HAETAE_NEEDS_DATA();
    const fs::path archive = *test::data_folder() / "dns" / "dns-packets.tar.zst";
    const std::string command =
        fmt::format("tar --zstd -xf '{}' -C '{}'", archive.string(), unpacked_.path().string());
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  fs::path packets() const { return unpacked_.path() / "packets"; }
  // A new folder beside the packets.
  fs::path folder(std::string_view name) const {
    const fs::path path = unpacked_.path() / name;
    fs::create_directory(path);
    return path;
  }
  void write(const fs::path& name, std::string_view content) const {
    unpacked_.write(name.string(), content);
  }

  test::TemporaryFolder unpacked_;
};

TEST_F(DnsPackets, AreReadAsDnspythonReadsThemButForListedDifferences) {
  const std::map<Difference, int> expected = {
      {Difference::None, 3182}, {Difference::OctetsLeft, 12}, {Difference::Signed, 70},
      {Difference::OddData, 2}, {Difference::Update, 7},      {Difference::UnknownOpcode, 2},
  };
  EXPECT_EQ(compare_all(packets()), expected);
}

// Three damaged copies of each packet, the same ones in every run.
std::string damaged(std::string packet, std::mt19937& random) {
  for (int blows = 1 + static_cast<int>(random() % 4); blows > 0 && !packet.empty(); --blows) {
    const std::size_t at = random() % packet.size();
    const auto octet = static_cast<char>(random());
    switch (random() % 5) {
      case 0: packet[at] = octet; break;
      case 1: packet[at] = static_cast<char>(packet[at] ^ (1 << (random() % 8))); break;
      case 2: packet.resize(at); break;
      case 3:  // a compression pointer to somewhere near
        if (at + 1 < packet.size()) packet[at] = '\xc0';
        if (at + 1 < packet.size()) packet[at + 1] = octet;
        break;
      case 4:  // the low octet of one of the four counts
        if (packet.size() >= kHeaderBytes) packet[5 + random() % 4 * 2] ^= static_cast<char>(1);
        break;
    }
  }
  return packet;
}

TEST_F(DnsPackets, AreReadAsDnspythonReadsThemWhenTheyAreDamaged) {
  std::mt19937 random(20240229);
  const fs::path target = folder("damaged");
  std::vector<fs::path> files(fs::directory_iterator(packets()), {});
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    const std::string packet = test::read_file(file);
    for (int copy = 0; copy < 3; ++copy) {
      write(fmt::format("damaged/{}.{}", file.filename().string(), copy), damaged(packet, random));
    }
  }
  const auto counts = compare_all(target);
  EXPECT_FALSE(counts.contains(Difference::Unexplained));
  // Most damage must leave something to compare, and every kind of it must occur.
  EXPECT_GT(counts.at(Difference::None), 8000);
  EXPECT_GT(counts.at(Difference::OctetsLeft), 100);
  EXPECT_GT(counts.at(Difference::PointerIntoHeader), 0);
}

TEST_F(DnsPackets, AreTakenAsQueriesOrRefusedForAReason) {
  std::map<std::string, int> verdicts;
  for (const auto& [name, theirs] : dnspython_readings(packets())) {
    const std::string packet = test::read_file(packets() / name);
    const test::GuardedBytes guarded(as_bytes(packet));
    const auto query = parse_query(guarded);
    ++verdicts[query ? "taken" : std::string(describe(query.error()))];
    if (!query) continue;
    const Question& question = query->question;
    EXPECT_EQ(fmt::format("{}\t{}\t{}", hex(question.name.wire()), number(question.type),
                          number(question.klass)),
              theirs.questions.at(0));
  }
  const auto text = [](ParseError error) { return std::string(describe(error)); };
  const std::map<std::string, int> expected = {{"taken", 1266},
                                               {text(ParseError::NotAQuery), 1767},
                                               {text(ParseError::OpcodeNotQuery), 241},
                                               {text(ParseError::EdnsVersion), 1}};
  EXPECT_EQ(verdicts, expected);
}

// The query that a response answers, as a client without EDNS would have sent it.
std::optional<Query> query_answered_by(Bytes response) {
  WireReader in(response);
  const auto header = read_header(in);
  if (!header || header->question_count != 1) return std::nullopt;
  const auto question = read_question(in);
  if (!question) return std::nullopt;
  Query query;
  query.id = header->id;
  query.recursion_desired = true;
  query.question = *question;
  return query;
}

TEST_F(DnsPackets, SayTheSameToDnspythonAfterRewriting) {
  folder("rewritten");
  int rewritten = 0;
  std::vector<std::uint8_t> out(kMessageBytesMax);
  for (const auto& file : fs::directory_iterator(packets())) {
    const std::string packet = test::read_file(file);
    const test::GuardedBytes guarded(as_bytes(packet));
    const auto query = query_answered_by(guarded);
    if (!query) continue;
    const auto size = rewrite_answer(guarded, *query, {}, out);
    if (!size) continue;
    ++rewritten;
    write("rewritten" / file.path().filename(), as_text(Bytes(out).first(*size)));
  }
  std::map<std::string, int> verdicts;
  const std::string folders =
      fmt::format("same '{}' '{}'", packets().string(), (unpacked_.path() / "rewritten").string());
  for (const auto& line : dnspython(folders)) {
    ++verdicts[line[1]];
    if (line[1] != "same" && line[1] != "skipped") ADD_FAILURE() << line[0] << ": " << line[1];
  }
  EXPECT_EQ(rewritten, verdicts["same"] + verdicts["skipped"]);
  EXPECT_GT(verdicts["same"], 1700);
  EXPECT_LT(verdicts["skipped"], 5);  // packets that dnspython cannot read before
}

// Names of another server's tests: text on one side, wire form on the other.
TEST_F(DnsPackets, AndNamesAreReadAlikeAsTextAndAsWire) {
  int names = 0;
  for (const auto& line : dnspython("names '" + (unpacked_.path() / "names").string() + "'")) {
    const std::string text = test::read_file(unpacked_.path() / "names" / line[0]);
    const std::string wire =
        test::read_file((unpacked_.path() / "names-wire" / line[0]).replace_extension(".bin"));
    const auto from_text = Name::from_text(text);
    const test::GuardedBytes guarded(as_bytes(wire));
    const auto from_wire = Name::from_wire(guarded);
    ASSERT_TRUE(from_text && from_wire) << line[0];
    EXPECT_EQ(*from_text, *from_wire) << line[0];
    EXPECT_EQ(hex(from_text->wire()), line[1]) << line[0];
    EXPECT_EQ(Name::from_text(from_text->to_text()), from_text) << line[0];
    ++names;
  }
  EXPECT_EQ(names, 20);
}

}  // namespace
}  // namespace haetae::wire

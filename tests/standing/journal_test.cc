#include "standing/journal.h"

#include <gmock/gmock.h>

#include "base/limits.h"
#include "standing/family.h"

namespace haetae::standing {
namespace {

// A journal as it grows, with the book after each record.
struct Written {
  std::string text;
  std::vector<std::size_t> ends;  // where records end
  std::vector<Book> books;
};

Written write_evening() {
  Family family;
  Written out{.text = whole_journal(family.book), .ends = {}, .books = {}};
  out.ends.push_back(out.text.size());
  out.books.push_back(family.book);
  for (const char* const words :
       {"pause minji 30m", "pause all until 07:00", "grant minji site xn--3e0b707e.example 1h",
        "grant jun service youtube until 22:00", "grant jun category games 30m", "resume minji",
        "focus jun", "grant all bedtime 15m", "grant minji quota 20m", "focus jun off",
        "revoke jun", "grant minji service khan-academy 15m --no-safe-search"}) {
    std::istringstream in(words);
    std::vector<std::string> list;
    for (std::string word; in >> word;) list.push_back(word);
    const std::string command = list.front();
    list.erase(list.begin());
    const Catalogue known = family.catalogue();
    const auto done = carry_out({known, family.book, family.now}, command, list);
    if (!done || done->changes.empty()) ADD_FAILURE() << words;
    for (const Change& change : done->changes) apply(family.book, change);
    out.text += journal_record(done->changes);
    out.ends.push_back(out.text.size());
    out.books.push_back(family.book);
    family.pass(1min);
  }
  return out;
}

TEST(Journal, GivesBackWhatWasWritten) {
  const Written written = write_evening();
  const JournalRead read = read_journal(written.text);
  EXPECT_EQ(read.fault, "");
  EXPECT_EQ(read.book, written.books.back());
  EXPECT_EQ(read.good_bytes, written.text.size());
  const JournalRead whole = read_journal(whole_journal(read.book));
  EXPECT_EQ(whole.book, written.books.back());
  EXPECT_EQ(whole.fault, "");
}

TEST(Journal, CutAtAnyByteGivesEveryRecordBeforeTheCut) {
  const Written written = write_evening();
  for (std::size_t cut = 0; cut <= written.text.size(); ++cut) {
    const JournalRead read = read_journal(std::string_view(written.text).substr(0, cut));
    std::size_t whole = 0;  // records before the cut, the first one is of the empty journal
    while (whole < written.ends.size() && written.ends[whole] <= cut) ++whole;
    const Book expected = whole == 0 ? Book() : written.books[whole - 1];
    ASSERT_EQ(read.book, expected) << "cut at " << cut;
    const bool is_clean =
        cut == 0 || (whole > 0 && written.ends[whole - 1] == cut) || cut == kJournalHeader.size();
    ASSERT_EQ(read.fault.empty(), is_clean) << "cut at " << cut << ": " << read.fault;
  }
}

TEST(Journal, WithAnyOctetChangedGivesEveryRecordBeforeIt) {
  const Written written = write_evening();
  for (std::size_t at = kJournalHeader.size(); at < written.text.size(); ++at) {
    std::string text = written.text;
    text[at] = static_cast<char>(text[at] ^ 0x01);
    const JournalRead read = read_journal(text);
    std::size_t whole = 0;
    while (written.ends[whole] <= at) ++whole;
    ASSERT_EQ(read.book, whole == 0 ? Book() : written.books[whole - 1]) << "changed at " << at;
    ASSERT_FALSE(read.fault.empty());
  }
}

TEST(Journal, OfAnotherVersionOrKindIsNotRead) {
  const std::string good = write_evening().text;
  for (const std::string& text :
       {"haetae-standing 2\n" + good.substr(kJournalHeader.size()), std::string(4096, '\0'),
        std::string("\xff\xfe garbage\n"), std::string("{\"pause\":1}\n"), "x" + good}) {
    const JournalRead read = read_journal(text);
    EXPECT_EQ(read.book, Book());
    EXPECT_THAT(read.fault, testing::HasSubstr("first line"));
    EXPECT_EQ(read.good_bytes, 0U);
  }
  EXPECT_EQ(read_journal("").fault, "");
}

TEST(Journal, TellsWhereItIsDamagedInOneLine) {
  const std::string good = write_evening().text;
  EXPECT_EQ(read_journal(good + "0123").fault, "its last 4 octets are half a record");
  EXPECT_EQ(read_journal(good + "0000000000000000 put 1\n").fault, "record 14 is damaged");
}

TEST(Journal, RefusesRecordsThatNoCommandWrites) {
  Entry entry;
  entry.id = 7;
  entry.profile = "minji";
  entry.until = kNever;
  const auto fault_of = [](const Entry& one) {
    const Change change{.put = one};
    return read_journal(whole_journal({}) + journal_record({&change, 1})).fault;
  };
  EXPECT_EQ(fault_of(entry), "");
  Entry bad = entry;
  bad.id = 0;
  EXPECT_NE(fault_of(bad), "") << "no number";
  bad = entry;
  bad.profile = "";
  EXPECT_NE(fault_of(bad), "") << "no profile";
  bad = entry;
  bad.profile = std::string(65, 'x');
  EXPECT_NE(fault_of(bad), "") << "a profile's name that no configuration may have";
  bad = entry;
  bad.kind = Kind::Grant;
  bad.thing = "wikipedia.org";
  EXPECT_NE(fault_of(bad), "") << "a grant without an end";
  bad.until = Family::seoul(22, 0);
  EXPECT_EQ(fault_of(bad), "");
  bad.thing = "WIKIPEDIA.org";
  EXPECT_NE(fault_of(bad), "") << "a name in another form";
  bad.thing = "";
  EXPECT_NE(fault_of(bad), "") << "a site without a name";
  bad = entry;
  bad.thing = "wikipedia.org";
  EXPECT_NE(fault_of(bad), "") << "a pause of a site";
  bad = entry;
  bad.made = Time::max() - 1ms;
  EXPECT_NE(fault_of(bad), "") << "a moment beyond all calendars";
}

TEST(Journal, HoldsNoMoreThanTwiceWhatMayBeOn) {
  std::vector<Change> changes;
  for (std::uint64_t id = 1; id <= 2 * limits::kStandingEntriesMax + 1; ++id) {
    Entry entry;
    entry.id = id;
    entry.profile = "minji";
    changes.push_back({.put = entry});
  }
  const JournalRead read = read_journal(whole_journal({}) + journal_record(changes));
  EXPECT_TRUE(read.book.entries.empty());
  EXPECT_FALSE(read.fault.empty());
}

}  // namespace
}  // namespace haetae::standing

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "standing/book.h"

// The journal that keeps the Book across restarts: text of one line a record, each with a checksum
// (XXH64) of its own. A record holds all that one command changed, so that a power cut leaves all
// of it or nothing.
//
//   haetae-standing 1
//   0f3a6c1d9e5b2478 next 18
//   5d21b0c6a4f83e97 put 18 pause minji - - strict 1764061200000 1764061200000 1764063000000 …
//   93c7e1f05a2d4b68 end 18
namespace haetae::standing {

// The first line of every journal; another version is another line.
inline constexpr std::string_view kJournalHeader = "haetae-standing 1\n";

// One record, to be appended. changes: at least one.
std::string journal_record(std::span<const Change> changes);

// The line of a record with this body: the checksum goes before it.
std::string journal_line(std::string_view body);

// A whole journal that holds this book and nothing else.
std::string whole_journal(const Book& book);

struct JournalRead {
  Book book;                   // of all records before the first that is not whole
  std::size_t good_bytes = 0;  // how much of the text they are; 0: not even the header
  std::size_t records = 0;
  std::string fault;  // what is wrong with the rest, for a person; empty: it is whole
};
// Reads any text. Never more than twice limits::kStandingEntriesMax entries.
JournalRead read_journal(std::string_view text);

}  // namespace haetae::standing

#include "wire/dns_records.h"

#include "wire/dns_name.h"

namespace haetae::wire {

RecordReader::RecordReader(Bytes message) noexcept : in_(message) {
  const auto header = read_header(in_);
  if (!header) {
    stop(header.error());
    return;
  }
  header_ = *header;
  questions_left_ = header_.question_count;
  records_left_ = header_.answer_count;
}

bool RecordReader::next_question(Question& out) noexcept {
  if (error_ || questions_left_ == 0) return false;
  --questions_left_;
  auto question = read_question(in_);
  if (!question) return stop(question.error());
  out = *question;
  return true;
}

bool RecordReader::next(Record& out) noexcept {
  if (error_ || !step_over_questions()) return false;
  while (records_left_ == 0) {
    if (!next_section()) return false;
  }
  --records_left_;
  return read_record(out);
}

bool RecordReader::stop(ParseError error) noexcept {
  error_ = error;
  return false;
}

bool RecordReader::step_over_questions() noexcept {
  for (; questions_left_ > 0; --questions_left_) {
    if (const auto skipped = skip_name(in_); !skipped) return stop(skipped.error());
    in_.skip(4);
    if (!in_.ok()) return stop(ParseError::Truncated);
  }
  return true;
}

bool RecordReader::next_section() noexcept {
  switch (section_) {
    case Section::Answer:
      section_ = Section::Authority;
      records_left_ = header_.authority_count;
      return true;
    case Section::Authority:
      section_ = Section::Additional;
      records_left_ = header_.additional_count;
      return true;
    case Section::Additional: return false;
  }
  return false;
}

bool RecordReader::read_record(Record& out) noexcept {
  out.message = in_.whole();
  out.section = section_;
  out.offset = in_.offset();
  if (const auto owner = read_name(in_, out.owner); !owner) return stop(owner.error());
  out.type = static_cast<RRType>(in_.u16());
  out.klass = static_cast<RRClass>(in_.u16());
  out.ttl_offset = in_.offset();
  out.ttl_s = in_.u32();
  const std::uint16_t rdata_bytes = in_.u16();
  out.rdata_offset = in_.offset();
  out.rdata = in_.take(rdata_bytes);
  if (!in_.ok()) return stop(ParseError::Truncated);
  return true;
}

std::expected<std::size_t, ParseError> collect_ttl_offsets(Bytes message,
                                                           std::span<std::uint16_t> out) noexcept {
  if (message.size() > kMessageBytesMax) return std::unexpected(ParseError::BadValue);
  std::size_t count = 0;
  RecordReader reader(message);
  for (Record record; reader.next(record);) {
    if (record.type == RRType::Opt) continue;
    if (count == out.size()) return std::unexpected(ParseError::TooManyRecords);
    out[count++] = static_cast<std::uint16_t>(record.ttl_offset);
  }
  if (reader.error()) return std::unexpected(*reader.error());
  return count;
}

}  // namespace haetae::wire

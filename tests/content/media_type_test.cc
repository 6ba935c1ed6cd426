#include "content/media_type.h"

#include <gtest/gtest.h>

namespace haetae::content {
namespace {

using namespace std::string_view_literals;

struct TypeCase {
  const char* field;
  std::optional<Form> form;
  const char* charset = "";
};
constexpr TypeCase kTypes[] = {
    {"text/html", Form::Html},
    {"Text/HTML; Charset=\"EUC-KR\"", Form::Html, "EUC-KR"},
    {"text/html ;x=y; charset = utf-8 ", Form::Html, "utf-8"},
    {"application/xhtml+xml", Form::Html},
    {"application/rss+xml", Form::Xml},
    {"image/svg+xml", Form::Xml},
    {"application/json;charset=utf-8", Form::Json, "utf-8"},
    {"application/ld+json", Form::Json},
    {"text/plain", Form::Plain},
    {"text/csv", Form::Plain},
    {"text/css", std::nullopt},
    {"application/javascript", std::nullopt},
    {"text/javascript", std::nullopt},
    {"image/png", std::nullopt},
    {"application/octet-stream", std::nullopt},
    {"", std::nullopt},
};

TEST(MediaType, IsAFormForWhatPeopleRead) {
  for (const TypeCase& row : kTypes) {
    const std::optional<MediaType> type = read_media_type(row.field);
    ASSERT_EQ(type.has_value(), row.form.has_value()) << row.field;
    if (!type) continue;
    EXPECT_EQ(type->form, *row.form) << row.field;
    EXPECT_EQ(type->charset, row.charset) << row.field;
  }
}

TEST(MediaType, IsNoneWhereBrowsersLookThemselves) {
  for (const char* field : {"", "html", "*/*", "unknown/unknown", "; charset=utf-8"}) {
    EXPECT_TRUE(is_no_media_type(field)) << field;
  }
  for (const char* field : {"text/html", "image/png", "x/y; z"}) {
    EXPECT_FALSE(is_no_media_type(field)) << field;
  }
}

struct SniffCase {
  std::string_view head;
  std::optional<Form> form;
};
constexpr SniffCase kHeads[] = {
    {"\n <!DOCTYPE html>"sv, Form::Html},
    {"<HTML>"sv, Form::Html},
    {"<!-- x"sv, Form::Html},
    {"<bogus>"sv, Form::Plain},
    {"<b"sv, Form::Plain},
    {"<?xml version='1.0'?>"sv, Form::Xml},
    {"red panda"sv, Form::Plain},
    {""sv, Form::Plain},
    {"\x89PNG\r\n\x1a\n\0"sv, std::nullopt},
    {"\xff\xfer\0e\0d\0"sv, Form::Plain},
    {"PK\x03\x04"sv, std::nullopt},
    {"\xef\xbb\xbf<p>red"sv, Form::Html},
};

TEST(MediaType, IsToldByTheFirstOctets) {
  for (const SniffCase& row : kHeads) {
    EXPECT_EQ(sniff_form(as_bytes(row.head)), row.form) << row.head;
  }
}

}  // namespace
}  // namespace haetae::content

// Odd conversations that others collected, through a whole connection.
#include <gtest/gtest.h>

#include "proxy/proxy_house.h"
#include "support/conversations.h"
#include "support/test_data.h"

namespace haetae::proxy::test {
namespace {

using haetae::test::Part;

std::map<std::string, std::vector<Part>> conversations() {
  const auto archive = *haetae::test::data_folder() / "http" / "http-messages.tar.zst";
  std::map<std::string, std::vector<Part>> all;
  for (const auto& [path, content] : haetae::test::files_of_tar(haetae::test::read_file(archive))) {
    const std::string name = path.substr(path.rfind('/') + 1);
    if (name.ends_with(".t")) {
      all[name] = haetae::test::parts_of(content);
    } else {
      all[name] = {{.is_client = true, .octets = content}, {.is_client = false, .octets = content}};
    }
  }
  return all;
}

// Every head that goes to a server can be read in one way only.
void expect_one_reading(std::string_view sent, const std::string& name) {
  Request request;
  if (sent.empty() || read_request(as_bytes(sent), request) != wire::Progress::Done) return;
  EXPECT_EQ(request.fault, Fault::None) << name << ": " << sent.substr(0, request.head.size_bytes);
}

void hold(const std::vector<Part>& parts, const std::string& name, Entry entry, std::size_t piece) {
  House house;
  {
    Visit visit(house, entry);
    for (const Part& part : parts) {
      if (visit.is_closed) break;
      if (part.is_client) {
        const std::size_t before = visit.to_server.size();
        const auto requests = house.counters.requests.value();
        visit.client(part.octets, piece);
        const bool is_request = house.counters.requests.value() == requests + 1;
        if (is_request) expect_one_reading(std::string_view(visit.to_server).substr(before), name);
      } else {
        visit.server(part.octets, piece);
      }
    }
    if (!visit.is_closed) visit.server_ends();
    if (!visit.is_closed) visit.client_ends();
    EXPECT_TRUE(visit.is_closed || visit.connection.holds_server()) << name;
  }
  EXPECT_EQ(house.client_rooms.lent(), 0U) << name;
  EXPECT_EQ(house.server_rooms.lent(), 0U) << name;
}

TEST(ProxyMessages, OddConversationsHaveAnEnd) {
  HAETAE_NEEDS_DATA();
  const auto all = conversations();
  EXPECT_EQ(all.size(), 57U);
  for (const auto& [name, parts] : all) {
    for (const Entry entry : {Entry::Transparent, Entry::Explicit}) {
      for (const std::size_t piece : {1, 100, 100'000}) hold(parts, name, entry, piece);
    }
  }
}

}  // namespace
}  // namespace haetae::proxy::test

#include "proxy/connection.h"

#include <gtest/gtest.h>

#include "proxy/proxy_house.h"
#include "support/allocation_count.h"
#include "support/hello_maker.h"

namespace haetae::proxy::test {
namespace {

std::string get(std::string_view host, std::string_view path = "/", std::string_view more = "") {
  return "GET http://" + std::string(host) + std::string(path) +
         " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n" + std::string(more) + "\r\n";
}
std::string hello(std::string_view host) {
  const auto octets = haetae::test::in_records(haetae::test::browser_hello(host), 16'000);
  return {octets.begin(), octets.end()};
}
const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const std::string kOkHead = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";

TEST(ProxyConnection, PassesARequestAndItsAnswerHoweverTheyAreCut) {
  const std::string request = get("www.good.example", "/a?b");
  for (std::size_t piece = 1; piece < request.size(); ++piece) {
    House house;
    Visit visit(house);
    visit.client(request, piece).server(kOk, piece);
    EXPECT_EQ(visit.asked_for, (Origin{"www.good.example", 80}));
    EXPECT_EQ(visit.to_server, "GET /a?b HTTP/1.1\r\nHost: www.good.example\r\n\r\n");
    EXPECT_EQ(visit.to_client, kOk);
    EXPECT_FALSE(visit.is_closed);
    EXPECT_EQ(house.take_events(), 1U);
  }
}

TEST(ProxyConnection, ABlockedRequestGoesNowhere) {
  House house;
  Visit visit(house);
  visit.client(get("www.bad.example"));
  EXPECT_EQ(visit.connects, 0);
  EXPECT_TRUE(visit.to_client.starts_with("HTTP/1.1 403 Forbidden\r\n")) << visit.to_client;
  EXPECT_TRUE(visit.connection.client_is_told_all());
  EXPECT_EQ(house.counters.blocked.value(), 1U);
  visit.client_ends();
  EXPECT_TRUE(visit.is_closed);
}

TEST(ProxyConnection, BothHostsOfARequestAreJudged) {
  for (const std::string_view head :
       {"GET http://good.example/ HTTP/1.1\r\nHost: www.bad.example\r\n\r\n",
        "GET http://www.bad.example/ HTTP/1.1\r\nHost: good.example\r\n\r\n",
        "GET http://203.0.113.5/ HTTP/1.1\r\nHost: good.example\r\n\r\n"}) {
    House house;
    Visit visit(house);
    visit.client(head);
    EXPECT_TRUE(visit.to_client.starts_with("HTTP/1.1 403 ")) << head;
  }
}

TEST(ProxyConnection, KeepsTheServerForTheNextRequestToIt) {
  House house;
  Visit visit(house);
  visit.client(get("a.example")).server(kOk).client(get("a.example")).server(kOk);
  EXPECT_EQ(visit.connects, 1);
  EXPECT_EQ(house.counters.servers_reused.value(), 1U);
  visit.client(get("b.example"));
  EXPECT_EQ(visit.connects, 2);
  EXPECT_EQ(visit.asked_for.host, "b.example");
}

TEST(ProxyConnection, ReadsPipelinedRequestsOneByOne) {
  House house;
  Visit visit(house);
  visit.client(get("a.example") + get("a.example") + get("www.bad.example") + get("a.example"));
  EXPECT_EQ(house.counters.requests.value(), 1U);
  visit.server(kOk);
  EXPECT_EQ(house.counters.requests.value(), 2U);
  visit.server(kOk);
  EXPECT_TRUE(visit.to_client.starts_with(kOk + kOk + "HTTP/1.1 403 "));
  EXPECT_EQ(house.counters.requests.value(), 3U) << "behind the block page nothing is read";
}

TEST(ProxyConnection, RepeatsASafeRequestWhenAWaitingServerWasGone) {
  House house;
  Visit visit(house);
  visit.is_reused = true;
  visit.client(get("a.example"));
  visit.take_to_server();
  visit.is_reused = false;
  visit.server_ends();
  EXPECT_EQ(visit.connects, 2);
  EXPECT_EQ(visit.to_server, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
  visit.server(kOk);
  EXPECT_EQ(visit.to_client, kOk);
}

TEST(ProxyConnection, RepeatsNothingThatChangesSomething) {
  House house;
  Visit visit(house);
  visit.is_reused = true;
  visit.client("POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n");
  visit.server_ends();
  EXPECT_EQ(visit.connects, 1);
  EXPECT_TRUE(visit.to_client.starts_with("HTTP/1.1 502 "));
}

TEST(ProxyConnection, AServerThatSaysMoreThanItsAnswerIsLetGo) {
  House house;
  Visit visit(house);
  visit.client(get("a.example")).server(kOk + "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(visit.to_client, kOk);
  EXPECT_FALSE(visit.connection.holds_server());
  EXPECT_FALSE(visit.connection.server_is_clean());
}

TEST(ProxyConnection, ChunksPassAsTheyAreAndEndWhereTheyEnd) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string body = "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n";
  for (std::size_t piece = 1; piece < body.size(); ++piece) {
    House house;
    Visit visit(house);
    visit.client(get("a.example")).server(head + body, piece);
    EXPECT_EQ(visit.to_client, head + body);
    EXPECT_TRUE(visit.connection.server_is_idle());
  }
}

TEST(ProxyConnection, ChunksOfHttp10ArePassedAsChunksAndEndBothConnections) {
  House house;
  Visit visit(house);
  const std::string body = "5\r\nhello\r\n0\r\n\r\n";
  visit.client(get("a.example"))
      .server("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" +
              body + "HTTP/1.0 200 OK\r\n\r\nevil");
  EXPECT_EQ(visit.to_client,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + body);
  EXPECT_TRUE(visit.connection.client_is_told_all());
  EXPECT_FALSE(visit.connection.holds_server());
  Visit liar(house);
  liar.client(get("a.example"))
      .server("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<html>no chunks");
  EXPECT_TRUE(liar.to_client.starts_with("HTTP/1.1 502 ")) << liar.to_client;
}

TEST(ProxyConnection, AnAnswerThatIsNoneIsNotPassedOn) {
  for (const std::string_view answer :
       {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", "nonsense"}) {
    House house;
    Visit visit(house);
    visit.client(get("a.example")).server(answer);
    EXPECT_TRUE(visit.to_client.starts_with("HTTP/1.1 502 ")) << answer;
    EXPECT_EQ(house.counters.answers_malformed.value(), 1U);
  }
}

TEST(ProxyConnection, AnAnswerThatGoesWrongLaterIsCut) {
  House house;
  Visit visit(house);
  visit.client(get("a.example"));
  visit.server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  visit.server("bad\n");
  EXPECT_TRUE(visit.is_closed);
  EXPECT_TRUE(visit.to_client.ends_with("hello\r\n")) << visit.to_client;
}

TEST(ProxyConnection, InformationalAnswersGoAheadAndNotToOldClients) {
  House house;
  Visit visit(house);
  visit.client(get("a.example", "/", "Expect: 100-continue\r\n"))
      .server("HTTP/1.1 100 Continue\r\n\r\n")
      .server(kOk);
  EXPECT_EQ(visit.to_client, "HTTP/1.1 100 Continue\r\n\r\n" + kOk);
  Visit old(house);
  old.client("GET http://a.example/ HTTP/1.0\r\nHost: a.example\r\n\r\n")
      .server("HTTP/1.1 103 Early Hints\r\n\r\n")
      .server(kOk);
  EXPECT_EQ(old.to_client, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
}

TEST(ProxyConnection, AnAnswerWithoutLengthEndsWithItsServer) {
  House house;
  Visit visit(house);
  visit.client(get("a.example"))
      .server("HTTP/1.1 200 OK\r\n\r\nsome")
      .server("thing")
      .server_ends();
  EXPECT_EQ(visit.to_client, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsomething");
  EXPECT_TRUE(visit.connection.client_is_told_all());
}

TEST(ProxyConnection, AnAnswerThatIsCutShortDoesNotLookWhole) {
  House house;
  Visit visit(house);
  visit.client(get("a.example")).server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort");
  visit.server_ends();
  EXPECT_TRUE(visit.is_closed);
  EXPECT_TRUE(visit.to_client.ends_with("short"));
}

TEST(ProxyConnection, LongBodiesNeedNotBeRead) {
  House house;
  Visit visit(house);
  visit.client(get("a.example")).server("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_EQ(visit.connection.unread_for_client(), 1'000'000U);
  visit.connection.took_unread_for_client(999'998);
  EXPECT_TRUE(visit.connection.server_space().empty()) << "octets keep their order";
  visit.connection.gave_unread_to_client(999'998);
  visit.take_to_client();
  visit.server("ok");
  EXPECT_EQ(visit.to_client, "ok");
  EXPECT_TRUE(visit.connection.server_is_idle());
}

TEST(ProxyConnection, AWebSocketBecomesATunnelOnlyWhereItWasAskedFor) {
  House house;
  Visit visit(house);
  visit.client(get("a.example", "/ws", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  visit.server("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi");
  visit.take_to_server();
  visit.client("anything \x01 at all");
  EXPECT_EQ(visit.to_server, "anything \x01 at all");
  EXPECT_TRUE(visit.to_client.ends_with("\r\n\r\nhi"));
}

TEST(ProxyConnection, ATunnelIsJudgedByItsHostAndByWhatIsSaidInside) {
  const std::string connect = "CONNECT good.example:443 HTTP/1.1\r\nHost: good.example:443\r\n\r\n";
  {
    House house;
    Visit visit(house);
    visit.client(connect + hello("good.example"));
    EXPECT_EQ(visit.asked_for, (Origin{"good.example", 443}));
    EXPECT_EQ(visit.to_client, "HTTP/1.1 200 Connection established\r\n\r\n");
    EXPECT_EQ(visit.to_server, hello("good.example"));
  }
  {
    House house;
    Visit visit(house);
    visit.client(connect).client(hello("www.bad.example"), 1);
    EXPECT_TRUE(visit.is_closed);
    EXPECT_EQ(visit.to_server, "");
  }
  {
    House house;
    Visit visit(house);
    visit.client("CONNECT www.bad.example:443 HTTP/1.1\r\nHost: x.example\r\n\r\n");
    EXPECT_EQ(visit.connects, 0);
    EXPECT_TRUE(visit.to_client.starts_with("HTTP/1.1 403 "));
  }
  {
    House house;
    Visit visit(house);
    visit.client(connect).client("GET / HTTP/1.1\r\nHost: good.example\r\n\r\n").server(kOk);
    visit.client("GET / HTTP/1.1\r\nHost: www.bad.example\r\n\r\n");
    EXPECT_EQ(visit.connects, 1);
    EXPECT_TRUE(visit.to_client.contains(kOk + "HTTP/1.1 403 ")) << visit.to_client;
  }
}

TEST(ProxyConnection, ATransparentClientReachesTheAddressThatItWentTo) {
  House house;
  Visit visit(house, Entry::Transparent);
  visit.client("GET /a HTTP/1.1\r\nHost: good.example:8080\r\n\r\n").server(kOk);
  EXPECT_EQ(visit.asked_for, (Origin{"good.example", 80}));
  EXPECT_EQ(visit.to_server, "GET /a HTTP/1.1\r\nHost: good.example:8080\r\n\r\n");
  EXPECT_EQ(visit.to_client, kOk);
  visit.client("CONNECT other.example:443 HTTP/1.1\r\nHost: other.example\r\n\r\n");
  EXPECT_TRUE(visit.to_client.starts_with(kOk + "HTTP/1.1 400 "));
}

TEST(ProxyConnection, TlsOnThePortOfHttpIsJudgedByItsName) {
  House house;
  Visit visit(house, Entry::Transparent);
  visit.client(hello("good.example"), 7);
  EXPECT_EQ(visit.to_server, hello("good.example"));
  Visit other(house, Entry::Transparent);
  other.client(hello("www.bad.example"), 7);
  EXPECT_TRUE(other.is_closed);
  EXPECT_EQ(other.connects, 0);
}

// One who was led here and has said nothing for so long that its server was asked.
struct Silent {
  explicit Silent(House& house) : visit(house, Entry::Transparent) {
    visit.run();
    house.now.monotonic += limits::kProxySilent - seconds{1};
    EXPECT_EQ(visit.connection.tick(house.now), Connection::Wish::Nothing);
    visit.run();
    EXPECT_EQ(visit.connects, 0);
    house.now.monotonic += seconds{1};
    EXPECT_EQ(visit.connection.tick(house.now), Connection::Wish::Nothing);
    visit.run();
  }
  Visit visit;
};

TEST(ProxyConnection, ASilentClientsServerMaySpeakFirst) {
  House house;
  Silent one(house);
  EXPECT_EQ(one.visit.connects, 1);
  EXPECT_EQ(house.counters.silent_clients.value(), 1U);
  one.visit.server("220 mail.example\r\n");
  EXPECT_EQ(one.visit.to_client, "220 mail.example\r\n");
  one.visit.client("EHLO me\r\n");
  EXPECT_EQ(one.visit.to_server, "EHLO me\r\n");
  one.visit.server("250 hello\r\n");
  EXPECT_TRUE(one.visit.to_client.ends_with("250 hello\r\n"));
}

TEST(ProxyConnection, WhatASilentClientSaysAtLastIsJudged) {
  House house;
  Silent http(house);
  http.visit.client("GET / HTTP/1.1\r\nHost: good.example\r\n\r\n").server(kOk);
  EXPECT_EQ(http.visit.to_client, kOk);
  EXPECT_EQ(http.visit.connects, 1) << "the connection that it has";
  http.visit.client("GET / HTTP/1.1\r\nHost: www.bad.example\r\n\r\n");
  EXPECT_TRUE(http.visit.to_client.starts_with(kOk + "HTTP/1.1 403 "));
  Silent tls(house);
  tls.visit.client(hello("www.bad.example"), 7);
  EXPECT_TRUE(tls.visit.is_closed);
  EXPECT_EQ(tls.visit.to_server, "");
}

TEST(ProxyConnection, AnAnswerBeforeTheRequestAnswersNobody) {
  House house;
  Silent one(house);
  one.visit.server(kOk).client("GET / HTTP/1.1\r\nHost: good.example\r\n\r\n");
  EXPECT_TRUE(one.visit.is_closed);
  EXPECT_EQ(one.visit.to_server, "");
}

TEST(ProxyConnection, ASilentClientOfABlockedAddressIsEnded) {
  haetae::test::PolicyMaker maker = House::default_maker();
  maker.list("addresses", 0, {"198.51.100.80"});
  House house(maker);
  Visit visit(house, Entry::Transparent);
  house.now.monotonic += limits::kProxySilent;
  visit.connection.tick(house.now);
  visit.run();
  EXPECT_TRUE(visit.is_closed);
  EXPECT_EQ(visit.connects, 0);
  EXPECT_EQ(house.counters.tunnels_blocked.value(), 1U);
}

TEST(ProxyConnection, NothingThatMovesTooLittleStays) {
  House house;
  Visit visit(house);
  visit.client("GET http://a.exam");
  house.now.monotonic += limits::kProxyHead - seconds{1};
  visit.client("p");
  EXPECT_EQ(visit.connection.tick(house.now), Connection::Wish::Nothing);
  house.now.monotonic += seconds{1};
  EXPECT_EQ(visit.connection.tick(house.now), Connection::Wish::Close);
  Visit waiting(house);
  waiting.client(get("a.example"));
  house.now.monotonic += limits::kProxyAnswer;
  EXPECT_EQ(waiting.connection.tick(house.now), Connection::Wish::Nothing);
  waiting.run();
  EXPECT_TRUE(waiting.to_client.starts_with("HTTP/1.1 504 "));
}

TEST(ProxyConnection, WhatGoesOnIsJudgedAgain) {
  House house;
  Visit visit(house);
  visit.client(get("www.later.example")).server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nso");
  house.now.monotonic += limits::kProxyJudgedAgain;
  EXPECT_EQ(visit.connection.tick(house.now), Connection::Wish::Nothing);
  haetae::test::PolicyMaker stricter = House::default_maker();
  stricter.list("later", 0, {"||later.example^"});
  house.policy.publish(House::make_policy(stricter, 2));
  house.judge.refresh();
  house.now.monotonic += limits::kProxyJudgedAgain;
  EXPECT_EQ(visit.connection.tick(house.now), Connection::Wish::Close);
}

TEST(ProxyConnection, AnIdleConnectionHasNoRoom) {
  House house;
  Visit visit(house);
  visit.client(get("a.example")).server(kOk);
  visit.connection.nothing_came();
  EXPECT_EQ(house.client_rooms.lent(), 0U);
  EXPECT_EQ(house.server_rooms.lent(), 0U);
}

TEST(ProxyConnection, NothingIsAllocatedOnceWarm) {
  House house;
  house.client_rooms.keep(8);
  house.server_rooms.keep(8);
  Visit visit(house);
  const std::string request = get("www.good.example");
  visit.to_client.reserve(1 << 16);
  visit.to_server.reserve(1 << 16);
  for (int i = 0; i < 4; ++i) visit.client(request).server(kOk);
  while (house.take_events() > 0) {
  }
  const std::uint64_t before = haetae::test::allocation_count();
  visit.client(request).server(kOk);
  EXPECT_EQ(haetae::test::allocation_count(), before);
}

}  // namespace
}  // namespace haetae::proxy::test

import NIOHTTP1
import Testing

@testable import Server

@Suite("Router")
struct RouterTests {
  private static func router() -> Router<Int> {
    var router = Router<Int>()
    router.add(.GET, "/v1/", 1)
    router.add(.GET, "/v1/indexes", 2)
    router.add(.GET, "/v1/indexes/{}", 3)
    router.add(.POST, "/v1/indexes/{}/search", 4)
    router.add(.GET, "/v1/indexes/{}/docs/{*id}", 5)
    router.add(.POST, "/v1/indexes", 6)
    return router
  }

  @Test(
    "the path leads to the endpoint, with what was captured as it stands",
    arguments: [
      ("/v1/", 1, []), ("/v1/indexes", 2, []), ("/v1/indexes/news", 3, ["news"]),
      ("/v1/indexes/n%2Fw", 3, ["n%2Fw"]), ("/v1/indexes/n/docs/a", 5, ["n", "a"]),
      ("/v1/indexes/n/docs//home/a.txt", 5, ["n", "/home/a.txt"]),
      ("/v1/indexes/n/docs/a/", 5, ["n", "a/"]),
      ("/v1/indexes/n/docs/%2Fx%20y", 5, ["n", "%2Fx%20y"]),
    ] as [(String, Int, [String])])
  func found(path: String, endpoint: Int, captures: [String]) throws {
    for method in [HTTPMethod.GET, .HEAD] {
      guard case .found(let found, _, let parts) = Self.router().match(method, path[...]) else {
        Issue.record("\(path) is not found")
        return
      }
      #expect(found == endpoint)
      #expect(parts.map(String.init) == captures)
    }
  }

  @Test(
    "what does not fit is not found",
    arguments: [
      "", "/", "/v1", "/v1/indexes/", "/v1/indexes//docs/a", "/v1/indexes/n/docs",
      "/v1/indexes/n/docs/",
      "/V1/indexes", "/v1/indexes/n/search/x", "v1/indexes", "/v1/indexesx",
    ])
  func notFound(path: String) {
    guard case .notFound = Self.router().match(.GET, path[...]) else {
      Issue.record("\(path) is found")
      return
    }
  }

  @Test("another method: those allowed are told")
  func methods() {
    guard case .methodNotAllowed(let allowed) = Self.router().match(.DELETE, "/v1/indexes") else {
      Issue.record("allowed")
      return
    }
    #expect(allowed == ["GET", "HEAD", "POST"])
    guard case .methodNotAllowed(let post) = Self.router().match(.GET, "/v1/indexes/a/search")
    else {
      Issue.record("allowed")
      return
    }
    #expect(post == ["POST"])
  }

  @Test("targets are split at the first question mark; a host is not looked at")
  func targets() {
    func split(_ target: String) -> [String] {
      let parts = Request.split(target: target)
      return [String(parts.path), String(parts.query)]
    }
    #expect(split("/a/b?x=1?2") == ["/a/b", "x=1?2"])
    #expect(split("/a") == ["/a", ""])
    #expect(split("/a?") == ["/a", ""])
    #expect(split("http://host:80/a?b") == ["/a", "b"])
    #expect(split("http://host") == ["/", ""])
    #expect(split("*") == ["*", ""])
  }

  @Test("dates of headers, by examples")
  func dates() {
    #expect(ResponseHead.date(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    #expect(ResponseHead.date(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(ResponseHead.date(951_782_399) == "Mon, 28 Feb 2000 23:59:59 GMT")
    #expect(ResponseHead.date(951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
    #expect(ResponseHead.date(4_102_444_799) == "Thu, 31 Dec 2099 23:59:59 GMT")
  }
}

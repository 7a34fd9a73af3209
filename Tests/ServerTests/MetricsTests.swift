import SocketClient
import Testing
import WireAPI

@testable import Server

@Suite("Metrics")
struct MetricsTests {
  private static let route = "/v1/indexes/{index}/search"

  @Test("a scrape reads by the rules of the format and counts what was answered")
  func scrape() throws {
    let bench = IndexBench()
    try bench.commit("news", [#"{"id": "a", "title": "Nuclear tea"}"#, #"{"id": "b"}"#])
    try bench.start()
    try until { try bench.status() == "ready" }
    for _ in 0..<3 { _ = try bench.search("news", "tea") }
    _ = try bench.ask("POST", "/v1/indexes/news/search", #"{"limti": 3}"#)
    _ = try bench.ask("GET", "/v1/indexes/none")
    _ = try bench.ask("GET", "/nothing/here")
    _ = try bench.ask("BREW", "/v1/live")

    let answer = try bench.ask("GET", "/metrics")
    #expect(answer.status == 200)
    #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
    let scrape = try PrometheusParser(answer.body)
    func requests(_ route: String, _ method: String, _ status: String) -> Double? {
      scrape.value(
        "martlet_requests_total", ["route": route, "method": method, "status": status])
    }
    #expect(requests(Self.route, "POST", "200") == 3)
    #expect(requests(Self.route, "POST", "400") == 1)
    #expect(requests("/v1/indexes/{index}", "GET", "404") == 1)
    #expect(requests("none", "GET", "404") == 1)
    #expect(
      scrape.value("martlet_request_duration_seconds_count", ["route": Self.route]) == 4)
    for code in ["unknown_member", "no_such_index", "no_such_path"] {
      #expect(scrape.value("martlet_problems_total", ["code": code]) == 1)
    }
    #expect(scrape.value("martlet_index_documents", ["index": "news"]) == 2)
    #expect(scrape.value("martlet_index_generation", ["index": "news"]) ?? 0 > 0)
    #expect(scrape.value("martlet_index_up", ["index": "news"]) == 1)
    #expect(scrape.value("martlet_index_degraded", ["index": "news"]) == 0)
    #expect(scrape.value("martlet_connections") ?? 0 >= 1)
    #expect(scrape.value("martlet_build_info", ["version": Product.version]) == 1)
    for name in [
      "process_resident_memory_bytes", "martlet_anonymous_memory_bytes", "process_open_fds",
      "process_max_fds", "process_cpu_seconds_total", "process_start_time_seconds",
    ] {
      #expect(scrape.value(name) ?? 0 > 0, "\(name)")
    }
    #expect(scrape.value("martlet_requests_running") == 0)
    #expect(scrape.value("martlet_requests_waiting") == 0)
    #expect(try bench.ask("GET", "/metrics?x=1").status == 400)
  }

  @Test("no client makes the counters many: methods and routes come from fixed sets")
  func cardinality() {
    let metrics = Metrics()
    for number in 0..<1_000 {
      metrics.record(
        route: nil, method: .RAW(value: "M\(number)"), status: 405, code: .methodNotAllowed,
        bytes: 1, nanoseconds: 1)
    }
    #expect(metrics.counts.requests.count == 1)
    #expect(metrics.counts.requests.values.first == 1_000)
  }

  @Test("bounds of the histogram belong to their bucket; a long request to the last")
  func histogram() throws {
    var histogram = Metrics.Histogram()
    histogram.add(0)
    histogram.add(100_000)
    histogram.add(100_001)
    histogram.add(.max / 4)
    #expect(histogram.counts.prefix(2) == [2, 1])
    #expect(histogram.counts.last == 1)
    var text = PrometheusText()
    text.family("h", .histogram, "A histogram.")
    text.histogram("h", ["route": "x"], histogram)
    let scrape = try PrometheusParser(text.text)
    #expect(scrape.value("h_bucket", ["route": "x", "le": "0.0001"]) == 2)
    #expect(scrape.value("h_bucket", ["route": "x", "le": "0.00025"]) == 3)
    #expect(scrape.value("h_bucket", ["route": "x", "le": "10.0"]) == 3)
    #expect(scrape.value("h_bucket", ["route": "x", "le": "+Inf"]) == 4)
  }

  @Test("label values are escaped, and read back as they were")
  func escaping() throws {
    var text = PrometheusText()
    text.family("g", .gauge, "A gauge.")
    for value in ["a\\b", "say \"x\"", "two\nlines", "ünïcödé}", ""] {
      text.sample("g", ["l": value], 1)
    }
    let scrape = try PrometheusParser(text.text)
    #expect(
      scrape.samples.map { $0.labels["l"] } == [
        "a\\b", "say \"x\"", "two\nlines", "ünïcödé}", "",
      ])
  }

  @Test(
    "the parser of these tests refuses what Prometheus refuses",
    arguments: [
      "x 1", "# TYPE x gauge\nx 1\n", "# HELP x y\n# TYPE x gauge\nx{a=\"\\q\"} 1\n",
      "# HELP x y\n# TYPE x gauge\nx 1\nx 2\n", "# HELP x y\n# TYPE x gauge\ny 1\n",
      "# HELP x y\n# TYPE x gauge\nx one\n",
      "# HELP h y\n# TYPE h histogram\nh_bucket{le=\"1.0\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
    ])
  func strictness(text: String) {
    #expect(throws: PrometheusParser.Fault.self) { try PrometheusParser(text) }
  }
}

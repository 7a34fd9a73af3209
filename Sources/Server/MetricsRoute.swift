import WireAPI

/// `GET /metrics`: what was counted, and how things are at this moment.
struct MetricsRoute: Sendable {
  let registry: IndexRegistry
  let running: RunningRequests
  let metrics: Metrics

  func text(_ call: Call) throws(Problem) -> Response {
    _ = try Parameters(call.request.query, known: [])
    var text = PrometheusText()
    writeRequests(into: &text)
    writeIndexes(into: &text)
    writeProcess(into: &text)
    return Response(
      status: 200, contentType: PrometheusText.contentType, body: .bytes(Array(text.text.utf8)))
  }

  private func writeRequests(into text: inout PrometheusText) {
    let counts = metrics.counts
    text.family("martlet_requests_total", .counter, "Requests answered, by route.")
    for (key, count) in counts.requests.sorted(by: { $0.key < $1.key }) {
      text.sample(
        "martlet_requests_total",
        ["route": key.route, "method": key.method, "status": "\(key.status)"], count)
    }
    text.family(
      "martlet_request_duration_seconds", .histogram,
      "From the end of a request to its answer, waiting included, by route.")
    for (route, histogram) in counts.durations.sorted(by: { $0.key < $1.key }) {
      text.histogram("martlet_request_duration_seconds", ["route": route], histogram)
    }
    text.family("martlet_problems_total", .counter, "Requests answered by a problem, by its code.")
    for (code, count) in counts.problems.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      text.sample("martlet_problems_total", ["code": code.rawValue], count)
    }
    text.single(
      "martlet_answer_bytes_total", .counter, "Bytes of answers, heads included.",
      counts.answerBytes)
    text.single(
      "martlet_slow_queries_total", .counter,
      "Queries that took longer than the limit for the log.", counts.slowQueries)
    text.single(
      "martlet_query_timeouts_total", .counter,
      "Queries whose time ran out or that were cancelled.", counts.timeouts)
    let (now, waiting) = running.counts
    text.single("martlet_requests_running", .gauge, "Requests that are being answered.", now)
    text.single(
      "martlet_requests_waiting", .gauge, "Requests that wait for a worker or a generation.",
      waiting)
    text.single(
      "martlet_connections", .gauge, "Open connections.",
      metrics.connections.load(ordering: .relaxed))
  }

  private func writeIndexes(into text: inout PrometheusText) {
    let entries = registry.entries
    func each(_ name: String, _ help: String, _ value: (IndexRegistry.Entry) -> Int?) {
      text.family(name, .gauge, help)
      for entry in entries {
        if let value = value(entry) { text.sample(name, ["index": entry.name], value) }
      }
    }
    each("martlet_index_up", "1: some generation of the index answers.") {
      $0.opened == nil ? 0 : 1
    }
    each("martlet_index_degraded", "1: the newest generation cannot be opened, or is damaged.") {
      $0.fault == nil ? 0 : 1
    }
    each("martlet_index_generation", "The generation that answers.") {
      $0.opened.map { Int(clamping: $0.reader.generation) }
    }
    each("martlet_index_documents", "Documents that can be found.") {
      $0.opened?.reader.documentCount
    }
    each("martlet_index_deleted_documents", "Deleted documents that a merge has not removed yet.") {
      $0.opened?.reader.deletedCount
    }
    each("martlet_index_bytes", "Bytes of the files of the generation.") {
      $0.opened?.reader.sizeInBytes
    }
    each("martlet_index_segments", "Segments of the generation.") {
      $0.opened?.reader.segments.count
    }
    text.single(
      "martlet_data_directory_up", .gauge, "1: the data directory can be read.",
      registry.fault == nil ? 1 : 0)
    text.single(
      "martlet_pinned_generations", .gauge, "Generations kept for the cursors of exports.",
      registry.pinned.count)
  }

  private func writeProcess(into text: inout PrometheusText) {
    text.family("martlet_build_info", .gauge, "1; the version is in its label.")
    text.sample("martlet_build_info", ["version": Product.version], 1)
    text.single(
      "process_start_time_seconds", .gauge, "When the daemon started, in seconds since 1970.",
      metrics.startSeconds)
    let process = ProcessFigures.read()
    func single(
      _ name: String, _ kind: PrometheusText.Kind, _ help: String, _ value: (some Figure)?
    ) {
      if let value { text.single(name, kind, help, value) }
    }
    single(
      "process_cpu_seconds_total", .counter, "CPU time, user and system.", process.cpuSeconds)
    single(
      "process_resident_memory_bytes", .gauge, "Memory, mapped pages of indexes included.",
      process.residentBytes)
    single(
      "martlet_anonymous_memory_bytes", .gauge, "Memory that is no page of a file.",
      process.anonymousBytes)
    single("process_open_fds", .gauge, "Open descriptors.", process.openDescriptors)
    single("process_max_fds", .gauge, "Descriptors that may be open.", process.mostDescriptors)
  }
}

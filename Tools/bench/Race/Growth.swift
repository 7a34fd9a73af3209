import Glibc
import JSON
import Measuring

/// Our engine at indexes of growing size, at the same queries: whether time grows with the index, or slower.
struct Growth: Equatable {
  struct Size: Equatable {
    var documents: Int
    /// Bytes of the index.
    var size: Int
    /// Seconds of building it on two threads, and the largest resident set.
    var wall: Double
    var peakMemory: Int
  }

  /// Ascending.
  var sizes: [Size] = []
  /// Its engines are the sizes, in their order.
  var race: QueryRace

  init(sizes: [Size], race: QueryRace) {
    self.sizes = sizes
    self.race = race
  }

  /// - Parameters:
  ///   - scales: of the corpus, ascending.
  ///   - work: where the indexes are put; those that are there already are taken as they are.
  init(
    scales: [ScaledCorpus], queries: String, work: String, rounds: Int,
    progress: (String) -> Void
  ) throws {
    var sizes: [Size] = []
    var engines: [Peer] = []
    for scale in scales {
      let name = scale.copies > 1 ? "x\(scale.copies)" : "1-\(scale.divisor)"
      let index = "\(work)/growth-\(name)"
      let report = "\(index).json"
      if !DiskUse.exists(report) {
        progress("building \(index)")
        DiskUse.remove(index)
        try Self.build(scale, index, report)
      }
      let json = try JSONValue.parse(try readFile(report))
      guard let documents = json["documents"]?.int, let bytes = json["index_bytes"]?.int,
        let wall = json["merged_s"]?.number
      else { throw Fault("\(report): no report of an index") }
      sizes.append(
        Size(
          documents: documents, size: bytes, wall: wall,
          peakMemory: json["peak_rss_bytes"]?.int ?? 0))
      engines.append(Peer(name: "\(documents)", serve: OwnProgram.serve(index)))
    }
    self.sizes = sizes
    race = try QueryRace(
      queries: queries, engines: engines, rounds: rounds, comparesAnswers: false,
      progress: progress)
  }

  /// Builds an index from lines that are made while it reads them.
  private static func build(_ scale: ScaledCorpus, _ index: String, _ report: String) throws {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw Fault(path: "pipe", errno: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let child = try Child(
      [
        RunRecord.programPath, "index", "/dev/stdin", index, "--threads", "2", "--memory", "512M",
        "--output", "\(report).part",
      ], input: ends[0], output: STDERR_FILENO, errors: STDERR_FILENO)
    close(ends[0])
    do {
      defer { close(ends[1]) }
      try scale.write(to: ends[1]) { copy $0 }
    }
    guard try child.wait().status == 0, unsafe rename("\(report).part", report) == 0 else {
      throw Fault("\(index) could not be built")
    }
  }

  /// How time grows with the documents: the exponent of the power that fits best (least squares of the logarithms). 1 is
  /// in step; nil where there are not two sizes.
  /// - Parameter figure: of the times at one size.
  func slope(
    _ command: String, _ type: String, _ figure: KeyPath<Distribution, Double>
  ) -> Double? {
    let points = zip(sizes, race.engines).compactMap { size, engine -> (x: Double, y: Double)? in
      guard let times = race.distribution(engine, command, type) else { return nil }
      let time = times[keyPath: figure]
      return time > 0 ? (log(Double(size.documents)), log(time)) : nil
    }
    guard points.count > 1 else { return nil }
    let count = Double(points.count)
    let x = points.reduce(0) { $0 + $1.x } / count
    let y = points.reduce(0) { $0 + $1.y } / count
    let spread = points.reduce(0) { $0 + ($1.x - x) * ($1.x - x) }
    return spread > 0 ? points.reduce(0) { $0 + ($1.x - x) * ($1.y - y) } / spread : nil
  }
}

extension Growth {
  var json: JSONValue {
    [
      "sizes": .array(
        sizes.map { size in
          [
            "documents": .integer(Int64(size.documents)), "index_bytes": .integer(Int64(size.size)),
            "wall_s": .double(size.wall), "peak_bytes": .integer(Int64(size.peakMemory)),
          ]
        }),
      "race": race.json,
    ]
  }

  /// - Returns: nil when it is none.
  init?(json: JSONValue) {
    guard let list = json["sizes"]?.array, let race = json["race"].flatMap(QueryRace.init(json:)),
      race.engines.count == list.count
    else { return nil }
    var sizes: [Size] = []
    for entry in list {
      guard let documents = entry["documents"]?.int, let bytes = entry["index_bytes"]?.int else {
        return nil
      }
      sizes.append(
        Size(
          documents: documents, size: bytes, wall: entry["wall_s"]?.number ?? 0,
          peakMemory: entry["peak_bytes"]?.int ?? 0))
    }
    self.init(sizes: sizes, race: race)
  }
}

/// This program, as a shell starts it.
enum OwnProgram {
  static func serve(_ index: String) -> String {
    Peer.fill(
      "exec {program} serve {index} {queries}",
      ["program": RunRecord.programPath, "index": index])
  }

  static var index: String {
    Peer.fill(
      "exec {program} index {corpus} {index} --threads {threads}",
      ["program": RunRecord.programPath])
  }

  /// The program of that name beside this one.
  static func neighbour(_ name: String) -> String {
    let own = RunRecord.programPath
    return (own.lastIndex(of: "/").map { String(own[...$0]) } ?? "") + name
  }
}

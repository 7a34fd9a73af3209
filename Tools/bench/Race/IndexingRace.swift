import Glibc
import JSON
import Measuring

/// Engines that build an index of the same corpus, one after the other, each in a process of its own.
struct IndexingRace: Equatable {
  struct Build: Equatable {
    var name: String
    var threads: Int
    /// Seconds from the start of the process to its end, and of all its threads.
    var wall: Double
    var processor: Double
    /// Bytes: the largest resident set, mapped files included.
    var peakMemory: Int
    /// Bytes of all files of the index.
    var size: Int
  }

  var corpusBytes: Int
  var builds: [Build] = []
  var remarks: [String] = []

  init(corpusBytes: Int) { self.corpusBytes = corpusBytes }

  /// - Parameters:
  ///   - place: the directory of each peer's index, which is emptied first; what is built last stays there.
  ///   - rounds: how often each is built; the best counts.
  init(
    corpus: String, peers: [Peer], threads: [Int], rounds: Int, place: (Peer) -> String,
    progress: (String) -> Void
  ) throws {
    corpusBytes = try DiskUse.bytes(corpus)
    for round in 0..<rounds {
      for count in threads {
        for peer in peers {
          guard let command = peer.index, !remarks.contains(where: { $0.hasPrefix(peer.name) })
          else { continue }
          progress("building, \(count) thread\(count > 1 ? "s" : ""): \(peer.name)")
          let index = place(peer)
          // Nobody waits for the disk to take what others wrote.
          sync()
          do {
            let build = try Self.build(peer.name, command, corpus, index, threads: count)
            note(build, isFirst: round == 0)
          } catch {
            remarks.append("\(peer.name) is left out: \(error)")
            progress(remarks[remarks.count - 1])
          }
        }
      }
    }
  }

  static func build(
    _ name: String, _ command: String, _ corpus: String, _ index: String, threads: Int
  ) throws -> Build {
    DiskUse.remove(index)
    let filled = Peer.fill(
      command, ["corpus": corpus, "index": index, "threads": "\(threads)"])
    let start = Clock.wall()
    // What it prints is of no use here, and standard output is ours.
    let child = try Child(["sh", "-c", filled], output: STDERR_FILENO, errors: STDERR_FILENO)
    let usage = try child.wait()
    let wall = Clock.seconds(Clock.wall() - start)
    guard usage.status == 0 else { throw Fault("\(filled): ends with \(usage.status)") }
    return Build(
      name: name, threads: threads, wall: wall, processor: usage.processor,
      peakMemory: usage.peakMemory, size: try DiskUse.bytes(index))
  }

  private mutating func note(_ build: Build, isFirst: Bool) {
    let known = builds.firstIndex { $0.name == build.name && $0.threads == build.threads }
    guard let known else { return builds.append(build) }
    if build.wall < builds[known].wall { builds[known] = build }
  }
}

extension IndexingRace {
  var json: JSONValue {
    [
      "corpus_bytes": .integer(Int64(corpusBytes)),
      "builds": .array(
        builds.map { build in
          [
            "name": .string(build.name), "threads": .integer(Int64(build.threads)),
            "wall_s": .double(build.wall), "cpu_s": .double(build.processor),
            "peak_bytes": .integer(Int64(build.peakMemory)),
            "index_bytes": .integer(Int64(build.size)),
          ]
        }),
      "remarks": .array(remarks.map { .string($0) }),
    ]
  }

  /// - Returns: nil when it is none.
  init?(json: JSONValue) {
    guard let bytes = json["corpus_bytes"]?.int, let list = json["builds"]?.array else {
      return nil
    }
    self.init(corpusBytes: bytes)
    for entry in list {
      guard let name = entry["name"]?.string, let threads = entry["threads"]?.int,
        let wall = entry["wall_s"]?.number, let size = entry["index_bytes"]?.int
      else { return nil }
      builds.append(
        Build(
          name: name, threads: threads, wall: wall, processor: entry["cpu_s"]?.number ?? 0,
          peakMemory: entry["peak_bytes"]?.int ?? 0, size: size))
    }
    remarks = json["remarks"]?.array?.compactMap(\.string) ?? []
  }
}

/// Files as they lie on disk.
enum DiskUse {
  /// Bytes of a file, or of all files below a directory.
  static func bytes(_ path: String) throws(Fault) -> Int {
    let output = Child.output(of: ["du", "-sb", "--apparent-size", "--", path])
    guard let first = output?.split(separator: "\t").first, let bytes = Int(first) else {
      throw Fault("\(path): nothing was built there")
    }
    return bytes
  }

  /// With everything in it.
  static func remove(_ path: String) { _ = Child.output(of: ["rm", "-rf", "--", path]) }

  /// The path from the root on, of what is there.
  static func absolute(_ path: String) throws(Fault) -> String {
    guard let line = Child.output(of: ["realpath", "--", path])?.split(separator: "\n").first else {
      throw Fault("\(path) is not there")
    }
    return String(line)
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
}

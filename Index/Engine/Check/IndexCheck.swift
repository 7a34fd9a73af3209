// The whole of an index, read and compared with what it says of itself: `martlet verify`.

import Bytes

public enum IndexCheck {
  /// Something that is not as it must be.
  public struct Finding: Sendable, Equatable, CustomStringConvertible {
    public var file: String
    /// Byte in the file, as near as it is known.
    public var offset: Int
    public var detail: String

    public var description: String { "\(file): byte \(offset): \(detail)" }
  }

  public struct Report: Sendable {
    public var generation: UInt64?
    public var findings: [Finding] = []
    /// Files read, and their bytes.
    public var fileCount = 0
    public var byteCount = 0
    /// Live documents of the newest generation.
    public var documentCount = 0
    /// Files of dead writers, or of writers at work, that no manifest names. No damage.
    public var orphans: [String] = []
    public var isSound: Bool { findings.isEmpty }
  }

  /// Reads every file that a manifest names: checksums, then structure, then what holds between segments.
  /// - Parameter progress: told bytes done and all bytes, after each segment.
  /// - Throws: `notFound` when there is no index. Everything else is a finding.
  public static func run(
    _ directory: any Directory, progress: (@Sendable (_ done: Int, _ all: Int) -> Void)? = nil
  ) throws(IndexError) -> Report {
    var report = Report()
    let manifestName = "\(directory.path)/\(FileName.manifest)"
    let manifest: Manifest
    do throws(IndexError) {
      guard let read = try Commit.readManifest(directory) else {
        throw .notFound("index \(directory.path)")
      }
      manifest = read
    } catch {
      if case .notFound = error { throw error }
      report.findings.append(Finding(error, file: manifestName))
      return report
    }
    report.generation = manifest.generation
    report.fileCount = 1
    attempt(&report, manifestName) { (report) throws(IndexError) in
      report.byteCount += try directory.length(of: FileName.manifest) ?? 0
    }
    checkContents(directory, manifest, progress, &report)
    for file in manifest.fence?.touched ?? [] {
      let full = "\(directory.path)/\(file.name)"
      attempt(&report, full) { (report) throws(IndexError) in
        report.fileCount += 1
        report.byteCount += file.length
        _ = try TouchedIDs(decoding: try directory.open(file.name), name: full)
      }
    }
    attempt(&report, directory.path) { (report) throws(IndexError) in
      let known = manifest.fileNames
      let names = try directory.list()
      report.orphans = names.filter { name in
        FileName.writer(of: name) != nil && !name.hasSuffix(".lock") && !known.contains(name)
      }.sorted()
    }
    return report
  }

  private static func checkContents(
    _ directory: any Directory, _ manifest: Manifest,
    _ progress: (@Sendable (_ done: Int, _ all: Int) -> Void)?, _ report: inout Report
  ) {
    let contents = [manifest.content] + manifest.retained.map(\.content)
    let sizes = contents.flatMap(\.segments).reduce(into: [:]) { $0[$1.file.name] = $1.file.length }
    let total = sizes.values.reduce(0, +)
    var done = 0
    let files = SegmentFiles(directory)
    var checked: Set<String> = []
    var sound: Set<String> = []
    for content in contents {
      var schema = Schema()
      attempt(&report, "\(directory.path)/\(FileName.manifest)") { (_) throws(IndexError) in
        schema = try content.parsedSchema(path: directory.path)
      }
      for entry in content.segments {
        if checked.insert(entry.name).inserted {
          attempt(&report, "\(directory.path)/\(entry.name)") { (report) throws(IndexError) in
            report.fileCount += 1
            report.byteCount += entry.file.length
            let check = SegmentCheck(try files.reader(entry), schema: schema)
            check.run()
            report.findings += check.findings
            if check.findings.isEmpty { sound.insert(entry.name) }
          }
          done += entry.file.length
          progress?(done, total)
        }
        guard let live = entry.live, checked.insert(live.file.name).inserted else { continue }
        attempt(&report, "\(directory.path)/\(live.file.name)") { (report) throws(IndexError) in
          report.fileCount += 1
          report.byteCount += live.file.length
          _ = try files.live(entry)
          sound.insert(live.file.name)
        }
      }
      let isSound = content.segments.allSatisfy { entry in
        sound.contains(entry.name) && entry.live.map { sound.contains($0.file.name) } ?? true
      }
      guard isSound else { continue }
      attempt(&report, directory.path) { (report) throws(IndexError) in
        try checkIDs(directory, content, files, &report)
      }
    }
    report.documentCount = manifest.segments.reduce(0) { $0 + $1.liveCount }
  }

  /// Every document has one id, and of each id one document lives.
  private static func checkIDs(
    _ directory: any Directory, _ content: Manifest.Content, _ files: SegmentFiles,
    _ report: inout Report
  ) throws(IndexError) {
    var readers: [SegmentReader] = []
    var lives: [LiveDocs?] = []
    var bearers: [BitSet] = []
    for entry in content.segments {
      let reader = try files.reader(entry)
      readers.append(reader)
      lives.append(try files.live(entry))
      bearers.append(BitSet(count: reader.documentCount))
    }
    var merged = try MergedTerms(readers.map(\.ids))
    var doubled = 0
    while try merged.next() {
      var live = 0
      for (index, source) in merged.sources.enumerated() {
        let entry = try merged.cursors[merged.places[index]].entry()
        try readers[source].documents(of: entry) { document in
          bearers[source].insert(document)
          if lives[source]?.isLive(document) ?? true { live += 1 }
        }
      }
      if live > 1 { doubled += 1 }
    }
    if doubled > 0 {
      report.findings.append(
        Finding(
          file: directory.path, offset: 0, detail: "\(doubled) ids with several live documents"))
    }
    for (source, reader) in readers.enumerated()
    where bearers[source].population < reader.documentCount {
      report.findings.append(
        Finding(file: reader.name, offset: 0, detail: "documents without an id"))
    }
  }

  private static func attempt(
    _ report: inout Report, _ file: String,
    _ body: (inout Report) throws(IndexError) -> Void
  ) {
    do throws(IndexError) {
      try body(&report)
    } catch {
      report.findings.append(Finding(error, file: file))
    }
  }
}

extension IndexCheck.Finding {
  /// - Parameter file: where it was found, when the error does not name one.
  init(_ error: IndexError, file: String) {
    if case .corrupt(let file, let offset, let detail) = error {
      self.init(file: file, offset: offset, detail: detail)
    } else {
      self.init(file: file, offset: 0, detail: error.description)
    }
  }
}

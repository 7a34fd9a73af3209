import Analysis
import Glibc
import InvertedIndex
import JSON
import Measuring

/// One run, step by step, to its report.
struct Comparison {
  let options: Compare
  let work: Work
  /// Does a task in a folder with so many threads: in a child, so that its memory is its own.
  var perform: (Child.Task, String, Int) throws(Failure) -> JSONValue
  private let progress: Progress

  init(options: Compare, work: Work) {
    self.options = options
    self.work = work
    perform = { (task, folder, threads) throws(Failure) in
      try Child.run(task, folder: folder, threads: threads)
    }
    progress = Progress(quiet: options.quiet)
  }

  func run() throws(Failure) -> Report {
    defer { progress.clear() }
    progress.step("reading")
    let seed = options.seed ?? 1
    var scan = try DocumentScan(
      paths: options.documents, analyzer: options.analyzer,
      fields: options.fields?.split(separator: ",").map(String.init) ?? [], seed: seed,
      note: progress.note)
    scan.plan.memory = options.memory << 20
    var report = Report(scan: scan, seed: options.queries == nil ? seed : nil)
    report.rounds = options.rounds
    report.builds = options.builds

    let ours = "\(work.path)/martlet"
    let theirs = "\(work.path)/fts5"
    for turn in 1...options.builds {
      for (place, threads) in options.threadCounts.enumerated() {
        progress.step("building Martlet's index, \(threads) thread\(threads > 1 ? "s" : "")")
        let name = place == 0 ? "martlet" : "martlet-\(threads)"
        let folder = try work.folder(name, scan.plan)
        let build = try Build(json: try perform(.buildMartlet, folder, threads))
        if place == 0, turn == 1, !build.refused.isEmpty { scan.skip(build.refused) }
        report.note(build, threads: threads)
      }
      progress.step("building FTS5's table")
      let folder = try work.folder("fts5", scan.plan)
      report.note(fts5: try Build(json: try perform(.buildFTS5, folder, 1)))
    }
    report.scan = scan

    let martlet = try MartletIndex(folder: ours)
    let fts5 = try FTS5Index(folder: theirs)
    let queries = try PairedQueries(try queryList(martlet, scan, &report), scan.plan)
    report.leftOut = queries.leftOut
    report.queries = queries.all

    progress.step("comparing match sets")
    report.agreement = try Agreement.of(queries.all, scan, martlet, fts5) {
      progress.step("comparing match sets", share: $0)
    }
    for (folder, task) in [(ours, Child.Task.searchMartlet), (theirs, .searchFTS5)] {
      progress.step("searching, for the memory of it")
      try work.write(queries.all, in: folder)
      let memory = ProcessMemory(json: try perform(task, folder, 1))
      if task == .searchMartlet { report.searching.ours = memory }
      if task == .searchFTS5 { report.searching.theirs = memory }
    }
    let race = try Race(queries.all, rounds: options.rounds, martlet, fts5) {
      progress.step("timing", share: $0)
    }
    report.race = race
    report.figures = TypeFigures.all(queries.all, race, report.agreement)
    progress.step("what people type")
    report.typed = Typed.run(martlet, fts5)
    return report
  }

  private func queryList(
    _ martlet: MartletIndex, _ scan: DocumentScan, _ report: inout Report
  ) throws(Failure) -> [ComparedQuery] {
    if let path = options.queries { return try QueryFile.read(path, scan.plan) }
    progress.step("drawing queries")
    let types = QueryDrawing.types
    guard let analyzer = Analyzer.named(scan.plan.analyzer) else { return [] }
    var drawing = QueryDrawing(
      sample: scan.sample, documentCount: martlet.documentCount,
      fields: scan.plan.columns.filter(\.isSearched).map(\.name), analyzer: analyzer,
      seed: options.seed ?? 1
    ) { (text) throws(Failure) in
      try Interruption.check()
      let answer = try martlet.answer(SearchRequest(query: text))
      return (answer.count, answer.warnings.contains("too_many_expansions"))
    }
    let count = options.count ?? 100 * types.count
    let queries = try drawing.draw(count, types: types)
    if queries.count < count {
      report.remarks.append("\(queries.count) different queries found, of \(count)")
    }
    return queries
  }
}

/// What is being done, as one line on standard error where that is a terminal.
final class Progress {
  private let isShown: Bool
  private let isQuiet: Bool
  private var drawn: UInt64 = 0
  private var label = ""

  init(quiet: Bool) {
    isQuiet = quiet
    isShown = !quiet && isatty(STDERR_FILENO) == 1
  }

  /// - Parameter share: of the step, that is done.
  func step(_ label: String, share: Double? = nil) {
    if !isShown {
      if label != self.label, !isQuiet { complain("martlet-compare: \(label)") }
      self.label = label
      return
    }
    let now = Clock.wall()
    guard label != self.label || now - drawn > 100_000_000 else { return }
    self.label = label
    drawn = now
    let percent = share.map { " \(Int($0 * 100)) %" } ?? "…"
    write("\r\u{1B}[K\(label)\(percent)")
  }

  func note(_ message: String) {
    guard !isQuiet else { return }
    clear()
    complain("martlet-compare: \(message)")
  }

  func clear() { if isShown { write("\r\u{1B}[K") } }

  private func write(_ text: String) {
    try? writeAll(STDERR_FILENO, Array(text.utf8), path: "standard error")
  }
}

import InvertedIndex
import JSON

/// The end of a run that read documents, in one place for `index`, `rebuild` and `--dry-run`: one line of words and one of what
/// was passed over, or one object of JSON.
struct RunReport {
  let name: String
  /// First members of the object.
  let members: [(name: String, value: Int)]
  /// `3 added, 1 replaced`.
  let words: String
  /// Documents a second say something.
  var hasRate = true
  /// Nothing has been written.
  var isDry = false

  func print(_ reading: Reading, _ common: CommonOptions) {
    if common.json {
      let output = Output(1)
      var writer = JSONWriter()
      writer.object { writer in
        if isDry { writer.field("dry_run", true) }
        for member in members { writer.field(member.name, member.value) }
        reading.refusals.write(into: &writer)
        writer.field("took_us", Int(reading.elapsed * 1e6))
      }
      writer.newline()
      output.write(writer.bytes)
      output.flush()
      return
    }
    let done = reading.done
    let seconds = max(reading.elapsed, 0.001)
    var line = "\(name): \(words)\(reading.refusals.summary) in \(Progress.duration(seconds))"
    if hasRate, !isDry, done.documents > 0 {
      line +=
        " (\(grouped(Int(Double(done.documents) / seconds)))/s, \(oneDecimal(Double(done.bytes) / seconds / 1e6)) MB/s)"
    }
    common.note(line)
    if let passedOver = reading.refusals.passedOver { common.note("  \(passedOver)") }
  }

  /// "3 added, 1 replaced": parts that are 0 are left out, but for the first.
  static func words(_ parts: [(count: Int, word: String)]) -> String {
    parts.enumerated().filter { $0.offset == 0 || $0.element.count > 0 }
      .map { "\(grouped($0.element.count)) \($0.element.word)" }.joined(separator: ", ")
  }
}

import Analysis
import InvertedIndex
import Measuring

extension Micro {
  /// Text to tokens, words to index terms, and the table of words of a segment being built.
  static func text(_ sampler: inout Sampler) throws {
    guard ["tokenise", "stem", "words"].contains(where: sampler.wants) else { return }
    var source = SyntheticText(seed: 3)
    let plain = source.ascii(1 << 20)
    let mixed = source.mixed(1 << 20)
    for (name, text) in [("ASCII", plain), ("mixed", mixed)] {
      for analyzer in ["standard", "whitespace"] {
        try tokenise(&sampler, "\(analyzer), \(name)", text, analyzer)
      }
    }
    for analyzer in ["standard", "english"] { try stem(&sampler, analyzer, source.vocabulary) }
    try words(&sampler, plain)
  }

  private static func named(_ name: String) throws -> Analyzer {
    guard let analyzer = Analyzer.named(name) else { throw Fault("there is no analyzer \(name)") }
    return analyzer
  }

  /// By pieces of 4 KiB, as documents come.
  private static func tokenise(
    _ sampler: inout Sampler, _ name: String, _ text: [UInt8], _ analyzer: String
  ) throws {
    let analyzer = try named(analyzer)
    var buffer = TokenBuffer()
    try sampler.measure("tokenise", name, unit: "byte", elements: text.count) {
      var sum: UInt64 = 0
      var start = 0
      while start < text.count {
        let end = min(start + 4_096, text.count)
        buffer.removeAll()
        let piece = unsafe text.span.bytes.extracting(start..<end)
        sum &+= UInt64(analyzer.tokenize(piece, into: &buffer)) &+ UInt64(buffer.count)
        start = end
      }
      return sum
    }
  }

  /// Each distinct word once, as a segment does it.
  private static func stem(
    _ sampler: inout Sampler, _ name: String, _ vocabulary: [String]
  ) throws {
    let analyzer = try named(name)
    let words = vocabulary.prefix(4_096).map { Array($0.utf8) }
    var scratch = analyzer.makeScratch()
    var form: [UInt8] = []
    try sampler.measure("stem", "\(name), a word to its term", unit: "word", elements: words.count)
    {
      var sum: UInt64 = 0
      for word in words {
        analyzer.indexForm(unsafe word.span.bytes, scratch: &scratch, into: &form)
        sum &+= UInt64(form.count) &+ UInt64(form[form.count - 1])
      }
      return sum
    }
  }

  private static func words(_ sampler: inout Sampler, _ text: [UInt8]) throws {
    let analyzer = try named("standard")
    var tokens = TokenBuffer()
    _ = analyzer.tokenize(unsafe text.span.bytes, into: &tokens)
    let count = tokens.count
    try sampler.measure(
      "words", "insert into an empty table", unit: "token", elements: count
    ) {
      var table = WordTableProbe()
      table.insert(tokens)
      return UInt64(table.count)
    }
    var table = WordTableProbe()
    table.insert(tokens)
    try sampler.measure(
      "words", "look up, \(table.count) distinct", unit: "token", elements: count
    ) {
      table.find(tokens)
    }
  }
}

import Logging
import Testing

@testable import Server

@Suite("Log lines")
struct StandardErrorLogTests {
  @Test("no text can end a line or move the cursor")
  func escapes() {
    var line = ""
    StandardErrorLog.escape("a\nb\u{1b}[2Jc\u{202e}\u{85}\u{7f}\\ é\"", quoted: false, into: &line)
    #expect(line == "a\\nb\\u{1b}[2Jc\\u{202e}\\u{85}\\u{7f}\\\\ é\"")
    line = ""
    StandardErrorLog.escape("say \"x\"", quoted: true, into: &line)
    #expect(line == "say \\\"x\\\"")
  }

  @Test("each level has its priority in the journal")
  func priorities() {
    let priorities: [(Logger.Level, String)] = [
      (.trace, "<7>"), (.debug, "<7>"), (.info, "<6>"), (.notice, "<5>"), (.warning, "<4>"),
      (.error, "<3>"), (.critical, "<2>"),
    ]
    for (level, priority) in priorities {
      let line = StandardErrorLog.line(level, "it is so", ["b": "2", "a": "x y"], .journal)
      #expect(line == "\(priority)it is so a=\"x y\" b=2\n")
    }
  }

  @Test("elsewhere a line begins with the time and the level")
  func forms() throws {
    let file = StandardErrorLog.line(.warning, "m", [:], .file)
    #expect(file.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ warning m\n/) != nil, "\(file)")
    let terminal = StandardErrorLog.line(.info, "m", [:], .terminal)
    #expect(terminal.wholeMatch(of: /\d\d:\d\d:\d\d info    m\n/) != nil, "\(terminal)")
  }

  @Test("values that could be taken for others are quoted, long ones are cut, whole lines too")
  func values() {
    for (value, written) in [("", "\"\""), ("a=b", "\"a=b\""), ("a\"b", "\"a\\\"b\""), ("é", "é")] {
      #expect(
        StandardErrorLog.line(.info, "m", ["k": "\(value)"], .journal) == "<6>m k=\(written)\n")
    }
    let long = String(repeating: "é\n", count: 40_000)
    var metadata: Logger.Metadata = [:]
    for number in 0..<40 { metadata["k\(number)"] = "\(long)" }
    let line = StandardErrorLog.line(.info, long, metadata, .journal)
    #expect(line.utf8.count < 20_000)
    #expect(line.utf8.count { $0 == 0x0a } == 1)
    #expect(line.contains("…"))
  }

  @Test("the level can be changed while loggers are in use")
  func threshold() {
    let threshold = StandardErrorLog.Threshold(.error)
    let logger = Logger(label: "test") { _ in StandardErrorLog(threshold: threshold) }
    #expect(logger.logLevel == .error)
    threshold.level = .debug
    #expect(logger.logLevel == .debug)
  }
}

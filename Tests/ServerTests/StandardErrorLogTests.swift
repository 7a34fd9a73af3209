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
}

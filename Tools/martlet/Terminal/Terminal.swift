import Glibc

/// The terminal at the other end of a descriptor, if there is one.
struct Terminal {
  let descriptor: Int32
  let isTerminal: Bool
  /// Bold and colours are welcome: a terminal, and neither NO_COLOR nor TERM=dumb.
  let styled: Bool

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    isTerminal = isatty(descriptor) == 1
    let noColor = environment("NO_COLOR") ?? ""
    styled = isTerminal && noColor.isEmpty && environment("TERM") != "dumb"
  }

  /// Columns; 80 when nobody knows.
  var width: Int {
    var size = winsize()
    let answered = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
    return answered && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  enum Style: String {
    case bold = "1"
    case dim = "2"
    /// Bold yellow: what the query matched.
    case match = "1;33"
    case warning = "35"
  }

  func style(_ text: String, _ style: Style) -> String {
    styled ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// The value of an environment variable.
func environment(_ name: String) -> String? {
  guard let value = unsafe getenv(name) else { return nil }
  return unsafe String(cString: value)
}

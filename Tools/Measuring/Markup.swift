import Glibc

/// HTML and SVG being written, element by element. Text and attributes are escaped here and nowhere else.
package struct Markup {
  package private(set) var text = ""

  package init() {}

  package static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in Figures.visible(text).unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// An element around what `body` writes.
  package mutating func element(
    _ name: String, _ attributes: [(String, String)] = [], _ body: (inout Markup) -> Void
  ) {
    open(name, attributes)
    body(&self)
    text += "</\(name)>"
    if Self.blocks.contains(name) { text += "\n" }
  }

  /// An element with nothing but text in it.
  package mutating func element(
    _ name: String, _ attributes: [(String, String)] = [], _ content: String
  ) {
    element(name, attributes) { $0.text += Self.escaped(content) }
  }

  /// An element of SVG without content but, if given, a title: what a pointer and a screen reader tell of it.
  package mutating func shape(
    _ name: String, _ attributes: [(String, String)], title: String? = nil
  ) {
    element(name, attributes) { markup in
      if let title { markup.element("title", [], title) }
    }
  }

  package mutating func write(_ content: String) { text += Self.escaped(content) }

  /// What is markup already.
  package mutating func raw(_ markup: String) { text += markup }

  private static let blocks: Set<String> = [
    "p", "h1", "h2", "table", "tr", "section", "figure", "svg", "g", "details", "li", "ul", "dl",
    "div", "header", "main", "body", "head", "rect", "line", "text",
  ]

  private mutating func open(_ name: String, _ attributes: [(String, String)]) {
    text += "<\(name)"
    for (name, value) in attributes { text += " \(name)=\"\(Self.escaped(value))\"" }
    text += ">"
  }
}

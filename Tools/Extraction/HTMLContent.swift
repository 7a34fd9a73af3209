/// A page as it is read: blocks of visible text in order, the elements around them, and what the page says
/// about itself.
///
/// There is no tree of nodes. An element knows its parent and the range of its blocks, which is all that
/// telling the article from the rest needs; the elements stand in the order of their starts, so that parents
/// come before children. Everything is bounded: depth, elements, bytes of text.
final class HTMLContent {
  struct Element {
    let parent: Int
    let tag: HTMLTag
    let hints: HTMLHints
    /// The blocks inside.
    var blocks: Range<Int>
    /// Words inside: all, those in links, those of lines that read like sentences.
    var words = 0
    var linkedWords = 0
    var proseWords = 0
    /// Lines of three words and more that are nothing but a link.
    var linkLines = 0
  }

  /// A line: what stands between two borders of blocks, its white space collapsed.
  struct Block {
    let line: PageLines.Line
    /// The innermost element that is a block.
    let element: Int
    /// Part of the text inside links, 0...1.
    let linked: Double
    let joint: Joint
    /// 1...6; 0 is no heading.
    let level: Int
  }

  /// The strongest border before a block: the next cell of a row, a line's break, a paragraph's end.
  enum Joint: Int { case cell, line, paragraph }

  private(set) var elements: [Element] = []
  private(set) var blocks: [Block] = []
  private(set) var about = HTMLStatements()
  /// The page has more text than is wanted.
  private(set) var isCut = false

  private let mostText: Int
  private var textBytes = 0

  private struct Open {
    let tag: HTMLTag
    /// Its index; of an element that is no block, its block's.
    let element: Int
    let isSkipped: Bool
    let isCaptured: Bool
  }

  private var open: [Open] = []
  /// Starts beyond the greatest depth, whose ends are to come.
  private var overflow = 0
  private var skipped = 0
  /// How many elements were open where the link began that the text is in.
  private var link: Int?
  private var preformatted = 0
  private var level = 0
  private var hasTitle = false

  private var line: [UInt8] = []
  private var lineLinked = 0
  private var lineElement = 0
  private var lineLevel = 0
  private var lineIsPreformatted = false
  private var pendingSpace = false
  private var joint = Joint.paragraph

  /// As deep as browsers nest elements.
  private static let deepest = 512
  private static let mostElements = 1_000_000
  private static let mostBlocks = 1_000_000
  /// Bytes: a line without a border is cut here.
  private static let longestLine = 256 << 10

  init(mostText: Int) {
    self.mostText = mostText
    elements.append(
      Element(parent: -1, tag: .root, hints: [], blocks: 0..<0))
  }

  /// False: enough.
  func start(_ name: String, _ attributes: HTMLAttributes) -> Bool {
    guard let tag = HTMLTag(name) else {
      push(Open(tag: .inline, element: current, isSkipped: false, isCaptured: false))
      return true
    }
    if tag == .meta || tag == .relation {
      if skipped == 0 { about.add(tag, attributes) }
    } else if name == "html" {
      about.language(attributes)
    } else if tag == .title, skipped == 0, !hasTitle, open.count < Self.deepest {
      hasTitle = true
      about.startCapture(.title)
      push(Open(tag: tag, element: current, isSkipped: true, isCaptured: true))
      return true
    }
    if tag == .lineBreak {
      if skipped == 0 { flush(then: .line) }
    }
    var isSkipped = tag == .foreign || tag == .noscript || tag == .title
    var element = current
    let hints = HTMLHints(attributes)
    if tag.isBlock {
      flush(then: Self.joint(tag))
      if elements.count < Self.mostElements {
        elements.append(
          Element(parent: current, tag: tag, hints: hints, blocks: blocks.count..<blocks.count))
        element = elements.count - 1
      }
    }
    if hints.contains(.hidden), tag != .root { isSkipped = true }
    var isCaptured = false
    if skipped == 0, !isSkipped, open.count < Self.deepest {
      if tag == .time { about.addTime(attributes, block: blocks.count) }
      if let weight = about.bylineWeight(of: tag, attributes, hints) {
        about.startCapture(.byline, weight: weight, block: blocks.count)
        isCaptured = true
      }
    }
    if tag == .heading { level = Int(name.utf8.last ?? 0) - 0x30 }
    // Links do not nest: the next anchor ends one that was left open. A heading's link to itself is none.
    if tag == .link {
      let isLink = attributes["href"].map { level == 0 || !$0.hasPrefix("#") } ?? false
      link = isLink ? open.count : nil
    }
    push(Open(tag: tag, element: element, isSkipped: isSkipped, isCaptured: isCaptured))
    return true
  }

  private static func joint(_ tag: HTMLTag) -> Joint {
    switch tag {
    case .cell: .cell
    case .item, .row: .line
    default: .paragraph
    }
  }

  private var current: Int { open.last?.element ?? 0 }

  private func push(_ element: Open) {
    guard open.count < Self.deepest else {
      overflow += 1
      return
    }
    open.append(element)
    if element.isSkipped { skipped += 1 }
    if element.tag == .preformatted { preformatted += 1 }
  }

  func end() {
    guard overflow == 0 else {
      overflow -= 1
      if skipped == 0 { flush(then: .paragraph) }
      return
    }
    guard let last = open.last else { return }
    if last.tag.isBlock { flush(then: Self.joint(last.tag)) }
    open.removeLast()
    if last.isCaptured { about.endCapture() }
    if last.isSkipped { skipped -= 1 }
    if link == open.count { link = nil }
    if last.tag == .preformatted { preformatted -= 1 }
    if last.tag == .heading { level = 0 }
    if last.tag.isBlock { close(last.element) }
  }

  /// The words of an element are its parent's, too.
  private func close(_ index: Int) {
    guard index > 0, index != current else { return }
    elements[index].blocks = elements[index].blocks.lowerBound..<blocks.count
    let element = elements[index]
    elements[element.parent].words += element.words
    elements[element.parent].linkedWords += element.linkedWords
    elements[element.parent].proseWords += element.proseWords
    elements[element.parent].linkLines += element.linkLines
  }

  /// False: enough.
  func text(_ bytes: Span<UInt8>) -> Bool {
    if about.isCapturing { about.capture(bytes) }
    guard skipped == 0 else { return true }
    let isLinked = link != nil
    for index in bytes.indices {
      let byte = bytes[index]
      if byte <= 0x20 {
        if preformatted > 0, !line.isEmpty {
          if byte == 0x0a || byte == 0x09 || byte == 0x20 { line.append(byte) }
        } else {
          pendingSpace = true
        }
        continue
      }
      if line.isEmpty {
        lineElement = current
        lineLevel = level
        lineIsPreformatted = preformatted > 0
      } else if pendingSpace {
        line.append(0x20)
      }
      pendingSpace = false
      line.append(byte)
      if isLinked { lineLinked += 1 }
    }
    if line.count > Self.longestLine { flush(then: .line) }
    guard textBytes <= mostText, blocks.count < Self.mostBlocks else {
      isCut = true
      return false
    }
    return true
  }

  /// Ends the line.
  private func flush(then next: Joint) {
    defer {
      line.removeAll(keepingCapacity: true)
      lineLinked = 0
      pendingSpace = false
      if next.rawValue > joint.rawValue { joint = next }
    }
    guard !line.isEmpty else { return }
    let text = HTMLText.line(line)
    guard !text.isEmpty else { return }
    let read = PageLines.Line(text, followsBlank: joint == .paragraph)
    let letters = max(1, line.count { $0 > 0x20 })
    let linked = Double(lineLinked) / Double(letters)
    textBytes += line.count + 2
    blocks.append(
      Block(
        line: read, element: lineElement, linked: linked, joint: joint, level: lineLevel))
    joint = .cell
    elements[lineElement].words += read.words
    elements[lineElement].linkedWords += Int(Double(read.words) * linked)
    if linked > 0.8, read.words >= 3 { elements[lineElement].linkLines += 1 }
    let isProse = read.words >= 8 && read.endsSentence || read.words >= 20
    if linked < 0.5 && isProse || lineIsPreformatted {
      elements[lineElement].proseWords += read.words
    }
  }

  /// After the last event.
  func finish() {
    while !open.isEmpty { end() }
    flush(then: .paragraph)
    elements[0].blocks = 0..<blocks.count
  }
}

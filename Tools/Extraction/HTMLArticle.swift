/// The main text of a page: which of its blocks are the article.
///
/// Each block weighs what its words and punctuation tell (`PageLines`), corrected by what only HTML tells: links
/// (text that is mostly links is a menu: Kohlschütter, Fankhauser and Nejdl, "Boilerplate Detection using
/// Shallow Text Features", WSDM 2010; Pomikálek's jusText, 2011), elements and names that mean furniture
/// (Mozilla's Readability; Barbaresi's trafilatura, ACL 2021), and lists and tables without links, which are
/// content. The article is the stretch of blocks with the greatest sum (Pasternack and Roth, "Extracting Article
/// Text from the Web with Maximum Subsequence Segmentation", WWW 2009) without the furniture in it. An element
/// that holds most of the prose is never furniture, whatever it is called.
struct HTMLArticle {
  /// Indices of the article's blocks, in order; empty where the page has no article.
  private(set) var blocks: [Int] = []

  private let content: HTMLContent
  private(set) var weights: [Double] = []
  let isFurniture: [Bool]

  // Found on saved pages; see `PageLines`.
  private static let mostlyLinks: Double = 0.6
  private static let furnitureWeight = -3.0
  private static let outside = -8.0
  /// An element with this part of the page's prose is no furniture.
  private static let mostProse = 0.4
  /// The body of an article has at least this part of the positive weights.
  private static let wholeBody = 0.6
  /// A list of articles has a link to each and at most so many words about it.
  private static let teaser = 45
  /// Plain pages have at most this part of their words in links.
  private static let plainLinks = 0.1
  /// Words that make an article.
  private static let fewestWords = 20
  /// Fewer make one only when they are a tenth of the page: else it is an index of articles.
  private static let enoughWords = 60
  private static let leastWeight = 20.0
  /// Words that a main element has at least.
  private static let fewestMainWords = 5
  /// A line with this part of it in links is a link.
  private static let onlyLinks = 0.8
  /// More of the words in such lines make a list of links.
  private static let mostLinkLines = 0.3

  init(_ content: HTMLContent) {
    self.content = content
    isFurniture = Self.furniture(content.elements)
    weights = content.blocks.map { self.weight(of: $0) }
    guard isSite else {
      blocks = Array(content.blocks.indices)
      return
    }
    let body = bestBody(weights)
    if let body {
      for index in weights.indices {
        if !body.contains(index) {
          weights[index] = min(weights[index], Self.outside)
        } else if isFurniture[content.blocks[index].element] {
          // It interrupts the article and does not end it.
          weights[index] = 0
        }
      }
    }
    let lines = zip(content.blocks, weights).map { block, weight in
      var line = block.line
      line.weight = weight
      return line
    }
    let page = PageLines(Array(lines))
    let stretch = page.body.filter { isText($0) && page.lines[$0].weight > PageLines.interruption }
    let sum = stretch.reduce(0.0) { $0 + max(0, page.lines[$1].weight) }
    let words = words(stretch)
    let isEnough =
      words >= Self.fewestWords && sum >= Self.leastWeight
      && (words >= Self.enoughWords || words * 10 >= content.elements[0].words)
    let main = landmark
    // An article inside the main element is the more exact.
    if body == nil || body == main, let whole = whole(main, beyond: stretch) {
      blocks = whole
    } else if isEnough {
      blocks = stretch
    }
  }

  /// Neither furniture nor a word of a menu.
  private func isText(_ index: Int) -> Bool {
    let block = content.blocks[index]
    return !isFurniture[block.element]
      && !(PageLines.isMenu(block.line.lowercased) && block.level == 0)
  }

  private func words(_ blocks: [Int]) -> Int {
    blocks.reduce(0) { $0 + content.blocks[$1].line.words }
  }

  /// All text of the element that is the main one by its name, when what it has beside the stretch is no list of
  /// links: manuals have much in their main text that reads like no article.
  private func whole(_ range: Range<Int>?, beyond stretch: [Int]) -> [Int]? {
    guard let range else { return nil }
    let text = range.filter { isText($0) }
    let known = Set(stretch)
    let rest = text.filter { !known.contains($0) }
    let linked = rest.filter { content.blocks[$0].linked > Self.onlyLinks }
    guard words(text) >= Self.fewestMainWords,
      Double(words(linked)) <= Self.mostLinkLines * Double(words(rest))
    else { return nil }
    return text
  }

  /// The blocks of the page's only main element.
  private var landmark: Range<Int>? {
    var found: Range<Int>?
    for element in content.elements
    where element.tag == .main || element.hints.contains(.landmark) {
      if let found, found.contains(element.blocks) { continue }
      guard found == nil else { return nil }
      found = element.blocks
    }
    return found
  }

  /// Whether anything around the text is there: links, furniture, or the words of menus. A plain page, as a manual
  /// or a specification may be, is all content.
  private var isSite: Bool {
    let page = content.elements[0]
    if Double(page.linkedWords) > Self.plainLinks * Double(page.words) { return true }
    if isFurniture.contains(true) { return true }
    var signs: Set<String> = []
    for block in content.blocks where PageWords.signs.contains(block.line.lowercased) {
      signs.insert(block.line.lowercased)
      if signs.count == 2 { return true }
    }
    return false
  }

  /// Which elements are furniture. Parents come before children: one pass.
  private static func furniture(_ all: [HTMLContent.Element]) -> [Bool] {
    var isFurniture = [Bool](repeating: false, count: all.count)
    var isInArticle = isFurniture
    let prose = max(1, all[0].proseWords)
    for (index, element) in all.enumerated() where index > 0 {
      if isFurniture[element.parent] {
        isFurniture[index] = true
        continue
      }
      isInArticle[index] =
        isInArticle[element.parent] || element.tag == .article
        || !element.hints.isDisjoint(with: [.articleBody, .landmark]) || element.tag == .main
      guard Double(element.proseWords) < Self.mostProse * Double(prose), element.words > 0 else {
        continue
      }
      let linked = Double(element.linkedWords) / Double(element.words)
      switch element.tag {
      case .navigation, .footer, .aside: isFurniture[index] = true
      case .header: isFurniture[index] = !isInArticle[index] || linked > Self.mostlyLinks
      case .form: isFurniture[index] = element.proseWords == 0 && element.words < 200
      case .root, .article, .main: break
      case .paragraph:
        // Sites name single paragraphs for their scripts.
        let named = !element.hints.isDisjoint(with: [.comments, .furniture])
        isFurniture[index] = named && (element.proseWords == 0 || linked > 0.3)
      case .list, .table, .division, .item:
        if element.hints.contains(.comments) {
          isFurniture[index] = true
        } else if element.hints.contains(.furniture), !element.hints.contains(.articleBody) {
          isFurniture[index] = !element.hints.contains(.article) || linked > 0.3
        } else if linked > 0.7, element.proseWords == 0, element.words >= 4 {
          isFurniture[index] = element.tag == .list || element.blocks.count > 3
        } else if element.linkLines >= 4, element.words < Self.teaser * element.linkLines {
          isFurniture[index] = true
        }
      default:
        if !element.hints.isDisjoint(with: [.comments, .furniture]) { isFurniture[index] = true }
      }
    }
    return isFurniture
  }

  private func weight(of block: HTMLContent.Block) -> Double {
    let text = block.line.weight
    let element = content.elements[block.element]
    if isFurniture[block.element] { return Self.furnitureWeight }
    if text <= PageLines.interruption { return text }
    if block.linked > Self.mostlyLinks {
      return min(text, -max(2, Double(min(block.line.words, 30)) * 0.5))
    }
    if text > 0 { return text * (1 - block.linked) }
    if element.tag == .preformatted { return min(60, Double(block.line.words) * 0.5) }
    if block.linked > 0.2 { return text }
    switch element.tag {
    case .item, .cell, .table, .caption, .list, .quote: return 0
    default: return block.level > 0 ? max(text, -1) : text
    }
  }

  /// The range of the smallest element that is marked as the article's body, or as the article, and holds most of
  /// the page's positive weight.
  private func bestBody(_ weights: [Double]) -> Range<Int>? {
    var sums = [0.0]
    sums.reserveCapacity(weights.count + 1)
    for weight in weights { sums.append(sums[sums.count - 1] + max(0, weight)) }
    let total = sums[weights.count]
    guard total > 0 else { return nil }
    var best: (size: Int, range: Range<Int>)?
    for element in content.elements.dropFirst() {
      guard
        element.tag == .article || element.tag == .main
          || !element.hints.isDisjoint(with: [.articleBody, .landmark])
      else { continue }
      let range = element.blocks
      guard sums[range.upperBound] - sums[range.lowerBound] >= Self.wholeBody * total else {
        continue
      }
      if range.count < best?.size ?? .max { best = (range.count, range) }
    }
    return best?.range
  }
}

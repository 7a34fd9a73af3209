/// What an element's attributes say about its content.
struct HTMLHints: OptionSet {
  let rawValue: UInt16

  /// Not shown.
  static let hidden = HTMLHints(rawValue: 1)
  /// Named as pages name what surrounds an article.
  static let furniture = HTMLHints(rawValue: 2)
  /// Named as pages name what readers wrote below it.
  static let comments = HTMLHints(rawValue: 4)
  /// Named as pages name the article.
  static let article = HTMLHints(rawValue: 8)
  /// `itemprop="articleBody"` and the classes that mean the same.
  static let articleBody = HTMLHints(rawValue: 16)
  static let byline = HTMLHints(rawValue: 32)
  /// Says that it is a part of a larger whole, such as `main` or a role.
  static let landmark = HTMLHints(rawValue: 64)

  init(rawValue: UInt16) { self.rawValue = rawValue }

  init(_ attributes: HTMLAttributes) {
    var hints: HTMLHints = []
    if attributes.isEmpty {
      self = hints
      return
    }
    if attributes["hidden"] != nil || attributes["aria-hidden"]?.lowercased() == "true" {
      hints.insert(.hidden)
    }
    if let style = attributes["style"] {
      let compact = style.lowercased().filter { $0 != " " }
      if compact.contains("display:none") || compact.contains("visibility:hidden") {
        hints.insert(.hidden)
      }
    }
    if let role = attributes["role"]?.lowercased() {
      if Self.furnitureRoles.contains(role) { hints.insert(.furniture) }
      if role == "main" || role == "article" { hints.formUnion([.article, .landmark]) }
    }
    let property = attributes["itemprop"]?.lowercased() ?? ""
    if property.contains("articlebody") { hints.formUnion([.article, .articleBody]) }
    if property == "comment" || property == "usercomments" { hints.insert(.comments) }
    for name in [attributes["class"], attributes["id"]] {
      if let name, !name.isEmpty { hints.formUnion(Self.named(name)) }
    }
    self = hints
  }

  /// What the words of a class or an identifier say.
  private static func named(_ name: String) -> HTMLHints {
    var hints: HTMLHints = []
    var last = ""
    for word in words(name) {
      if furnitureWords.contains(word) { hints.insert(.furniture) }
      if commentWords.contains(word) { hints.insert(.comments) }
      if articleWords.contains(word) { hints.insert(.article) }
      if bylineWords.contains(word) { hints.insert(.byline) }
      if bodyWords.contains(word) || bodyPairs.contains(last + " " + word) {
        hints.formUnion([.article, .articleBody])
      }
      last = word
    }
    return hints
  }

  /// `siteFooter nav-bar_2` is site, footer, nav, bar.
  static func words(_ names: String) -> [String] {
    var words: [String] = []
    var word = ""
    var wasLower = false
    for scalar in names.unicodeScalars.prefix(400) {
      let isUpper = ("A"..."Z").contains(scalar)
      let isLower = ("a"..."z").contains(scalar)
      if !isUpper && !isLower || isUpper && wasLower {
        if !word.isEmpty { words.append(word) }
        word = ""
      }
      if isUpper || isLower {
        word.unicodeScalars.append(isUpper ? Unicode.Scalar(UInt8(scalar.value | 0x20)) : scalar)
      }
      wasLower = isLower
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  private static func set(_ list: String) -> Set<String> {
    Set(list.split(whereSeparator: \.isWhitespace).map(String.init))
  }

  private static let furnitureRoles = set(
    """
    navigation banner contentinfo complementary search dialog alertdialog alert menu menubar toolbar tablist
    status tooltip
    """)

  // After the names that Readability (Mozilla, 2010–) and trafilatura (Barbaresi, ACL 2021) found to tell.
  private static let furnitureWords = set(
    """
    sidebar sidebars footer foot nav navbar navigation topnav subnav menu menus breadcrumb breadcrumbs crumbs
    pagination pager paginator share sharing shares sharebar sharetools social socials sociallinks related
    recirc recirculation recommended recommendation recommendations recommends newsletter subscribe
    subscription signup promo promos promotion sponsor sponsored sponsors ad ads adv advert adverts advertisement
    advertising banner banners cookie cookies consent gdpr popup popups modal overlay lightbox widget widgets
    outbrain taboola masthead skip skiplink toolbar tools trending popular mostpopular mostread
    login signin tagcloud tags taglist blogroll legal copyright hatnote navbox navboxes catlinks printfooter
    editsection noprint toc rail teaser teasers morelinks readmore ticker
    """)

  private static let commentWords = set(
    """
    comment comments commentlist commentlists disqus replies respond commentarea livefyre discussion
    """)

  private static let articleWords = set(
    """
    article content main body entry post story text blog hentry prose page column
    """)

  private static let bylineWords = set("byline author authors dateline vcard")

  private static let bodyWords = set(
    "articlebody entrycontent postcontent postbody articlecontent storybody storycontent articletext"
  )

  private static let bodyPairs: Set<String> = [
    "article body", "entry content", "post content", "post body", "article content", "story body",
    "story content", "article text", "main text", "body copy", "parser output", "content body",
  ]
}

/// The attributes of one element that were kept.
struct HTMLAttributes {
  private var pairs: [(name: String, value: String)] = []

  var isEmpty: Bool { pairs.isEmpty }

  mutating func add(_ name: String, _ value: String) { pairs.append((name, value)) }

  subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }
}

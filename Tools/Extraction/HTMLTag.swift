/// The elements of HTML, by what they mean for the text. Of those that are always empty only they that mean
/// something are here: an end is waited for of all others.
enum HTMLTag: UInt8 {
  /// Runs within a line: `em`, `span`, `font`.
  case inline
  case link
  case lineBreak
  case paragraph
  case division
  case heading
  case list, item
  case table, row, cell
  /// White space is kept.
  case preformatted
  case quote
  case article, main
  case navigation, footer, header, aside
  case form
  /// What is said of a picture.
  case caption
  case title
  case meta
  /// `link` in the head.
  case relation
  case time
  case root
  /// Content that is not the page's text: drawings, media, controls.
  case foreign
  /// Only read by browsers without scripts.
  case noscript

  /// A new line begins before it and behind it.
  var isBlock: Bool {
    switch self {
    case .inline, .link, .time, .title, .meta, .relation, .lineBreak: false
    default: true
    }
  }

  init?(_ name: String) {
    guard let tag = Self.tags[name] else { return nil }
    self = tag
  }

  /// The names, as bytes.
  static let names: Set<[UInt8]> = Set(tags.keys.map { Array($0.utf8) })

  private static let tags: [String: HTMLTag] = {
    let groups: [(HTMLTag, String)] = [
      (
        .inline,
        """
        abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s samp
        small span strike strong sub sup tt u var
        """
      ),
      (.link, "a"), (.lineBreak, "br"), (.paragraph, "p"),
      (.division, "div section center details summary hgroup search address fieldset legend hr"),
      (.heading, "h1 h2 h3 h4 h5 h6"), (.list, "ul ol dl dir"), (.item, "li dt dd"),
      (.table, "table thead tbody tfoot caption"), (.row, "tr"), (.cell, "td th"),
      (.preformatted, "pre listing"), (.quote, "blockquote"), (.article, "article"),
      (.main, "main"), (.navigation, "nav menu"), (.footer, "footer"), (.header, "header"),
      (.aside, "aside"), (.form, "form"), (.caption, "figcaption figure"), (.title, "title"),
      (.meta, "meta"), (.relation, "link"), (.time, "time"), (.root, "html head body base"),
      (
        .foreign,
        """
        svg canvas object applet audio video map select option optgroup datalist textarea button dialog
        template progress meter output frameset picture
        """
      ),
      (.noscript, "noscript"),
    ]
    var tags: [String: HTMLTag] = [:]
    for (tag, names) in groups {
      for name in names.split(whereSeparator: \.isWhitespace) { tags[String(name)] = tag }
    }
    return tags
  }()

  /// The character references that need no semicolon: of HTML 2 and Latin-1.
  static let openReferences: Set<String> = Set(
    """
    amp lt gt quot nbsp copy reg AMP LT GT QUOT COPY REG iexcl cent pound curren yen brvbar sect uml ordf laquo not
    shy macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave
    Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve
    Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml
    aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml
    divide oslash ugrave uacute ucirc uuml yacute thorn yuml
    """.split(whereSeparator: \.isWhitespace).map(String.init))
}

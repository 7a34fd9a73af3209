/// A report as one HTML page: nothing in it is fetched from elsewhere.
package enum Page {
  /// - Parameter body: writes what stands in the page.
  package static func text(title: String, _ body: (inout Markup) -> Void) -> String {
    var html = Markup()
    html.raw("<!DOCTYPE html>\n")
    html.element("html", [("lang", "en")]) { html in
      html.element("head") { html in
        html.raw("<meta charset=\"utf-8\">\n")
        html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        html.element("title", [], title)
        html.element("style") { $0.raw(style) }
      }
      html.element("body") { $0.element("main", [], body) }
    }
    return html.text
  }

  /// Classes of the style that colour a series, ours first; more series than these share them.
  package static let colours = [
    "ours", "theirs", "third", "fourth", "fifth", "sixth", "second",
  ]

  private static let style = """

    :root { color-scheme: light dark; --ground: #fcfcfb; --text: #1c1e21; --soft: #5f666d;
      --line: #dfe1e3; --card: #f2f3f4; --ours: #1769aa; --theirs: #c4621a; --count: #6aa5cf;
      --third: #2e8b57; --fourth: #8a5fb0; --fifth: #7d7f2a; --sixth: #b3446c; --bad: #b3261e; }
    @media (prefers-color-scheme: dark) {
      :root { --ground: #16181b; --text: #e8eaed; --soft: #9aa2aa; --line: #34383d;
        --card: #212529; --ours: #5aa9e6; --theirs: #f09a5b; --count: #2f6f9f;
        --third: #63c08b; --fourth: #bb94dd; --fifth: #c3c56a; --sixth: #e58fae;
        --bad: #ff8a80; }
    }
    body { margin: 0; background: var(--ground); color: var(--text);
      font: 16px/1.5 system-ui, sans-serif; }
    main { max-width: 960px; margin: 0 auto; padding: 24px 20px 60px; }
    h1 { font-size: 28px; margin: 0 0 8px; }
    h2 { font-size: 20px; margin: 40px 0 8px; }
    .cards { list-style: none; display: grid; gap: 10px; padding: 0;
      grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); }
    .cards li { background: var(--card); border-radius: 8px; padding: 10px 14px; }
    .cards strong { display: block; font-size: 22px; white-space: nowrap; }
    .cards span { color: var(--soft); font-size: 13px; }
    .cards .bad strong { color: var(--bad); }
    figure { margin: 0; }
    figcaption { color: var(--soft); font-size: 14px; }
    svg { width: 100%; height: auto; display: block; }
    svg text { font: 13px system-ui, sans-serif; fill: var(--text); }
    svg .tick, svg .value { fill: var(--soft); font-size: 12px; }
    svg .grid { stroke: var(--line); }
    svg .step { stroke: var(--soft); stroke-dasharray: 2 4; }
    svg .even { stroke: var(--text); stroke-width: 1.5; }
    svg rect.count { fill: var(--count); }
    svg rect.ranked { fill: var(--ours); }
    svg .median { stroke: var(--text); stroke-width: 2; }
    svg .ours rect, svg .ours circle { fill: var(--ours); }
    svg .ours .whisker, svg .ours .curve { stroke: var(--ours); stroke-width: 2; }
    svg .curve { fill: none; stroke-width: 2; }
    svg .theirs rect, svg .theirs circle { fill: var(--theirs); }
    svg .theirs .whisker, svg .theirs .curve { stroke: var(--theirs); stroke-width: 2; }
    svg .second rect, svg .second circle { fill: var(--count); }
    svg .second .whisker, svg .second .curve { stroke: var(--count); stroke-width: 2; }
    svg .third rect, svg .third circle { fill: var(--third); }
    svg .third .whisker, svg .third .curve { stroke: var(--third); stroke-width: 2; }
    svg .fourth rect, svg .fourth circle { fill: var(--fourth); }
    svg .fourth .whisker, svg .fourth .curve { stroke: var(--fourth); stroke-width: 2; }
    svg .fifth rect, svg .fifth circle { fill: var(--fifth); }
    svg .fifth .whisker, svg .fifth .curve { stroke: var(--fifth); stroke-width: 2; }
    svg .sixth rect, svg .sixth circle { fill: var(--sixth); }
    svg .sixth .whisker, svg .sixth .curve { stroke: var(--sixth); stroke-width: 2; }
    .legend { color: var(--soft); font-size: 14px; margin: 0 0 4px; }
    .key { display: inline-block; width: 12px; height: 12px; border-radius: 3px;
      margin: 0 6px 0 16px; vertical-align: -1px; }
    .key:first-child { margin-left: 0; }
    .key.count { background: var(--count); }
    .key.ranked, .key.ours { background: var(--ours); }
    .key.theirs { background: var(--theirs); }
    .key.second { background: var(--count); }
    .key.third { background: var(--third); }
    .key.fourth { background: var(--fourth); }
    .key.fifth { background: var(--fifth); }
    .key.sixth { background: var(--sixth); }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
    th, td { padding: 3px 8px; border-bottom: 1px solid var(--line); vertical-align: top; }
    th { font-weight: 600; }
    tr:first-child th { color: var(--soft); font-weight: 500; vertical-align: bottom; }
    .left { text-align: left; overflow-wrap: anywhere; }
    .right { text-align: right; white-space: nowrap; }
    .in { padding-left: 22px; font-weight: 400; }
    th.left { white-space: nowrap; }
    pre { background: var(--card); padding: 10px 14px; border-radius: 8px; overflow-x: auto; }

    """
}

extension Markup {
  /// A picture with its legend, by the style's classes, and what it shows.
  package mutating func figure(
    _ picture: String, _ legend: [(class: String, text: String)], _ caption: String
  ) {
    element("figure") { html in
      html.element("p", [("class", "legend")]) { html in
        for (name, text) in legend {
          html.element("span", [("class", "key \(name)")]) { _ in }
          html.write(text)
        }
      }
      html.raw(picture)
      html.element("figcaption", [], caption)
    }
  }

  /// Rows of cells, the first row and the first column as heads.
  /// - Parameter left: columns of words; the others are numbers.
  package mutating func table(_ rows: [[String]], left: Int) {
    element("div", [("class", "wide")]) { html in
      html.element("table") { html in
        for (number, row) in rows.enumerated() {
          html.element("tr") { html in
            for (column, cell) in row.enumerated() {
              let isLeft = column < left
              let name = number == 0 || column == 0 ? "th" : "td"
              let indent = cell.hasPrefix("  ") ? " in" : ""
              html.element(name, [("class", (isLeft ? "left" : "right") + indent)], cell)
            }
          }
        }
      }
    }
  }

  /// Figures that are seen first.
  package mutating func cards(_ cards: [(value: String, what: String, isBad: Bool)]) {
    guard !cards.isEmpty else { return }
    element("ul", [("class", "cards")]) { html in
      for card in cards {
        html.element("li", card.isBad ? [("class", "bad")] : []) { html in
          html.element("strong", [], card.value)
          html.element("span", [], card.what)
        }
      }
    }
  }
}

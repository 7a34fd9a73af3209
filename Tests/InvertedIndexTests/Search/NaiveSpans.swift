// Words close together, by trying every choice of positions. A phrase is one without room.

@testable import InvertedIndex

extension NaiveEngine {
  /// Of all runs those in which no other lies.
  static func minimal(_ runs: Set<Stretch>) -> [Stretch] {
    runs.filter { run in
      !runs.contains { $0 != run && $0.start >= run.start && $0.end <= run.end }
    }
  }

  /// How often the words match, in 65,536ths.
  static func frequency(_ node: SpanTree<[Int]>) -> Int {
    var distances = stretches(node).map { max(0, $0.end - $0.start + 1 - node.width) }
    if case .phrase(let places, let slop) = node, slop > 0 {
      distances = moves(places, slop).map { $0.end - $0.start }
    }
    return distances.isEmpty ? 0 : max(1, distances.reduce(0) { $0 + 65_536 / (1 + $1) })
  }

  static func stretches(_ node: SpanTree<[Int]>) -> Set<Stretch> {
    switch node {
    case _ where node.least({ $0.isEmpty ? 1 : 0 }) > 0: return []
    case .word(let positions): return Set(positions.map { Stretch(start: $0, end: $0) })
    case .any(let children): return children.reduce(into: []) { $0.formUnion(stretches($1)) }
    case .phrase(let places, let slop):
      return Set(
        moves(places, slop).map { run in
          let words = places.flatMap { place in
            place.leaf.filter { (run.start...run.end).contains($0 - place.offset) }
          }
          return Stretch(start: words.min()!, end: words.max()!)
        })
    case .chain(let children, let gaps):
      // The last operand's stretch, and the hull of the chain up to it.
      var chains = Set(stretches(children[0]).map { [$0, $0] })
      for (child, gap) in zip(children.dropFirst(), gaps) {
        chains = chains.reduce(into: []) { [all = stretches(child)] longer, chain in
          for next in all {
            let behind = next.start - chain[0].end - 1
            let before = gap.isOrdered ? -1 : chain[0].start - next.end - 1
            guard (gap.least...gap.distance).contains(max(behind, before)) else { continue }
            let start = min(chain[1].start, next.start)
            longer.insert([next, Stretch(start: start, end: max(chain[1].end, next.end))])
          }
        }
      }
      return Set(minimal(Set(chains.map { $0[1] })))
    }
  }

  /// The minimal runs of a phrase's words, each less its offset.
  private static func moves(_ places: [SpanTree<[Int]>.Place], _ slop: Int) -> [Stretch] {
    func run(_ choice: [Int]) -> Stretch {
      let moved = zip(choice, places).map { $0 - $1.offset }
      return Stretch(start: moved.min()!, end: moved.max()!)
    }
    var choices: [[Int]] = [[]]
    for place in places {
      choices = choices.flatMap { choice in
        place.leaf.filter { !choice.contains($0) }.map { choice + [$0] }
      }.filter { run($0).end - run($0).start <= slop }
    }
    return minimal(Set(choices.map(run)))
  }

  static func near(_ phrase: PhraseQuery) -> NearQuery {
    let parts = phrase.parts.map {
      NearQuery.Part(field: $0.field, weight: $0.weight, spans: $0.spans(slop: 0))
    }
    return NearQuery(parts: parts, boost: phrase.boost)
  }
}

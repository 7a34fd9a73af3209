// What a walk through a dictionary asks of an automaton over the bytes of terms.
//
// Terms that begin alike share their states: a walk steps over the bytes that differ from the term before. Where no term can
// go on, it asks for the least byte that could, and seeks there.

/// A deterministic automaton over bytes. Dead states are told apart, so that a walk can leave them.
protocol TermAutomaton {
  associatedtype State: BitwiseCopyable

  var start: State { get }

  /// Longer beginnings of terms than that, in bytes, are dead or accept whatever follows.
  var depthLimit: Int { get }

  /// The state after `byte`; a dead one leads to no term.
  mutating func step(_ state: State, _ byte: UInt8) -> State

  func isDead(_ state: State) -> Bool

  /// A term that ends here fits.
  func accepts(_ state: State) -> Bool

  /// A term fits whatever follows, at the same number of edits.
  func acceptsAll(_ state: State) -> Bool

  /// How many edits lead to a state that accepts.
  func edits(_ state: State) -> Int

  /// The least byte from `byte` on (0…255) after which a term may still fit; one that is too small does no harm.
  func liveByte(_ state: State, from byte: Int) -> Int?

  /// Called between blocks: states may be forgotten. Returns whether they were.
  mutating func compact() -> Bool

  /// It gave up: the terms found are not all.
  var isExhausted: Bool { get }
}

extension TermAutomaton {
  func edits(_ state: State) -> Int { 0 }
  mutating func compact() -> Bool { false }
  var isExhausted: Bool { false }

  /// Whether one text fits, and at how many edits.
  mutating func match(_ text: [UInt8]) -> Int? {
    var state = start
    for byte in text where !acceptsAll(state) {
      state = step(state, byte)
      if isDead(state) { return nil }
    }
    return accepts(state) ? edits(state) : nil
  }
}

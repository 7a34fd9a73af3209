// A dictionary and an automaton walked together: only what both have is touched.
//
// Front coding says how many bytes a term has in common with the one before it: the automaton goes on from the state there, and a
// term that shares a beginning which leads nowhere is passed over without looking at its bytes. At the end of a block in
// which nothing could follow, the least text is made that still may fit and is greater, and the index over the blocks is
// asked where that would be: blocks between are not touched.

import Bytes

/// One place in a dictionary among the terms that fit.
@safe
struct TermIntersection<Automaton: TermAutomaton>: ~Copyable {
  let dictionary: TermDictionary
  private var automaton: Automaton
  private var block: TermBlock?
  private var blockIndex = -1
  /// What follows the current term in its block.
  private var terms: ByteScanner
  /// Of the current term in the block.
  private var place = 0
  private var current: TermEntry?

  /// The current term's bytes, up to where it died.
  private let buffer: UnsafeMutablePointer<UInt8>
  /// After each number of bytes of the term; valid through `known`.
  private let states: UnsafeMutablePointer<Automaton.State>
  private let depthLimit: Int
  private var known = 0
  private(set) var length = 0
  /// Bytes after which no term fits; `Int.max`: it lives.
  private var deadDepth = Int.max
  /// Bytes after which every term fits.
  private var freeDepth = Int.max

  /// Blocks gone through by one call.
  private static var blocksPerCall: Int { 32 }

  init(_ dictionary: TermDictionary, _ automaton: Automaton) {
    self.dictionary = dictionary
    self.automaton = automaton
    depthLimit = min(automaton.depthLimit, TermDictionaryWriter.maxLength)
    unsafe buffer = .allocate(capacity: TermDictionaryWriter.maxLength)
    unsafe states = .allocate(capacity: depthLimit + 1)
    unsafe states.initialize(to: automaton.start)
    terms = unsafe ByteScanner(UnsafeRawPointer(buffer), 0)
    if automaton.isDead(automaton.start) { deadDepth = 0 }
    if deadDepth > 0, automaton.acceptsAll(automaton.start) { freeDepth = 0 }
  }

  deinit {
    unsafe buffer.deallocate()
    unsafe states.deallocate()
  }

  /// The current term; valid until the walk goes on.
  var term: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: UnsafeRawPointer(buffer), count: length)
  }

  /// Of the current term, which fits.
  var edits: Int { automaton.edits(unsafe states[min(length, freeDepth)]) }

  /// The automaton gave up: terms may be missing.
  var isExhausted: Bool { automaton.isExhausted }

  /// What the dictionary says of the current term.
  mutating func entry() throws(IndexError) -> TermEntry {
    if let current { return current }
    let entry = try block!.entry(place, dictionary)
    current = entry
    return entry
  }

  /// Goes to the next term that fits. A pause is a chance to look at the clock.
  mutating func next() throws(IndexError) -> TermMatches.Step {
    var blocks = 0
    while true {
      if let block {
        let count = block.count
        while place &+ 1 < count {
          place &+= 1
          let head = terms.byte()
          var keep = Int(head &>> 4)
          var rest = Int(head & 15)
          if keep == 15 {
            keep = terms.count()
            rest = terms.count()
          }
          guard keep <= length, rest > 0, rest <= terms.remaining,
            keep &+ rest <= TermDictionaryWriter.maxLength, !terms.failed
          else { throw damaged("a term that makes no sense") }
          length = keep &+ rest
          if keep >= deadDepth {
            terms.skip(rest)
          } else if unsafe take(keep, rest) {
            return .match
          }
        }
      }
      if blocks == Self.blocksPerCall { return .pause }
      blocks &+= 1
      guard !automaton.isExhausted, let next = try nextBlock() else { return .end }
      if try begin(next) { return .match }
    }
  }

  /// Takes the bytes after the first `keep`, which lead somewhere. Returns whether the term fits.
  @unsafe
  @inline(__always)
  private mutating func take(_ keep: Int, _ rest: Int) -> Bool {
    let new = unsafe terms.address
    terms.skip(rest)
    current = nil
    if keep >= freeDepth {
      unsafe UnsafeMutableRawPointer(buffer + keep).copyMemory(from: new, byteCount: rest)
      return true
    }
    deadDepth = .max
    freeDepth = .max
    var depth = keep
    let end = keep &+ rest
    var state = unsafe states[depth]
    while depth < end {
      let byte = unsafe new.load(fromByteOffset: depth &- keep, as: UInt8.self)
      unsafe buffer[depth] = byte
      depth &+= 1
      state = automaton.step(state, byte)
      if automaton.isDead(state) || depth > depthLimit {
        known = depth &- 1
        deadDepth = depth
        return false
      }
      unsafe states[depth] = state
      if automaton.acceptsAll(state) {
        let left = end &- depth
        unsafe UnsafeMutableRawPointer(buffer + depth).copyMemory(
          from: new + (depth &- keep), byteCount: left)
        known = depth
        freeDepth = depth
        return true
      }
    }
    known = depth
    return automaton.accepts(state)
  }

  // MARK: Blocks

  /// Goes to the first term of a block. Returns whether it fits.
  private mutating func begin(_ index: Int) throws(IndexError) -> Bool {
    let opened = try TermBlock(dictionary, index, dictionary.file)
    blockIndex = index
    terms = opened.terms
    block = opened
    place = 0
    let first = terms.count()
    guard first <= terms.remaining, first <= TermDictionaryWriter.maxLength, !terms.failed else {
      throw damaged("a term that is too long")
    }
    // As many bytes as it has in common with the term before, of those that are known.
    let limit = min(first, deadDepth == .max ? known : min(deadDepth, length))
    var keep = 0
    while keep < limit, unsafe terms.peek(keep) == buffer[keep] { keep &+= 1 }
    length = first
    current = nil
    if keep >= deadDepth {
      terms.skip(first)
      return false
    }
    keep = min(keep, known)
    if automaton.compact() { replay(keep) }
    terms.skip(keep)
    return unsafe take(keep, first &- keep)
  }

  /// States of the first `count` bytes again: the automaton has forgotten them.
  private mutating func replay(_ count: Int) {
    unsafe states[0] = automaton.start
    for depth in 0..<count {
      unsafe states[depth &+ 1] = automaton.step(states[depth], buffer[depth])
    }
    freeDepth = .max
    if count == 0, automaton.acceptsAll(automaton.start) { freeDepth = 0 }
  }

  /// The next block that may have a term that fits; nil: there is none.
  private mutating func nextBlock() throws(IndexError) -> Int? {
    let next = blockIndex + 1
    guard next < dictionary.blockCount else { return nil }
    if deadDepth == .max, blockIndex >= 0 { return next }
    guard let target = leastAfter() else { return nil }
    return try dictionary.block(from: next, for: target)
  }

  /// The first 8 bytes of the least text that is greater than all that begin as the dead term and that may fit.
  private mutating func leastAfter() -> UInt64? {
    var text: [UInt8] = []
    var state = automaton.start
    if blockIndex < 0 {
      if automaton.isDead(state) { return nil }
    } else {
      var depth = deadDepth &- 1
      while true {
        guard depth >= 0 else { return nil }
        if let byte = unsafe automaton.liveByte(states[depth], from: Int(buffer[depth]) + 1) {
          text = unsafe [UInt8](UnsafeBufferPointer(start: buffer, count: min(depth, 8)))
          guard depth < 8 else { break }
          text.append(UInt8(byte))
          state = unsafe automaton.step(states[depth], UInt8(byte))
          break
        }
        depth -= 1
      }
    }
    while text.count < 8, !automaton.isDead(state), !automaton.accepts(state),
      let byte = automaton.liveByte(state, from: 0), byte > 0
    {
      text.append(UInt8(byte))
      state = automaton.step(state, UInt8(byte))
    }
    return unsafe text.withUnsafeBytes { unsafe TermDictionaryWriter.prefix($0) }
  }

  private func damaged(_ detail: String) -> IndexError {
    block?.damaged(detail, dictionary)
      ?? dictionary.file.corrupt(dictionary.section.offset, detail)
  }
}

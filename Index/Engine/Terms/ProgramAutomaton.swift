// A byte program made deterministic as far as a walk needs it: a state is a set of instructions, made when it is first
// reached, with a row of followers that fills up. Bytes that the program does not tell apart share a column.
//
// States are bounded: a walk forgets them between blocks of terms when there are many, and gives up when one block needs too
// many. Real expressions have some dozens.

struct ProgramAutomaton: TermAutomaton {
  typealias State = Int32

  private static let dead: Int32 = -1
  private static let unknown: Int32 = -2
  /// From so many states, or members of their sets, on they are forgotten between blocks; four times as many: it gives up.
  static let states = 2_048
  private static let members = 1 << 18

  private let program: ByteProgram
  /// Byte → column.
  private let columns: [UInt8]
  private let columnCount: Int
  /// A byte of each column.
  private let samples: [UInt8]

  /// By state and column.
  private var followers: [Int32] = []
  /// By state: where its set ends in `sets`, and how it ends.
  private var ends: [Int32] = []
  private var accepting: [UInt8] = []
  /// Byte instructions of each state, ascending.
  private var sets: [Int32] = []
  private var known: [[Int32]: Int32] = [:]
  private(set) var isExhausted = false

  // While a set is put together: by instruction, the round in which it was seen.
  private var seen: [Int32]
  private var round: Int32 = 0
  private var stack: [Int32] = []

  init(_ program: ByteProgram) {
    self.program = program
    // Where a range begins or one has ended, another column begins.
    var begins = [Bool](repeating: false, count: 257)
    for case .bytes(let low, let high, _) in program.instructions where low <= high {
      begins[Int(low)] = true
      begins[Int(high) + 1] = true
    }
    var columns = [UInt8](repeating: 0, count: 256)
    var samples: [UInt8] = [0]
    for byte in 1..<256 {
      if begins[byte] { samples.append(UInt8(byte)) }
      columns[byte] = UInt8(samples.count - 1)
    }
    self.columns = columns
    self.samples = samples
    columnCount = samples.count
    seen = Array(repeating: 0, count: program.instructions.count)
    _ = makeStart()
  }

  var start: Int32 { 0 }
  var depthLimit: Int { TermDictionaryWriter.maxLength }

  private mutating func makeStart() -> Int32 {
    round &+= 1
    stack.append(program.start)
    return state(of: close())
  }

  @inline(__always)
  mutating func step(_ state: Int32, _ byte: UInt8) -> Int32 {
    let column = Int(columns[Int(byte)])
    let next = followers[Int(state) &* columnCount &+ column]
    return next == Self.unknown ? follow(state, column) : next
  }

  @inline(never)
  private mutating func follow(_ state: Int32, _ column: Int) -> Int32 {
    let byte = samples[column]
    round &+= 1
    for place in range(state) {
      if case .bytes(let low, let high, let next) = program.instructions[Int(sets[place])],
        low <= byte, byte <= high
      {
        stack.append(next)
      }
    }
    let next = self.state(of: close())
    followers[Int(state) * columnCount + column] = next
    return next
  }

  /// What is reached from the instructions on the stack without a byte, ascending; ends of the program as -1 and -2.
  private mutating func close() -> [Int32] {
    var reached: [Int32] = []
    while let at = stack.popLast() {
      if seen[Int(at)] == round { continue }
      seen[Int(at)] = round
      switch program.instructions[Int(at)] {
      case .bytes: reached.append(at)
      case .split(let a, let b):
        stack.append(b)
        stack.append(a)
      case .match: reached.append(-1)
      case .matchAll: reached.append(-2)
      }
    }
    return reached.sorted()
  }

  private mutating func state(of set: [Int32]) -> Int32 {
    if set.isEmpty { return Self.dead }
    if let state = known[set] { return state }
    guard ends.count < 4 * Self.states, sets.count < 4 * Self.members else {
      isExhausted = true
      return Self.dead
    }
    let state = Int32(ends.count)
    known[set] = state
    let bytes = set.drop { $0 < 0 }
    accepting.append(set.contains(-2) ? 2 : set.contains(-1) ? 1 : 0)
    sets += bytes
    ends.append(Int32(sets.count))
    followers += repeatElement(Self.unknown, count: columnCount)
    return state
  }

  private func range(_ state: Int32) -> Range<Int> {
    (state == 0 ? 0 : Int(ends[Int(state) - 1]))..<Int(ends[Int(state)])
  }

  @inline(__always)
  func isDead(_ state: Int32) -> Bool { state < 0 }

  @inline(__always)
  func accepts(_ state: Int32) -> Bool { accepting[Int(state)] > 0 }

  @inline(__always)
  func acceptsAll(_ state: Int32) -> Bool { accepting[Int(state)] == 2 }

  func liveByte(_ state: Int32, from byte: Int) -> Int? {
    if acceptsAll(state) { return byte <= 255 ? byte : nil }
    var least: Int?
    for place in range(state) {
      guard case .bytes(let low, let high, _) = program.instructions[Int(sets[place])],
        low <= high, Int(high) >= byte
      else { continue }
      least = min(least ?? 256, max(Int(low), byte))
    }
    return least
  }

  mutating func compact() -> Bool {
    guard ends.count > Self.states || sets.count > Self.members else { return false }
    followers.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    accepting.removeAll(keepingCapacity: true)
    sets.removeAll(keepingCapacity: true)
    known.removeAll(keepingCapacity: true)
    _ = makeStart()
    return true
  }
}

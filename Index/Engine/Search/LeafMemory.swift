// Working memory of a search in one segment, kept from search to search. A leaf uses its part of it within one call and
// leaves it as it was, so all leaves share it: a query of 1,024 words holds one set of buffers, and they stay in the
// cache. What a node holds for itself, windows and blocks of postings, is handed out once a search.

import Bytes
import Synchronization

/// One search at a time has it.
@safe
final class LeafMemory: @unchecked Sendable {
  let windowCapacity: Int
  /// A value for each document of a block, and room for 16 more.
  let values: UnsafeMutablePointer<Float>
  /// Places in a block.
  let places: UnsafeMutablePointer<UInt32>
  /// A bit for each document of a window; anything between calls.
  let matched: UnsafeMutablePointer<UInt64>
  /// Of a batch, and bits of the windows of `TermsScorer`; anything between calls.
  private(set) lazy var candidates = Candidates()
  private(set) lazy var bits = WindowMemory(
    capacity: max(windowCapacity, TermsScorer.windowCapacity))
  /// x summed over fields; zero between calls.
  private(set) lazy var sums = WindowMemory(capacity: windowCapacity)
  /// Bits of one field's matches.
  private(set) lazy var one = WindowMemory(capacity: windowCapacity)
  /// Anything between calls.
  private(set) lazy var phrases = PhraseMemory()

  /// Scores are zero where nobody works on them: no search was broken off.
  var isClean = true
  private var windows = Stack<WindowMemory>()
  private var blocks = Stack<PostingsBlock>()

  init(windowCapacity: Int) {
    self.windowCapacity = windowCapacity
    unsafe values = .allocate(capacity: blockSize + 16)
    unsafe values.initialize(repeating: 0, count: blockSize + 16)
    unsafe places = .allocate(capacity: blockSize)
    unsafe places.initialize(repeating: 0, count: blockSize)
    let words = max(windowCapacity, TermsScorer.windowCapacity) / 64
    unsafe matched = .allocate(capacity: words)
    unsafe matched.initialize(repeating: 0, count: words)
  }

  deinit {
    unsafe values.deallocate()
    unsafe places.deallocate()
    unsafe matched.deallocate()
  }

  /// A window of the caller's own; scores are zero, bits anything.
  func window() -> WindowMemory {
    windows.next { WindowMemory(capacity: windowCapacity) }
  }

  /// Room for the block of a cursor that this memory outlives.
  func block() -> PostingsBlock { blocks.next { PostingsBlock() } }

  /// Takes back what was handed out.
  func reset() {
    windows.reset(keeping: 16)
    blocks.reset(keeping: 64) { !$0.isLarge }
  }

  /// Things handed out one after the other, and kept.
  private struct Stack<Element> {
    private var all: [Element] = []
    private var used = 0

    mutating func next(_ make: () -> Element) -> Element {
      if used == all.count { all.append(make()) }
      used += 1
      return all[used - 1]
    }

    mutating func reset(keeping limit: Int, where isKept: (Element) -> Bool = { _ in true }) {
      if all.count > limit { all.removeLast(all.count - limit) }
      // Only those in use have changed.
      for place in (0..<min(used, all.count)).reversed() where !isKept(all[place]) {
        all.remove(at: place)
      }
      used = 0
    }
  }
}

/// Memory of searches that are over.
final class SearchMemory: Sendable {
  private let idle = Mutex<[LeafMemory]>([])
  /// Memory is kept for so many searches at a time.
  private static let limit = 16

  /// Memory for a search; it comes back with the lease's end.
  func lease(windowCapacity: Int) -> Lease {
    let known = idle.withLock { idle -> LeafMemory? in
      guard let place = idle.lastIndex(where: { $0.windowCapacity == windowCapacity }) else {
        return nil
      }
      return idle.remove(at: place)
    }
    return Lease(known ?? LeafMemory(windowCapacity: windowCapacity), of: self)
  }

  final class Lease {
    let memory: LeafMemory
    private let owner: SearchMemory

    fileprivate init(_ memory: LeafMemory, of owner: SearchMemory) {
      self.memory = memory
      self.owner = owner
    }

    deinit {
      guard memory.isClean else { return }
      memory.reset()
      let memory = self.memory
      owner.idle.withLock { idle in
        if idle.count == SearchMemory.limit { idle.removeFirst() }
        idle.append(memory)
      }
    }
  }
}

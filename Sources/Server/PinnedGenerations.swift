// Generations that somebody is reading bit by bit, kept open though newer ones have come.

import InvertedIndex
import Synchronization

/// A generation stays for a minute after it was last used, and the eight last used at most. To let one go closes it
/// for those who come back, not for a stream that is under way, which holds its own.
final class PinnedGenerations: Sendable {
  static let most = 8
  static let seconds = 60

  private struct Pin {
    var index: String
    var opened: IndexRegistry.Opened
    var lastUse: UInt64
  }

  private let pins = Mutex<[Pin]>([])

  var count: Int { pins.withLock { $0.count } }

  /// It is in use now.
  func use(_ index: String, _ opened: IndexRegistry.Opened, now: UInt64) {
    pins.withLock { pins in
      if let place = pins.firstIndex(where: { $0.opened.reader === opened.reader }) {
        pins[place].lastUse = now
        return
      }
      if pins.count == Self.most {
        let oldest = pins.indices.min { pins[$0].lastUse < pins[$1].lastUse }
        if let oldest { pins.remove(at: oldest) }
      }
      pins.append(Pin(index: index, opened: opened, lastUse: now))
    }
  }

  /// - Parameter uuid: of the index: one that was dropped and made anew counts from the beginning.
  func find(_ index: String, generation: UInt64, uuid: String) -> IndexRegistry.Opened? {
    pins.withLock { pins in
      pins.first {
        $0.index == index && $0.opened.reader.generation == generation
          && $0.opened.reader.uuid == uuid
      }?.opened
    }
  }

  /// Lets go what has not been used for a minute, and what belongs to indexes that are gone.
  func expire(now: UInt64, keeping isThere: (String) -> Bool) {
    let limit = UInt64(Self.seconds) * 1_000_000_000
    pins.withLock { pins in
      pins.removeAll { now > $0.lastUse &+ limit || !isThere($0.index) }
    }
  }
}

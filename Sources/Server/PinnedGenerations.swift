// Generations that somebody is reading bit by bit, kept open though newer ones have come.

import InvertedIndex
import Synchronization
import WireAPI

/// What one reader has open stays for a minute after its last use, and that of the eight last readers at most. To let it go closes
/// it for those who come back, not for a stream that is under way, which holds its own.
final class PinnedGenerations: Sendable {
  static let most = 8
  static let seconds = 60

  /// What was asked for together: one index, or several.
  private struct Pin {
    var names: [String]
    var opened: [IndexRegistry.Opened]
    var lastUse: UInt64

    func holds(_ other: [IndexRegistry.Opened]) -> Bool {
      opened.elementsEqual(other) { $0.reader === $1.reader }
    }
  }

  private let pins = Mutex<[Pin]>([])

  /// Generations.
  var count: Int { pins.withLock { $0.reduce(0) { $0 + $1.opened.count } } }

  /// They are in use now.
  func use(_ names: [String], _ opened: [IndexRegistry.Opened], now: UInt64) {
    pins.withLock { pins in
      if let place = pins.firstIndex(where: { $0.holds(opened) }) {
        pins[place].lastUse = now
        return
      }
      if pins.count == Self.most {
        let oldest = pins.indices.min { pins[$0].lastUse < pins[$1].lastUse }
        if let oldest { pins.remove(at: oldest) }
      }
      pins.append(Pin(names: names, opened: opened, lastUse: now))
    }
  }

  /// - Returns: the generation, and what its index was called.
  func find(_ wanted: IndexGeneration) -> (name: String, opened: IndexRegistry.Opened)? {
    pins.withLock { pins in
      for pin in pins {
        for (name, opened) in zip(pin.names, pin.opened)
        where IndexGeneration(opened.reader) == wanted { return (name, opened) }
      }
      return nil
    }
  }

  /// Lets go what has not been used for a minute, and what belongs to indexes that are gone.
  func expire(now: UInt64, keeping isThere: (String) -> Bool) {
    let limit = UInt64(Self.seconds) * 1_000_000_000
    pins.withLock { pins in
      pins.removeAll { now > $0.lastUse &+ limit || !$0.names.allSatisfy(isThere) }
    }
  }
}

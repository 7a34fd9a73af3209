// A small file that takes the place of the one before in one step.

import Bytes

extension Directory {
  /// Writes `bytes` under the name `next`, makes them durable, and gives them the name `name`. The new name is durable after
  /// the next `sync`. For one caller at a time: what a crash has left of `next` is removed.
  func replace(_ name: String, by bytes: [UInt8], through next: String) throws(IndexError) {
    if try length(of: next) != nil { try remove(next) }
    do throws(IndexError) {
      let file = try create(next)
      try file.append(unsafe bytes.span.bytes)
      try file.sync()
      try file.close()
      try rename(next, to: name)
    } catch {
      do throws(IndexError) { try remove(next) } catch {}
      throw error
    }
  }
}

// The names of an index's files.
//
//   LOCK                       held for the moments of a commit; never renamed, never removed
//   MANIFEST                   the newest generation
//   MANIFEST.tmp               the next one, while it is written
//   merge.lock, rebuild.lock   one merger, one rebuild at a time
//   w-<32 hex digits>.lock     held by a writer for its life
//   w-<32 hex digits>-<n>.seg  a segment of that writer; .live: live documents; .ids: touched ids
//
// A writer's name is random and a file's number only grows: a name is used once, ever.

package enum FileName {
  package static let commitLock = "LOCK"
  package static let manifest = "MANIFEST"
  package static let nextManifest = "MANIFEST.tmp"
  package static let mergeLock = "merge.lock"
  package static let rebuildLock = "rebuild.lock"

  package static let segmentSuffix = "seg"
  package static let liveSuffix = "live"
  package static let touchedSuffix = "ids"

  private static let writerLength = 34

  /// A name for a writer: 128 random bits.
  package static func randomWriter() -> String {
    writer(
      high: UInt64.random(in: .min ... .max), low: UInt64.random(in: .min ... .max))
  }

  package static func writer(high: UInt64, low: UInt64) -> String { "w-" + hex(high) + hex(low) }

  package static func lock(ofWriter writer: String) -> String { writer + ".lock" }

  /// The writer whose lock or file this is; nil for the files that are no writer's.
  package static func writer(of name: String) -> String? {
    let bytes = name.utf8
    guard name.hasPrefix("w-"), bytes.count > writerLength else { return nil }
    let digits = bytes.dropFirst(2).prefix(writerLength - 2)
    let isHex = digits.allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
    let next = bytes[bytes.index(bytes.startIndex, offsetBy: writerLength)]
    guard isHex, next == UInt8(ascii: "-") || next == UInt8(ascii: ".") else { return nil }
    return String(name.prefix(writerLength))
  }

  /// Whether a manifest may name this file as one of its own.
  package static func isContent(_ name: String, suffix: String) -> Bool {
    guard let writer = writer(of: name), name.hasSuffix("." + suffix) else { return false }
    let number = name.dropFirst(writer.count + 1).dropLast(suffix.count + 1)
    return !number.isEmpty && number.utf8.count <= 19
      && number.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}

/// 16 hexadecimal digits.
package func hex(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

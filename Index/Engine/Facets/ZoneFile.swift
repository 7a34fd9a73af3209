// Time zones by name, from the files of the system (/usr/share/zoneinfo), read and checked here: format TZif, RFC 8536, of
// versions 1 to 4. Names come from requests, so that nothing but plain parts joined by slashes is ever a path.

import Bytes
import Glibc
import QueryLanguage
import Synchronization

extension TimeZone {
  static let folder = "/usr/share/zoneinfo"
  /// The largest file of tzdata has under 4 KiB.
  private static let maximumSize = 64 << 10

  private static let known = Mutex<[String: TimeZone]>([:])

  /// `Europe/Helsinki`, `UTC`, `+02:00`. Zones once read are kept.
  /// - Throws: `notFound`, with the nearest name there is.
  static func named(_ name: String) throws(IndexError) -> TimeZone {
    if let offset = fixedOffset(name) { return TimeZone(fixed: offset) }
    if let zone = known.withLock({ $0[name] }) { return zone }
    guard isPlain(name), let bytes = read(folder + "/" + name), let zone = TimeZone(tzif: bytes)
    else {
      let hint = nearest(name).map { "; did you mean \"\($0)\"?" }
      throw .notFound("time zone \"\(name)\"\(hint ?? "")")
    }
    known.withLock { known in
      // There are some 600; names that are not files never come here.
      if known.count >= 1_024 { known.removeAll() }
      known[name] = zone
    }
    return zone
  }

  /// Parts of letters, digits, `_`, `-` and `+`, joined by slashes: never a way out of the folder.
  static func isPlain(_ name: String) -> Bool {
    name.utf8.count <= 64
      && name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        .allSatisfy { part in
          !part.isEmpty
            && part.allSatisfy { byte in
              (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "+")
            }
        }
  }

  /// A regular file of at most `maximumSize` bytes.
  static func read(_ path: String) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size <= maximumSize
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
    }
    return count == bytes.count ? bytes : nil
  }

  /// What was probably meant, folder by folder: `europe/helsinky` is `Europe/Helsinki`.
  private static func nearest(_ name: String) -> String? {
    guard isPlain(name) else { return nil }
    var path = ""
    for part in name.split(separator: "/") {
      let names = list(folder + "/" + path)
      let lower = Dictionary(names.map { ($0.lowercased(), $0) }) { first, _ in first }
      guard let nearest = NearestName.of(part.lowercased(), among: lower.keys.sorted()),
        let found = lower[nearest]
      else { return nil }
      path += (path.isEmpty ? "" : "/") + found
    }
    guard let bytes = read(folder + "/" + path) else { return nil }
    return TimeZone(tzif: bytes) == nil ? nil : path
  }

  private static func list(_ path: String) -> [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while names.count < 4_096, let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: entry.pointee.d_name) { name in
        unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
      }
      if isPlain(name) { names.append(name) }
    }
    return names
  }
}

extension TimeZone {
  /// nil: not a file of time zones, or one whose parts do not fit together.
  init?(tzif bytes: [UInt8]) {
    var file = BigEndian(bytes: bytes)
    guard let version = file.header(), var counts = file.counts() else { return nil }
    var isLong = false
    if version > 0 {
      // What version 1 readers see is passed over.
      guard file.skip(counts.size(ofTime: 4)), file.header() != nil, let long = file.counts() else {
        return nil
      }
      counts = long
      isLong = true
    }
    guard counts.types > 0, file.at + counts.size(ofTime: isLong ? 8 : 4) <= bytes.count else {
      return nil
    }
    var moments: [Int64] = []
    for _ in 0..<counts.times {
      let seconds = isLong ? file.integer(8) : file.integer(4)
      // Beyond what dates can be (years 0 to 9999) nothing is asked.
      guard abs(seconds) < 1 << 50 else {
        moments.append((seconds < 0 ? -1 : 1) * (1 << 60))
        continue
      }
      moments.append(seconds * 1_000)
    }
    guard zip(moments, moments.dropFirst()).allSatisfy({ $0 <= $1 }) else { return nil }
    let kinds = (0..<counts.times).map { _ in Int(file.byte()) }
    var types: [Int64] = []
    for _ in 0..<counts.types {
      let seconds = file.integer(4)
      // RFC 8536 wants less than 26 hours.
      guard abs(seconds) < 26 * 3_600 else { return nil }
      types.append(seconds * 1_000)
      _ = file.byte()
      _ = file.byte()
    }
    guard kinds.allSatisfy({ $0 < types.count }) else { return nil }
    _ = file.skip(
      counts.size(ofTime: isLong ? 8 : 4) - counts.times * (isLong ? 9 : 5) - counts.types * 6)
    var rule: ZoneRule?
    if isLong, file.byte() == 0x0A {
      let footer = bytes[file.at...].prefix { $0 != 0x0A }
      if !footer.isEmpty {
        guard let read = ZoneRule(footer) else { return nil }
        rule = read
      }
    }
    self.init(
      moments: moments, offsets: kinds.map { types[$0] }, first: types[0], rule: rule)
  }

  private struct Counts {
    var times: Int
    var types: Int
    var others: Int

    var leapSeconds: Int

    func size(ofTime size: Int) -> Int {
      times * (size + 1) + types * 6 + others + leapSeconds * (size + 4)
    }
  }

  /// Reads from the front; beyond the end all is zero.
  private struct BigEndian {
    let bytes: [UInt8]
    var at = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() -> UInt8 {
      defer { at += 1 }
      return at < bytes.count ? bytes[at] : 0
    }

    /// With sign.
    mutating func integer(_ size: Int) -> Int64 {
      var value: UInt64 = 0
      for _ in 0..<size { value = value << 8 | UInt64(byte()) }
      return size == 8 ? Int64(bitPattern: value) : Int64(Int32(truncatingIfNeeded: value))
    }

    mutating func skip(_ count: Int) -> Bool {
      at += count
      return at <= bytes.count
    }

    /// The version.
    mutating func header() -> UInt8? {
      guard at + 44 <= bytes.count, bytes[at..<at + 4].elementsEqual("TZif".utf8) else {
        return nil
      }
      let version = bytes[at + 4]
      at += 20
      return version
    }

    mutating func counts() -> Counts? {
      let isUT = integer(4)
      let isStandard = integer(4)
      let leap = integer(4)
      let times = integer(4)
      let types = integer(4)
      let characters = integer(4)
      let all = [isUT, isStandard, leap, times, types, characters]
      guard all.allSatisfy({ 0 <= $0 && $0 <= Int64(bytes.count) }) else { return nil }
      return Counts(
        times: Int(times), types: Int(types), others: Int(isUT + isStandard + characters),
        leapSeconds: Int(leap))
    }
  }
}

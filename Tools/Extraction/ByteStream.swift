import Bytes
import CZlib
import Glibc

/// A file, or standard input, read from front to back; gzip is inflated on the way, all of its members.
///
/// Whether it is gzip is told by the first bytes, not by the name. Memory is bounded: one chunk of input, one of output. So
/// is time: data that swells more than `largestRatio` times is no text that somebody compressed, and fails.
@safe
final class ByteStream {
  /// Why bytes do not come, as a message says it.
  struct Failure: Error, Equatable {
    let message: String
    /// The errno, where a system call failed.
    let code: Int32?
  }

  private let descriptor: Int32
  private let ownsDescriptor: Bool
  /// Bytes that are read at most.
  private let limit: Int64
  /// `input[consumed..<filled]` has not been handed on.
  private var input: [UInt8]
  private var consumed = 0
  private var filled = 0
  private var atEnd = false
  private var inflater: Inflater?
  /// The first bytes, inflated, until they are handed on; they tell what the content is.
  private(set) var head: [UInt8] = []
  /// Bytes handed on, and those of `head`.
  private var bytesWritten: Int64 = 0
  private var transcoder: UTF16Transcoder?
  /// Bytes that came from the descriptor, compressed or not.
  private(set) var bytesRead: Int64 = 0

  private static let chunk = 256 << 10
  /// Inflated bytes for each compressed one. Deflate reaches 1,032; logs that repeat themselves about 100.
  private static let largestRatio: Int64 = 250
  /// Inflated bytes below which the ratio does not matter.
  private static let freeSize: Int64 = 64 << 20

  /// Opens a regular file; a symbolic link at the path's end is refused.
  convenience init(path: String) throws(Failure) {
    // O_NONBLOCK: a pipe that took the file's place must not hang the run.
    let descriptor = retrying { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) }
    guard descriptor >= 0 else { throw Self.failure("open", errno) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw Failure(message: "not a regular file", code: nil)
    }
    do throws(Failure) {
      // What is appended from now on belongs to the next run: a file that grows as fast as it is read has an end,
      // too. Files of /proc say that they have none.
      let size = status.st_size > 0 ? Int64(status.st_size) : Self.freeSize
      try self.init(
        descriptor: descriptor, ownsDescriptor: true, chunk: max(min(Int(size), Self.chunk), 64),
        limit: size)
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Reads an open descriptor, such as 0 for standard input, which stays open.
  convenience init(descriptor: Int32) throws(Failure) {
    try self.init(
      descriptor: descriptor, ownsDescriptor: false, chunk: Self.chunk, limit: .max)
  }

  private init(
    descriptor: Int32, ownsDescriptor: Bool, chunk: Int, limit: Int64
  ) throws(Failure) {
    self.descriptor = descriptor
    self.limit = limit
    self.ownsDescriptor = ownsDescriptor
    input = [UInt8](repeating: 0, count: chunk)
    while filled < Inflater.magic.count, !atEnd { try fill() }
    if input[..<filled].starts(with: Inflater.magic) { inflater = Inflater() }
    var first: [UInt8] = []
    _ = try readOn(into: &first)
    head = first
  }

  var isCompressed: Bool { inflater != nil }

  /// From here on UTF-16 comes as UTF-8, where a byte order mark says that it is UTF-16.
  func decodeUTF16() { transcoder = UTF16Transcoder(mark: head) }

  deinit {
    if ownsDescriptor { close(descriptor) }
  }

  /// Appends some bytes, at least one, or returns false at the end.
  func read(into output: inout [UInt8]) throws(Failure) -> Bool {
    guard transcoder != nil else { return try readBytes(into: &output) }
    let before = output.count
    while output.count == before {
      var bytes: [UInt8] = []
      guard try readBytes(into: &bytes) else { return false }
      transcoder?.append(bytes, to: &output)
    }
    return true
  }

  private func readBytes(into output: inout [UInt8]) throws(Failure) -> Bool {
    guard head.isEmpty else {
      output.append(contentsOf: head)
      head = []
      return true
    }
    return try readOn(into: &output)
  }

  private func readOn(into output: inout [UInt8]) throws(Failure) -> Bool {
    while true {
      if consumed == filled {
        consumed = 0
        filled = 0
        if !atEnd { try fill() }
      }
      guard let inflater else {
        guard consumed < filled else { return false }
        output.append(contentsOf: input[consumed..<filled])
        consumed = filled
        return true
      }
      guard consumed < filled || inflater.holdsOutput else {
        guard inflater.isBetweenMembers else {
          throw Failure(message: "its compressed data ends too early", code: nil)
        }
        return false
      }
      let before = output.count
      guard try inflater.inflate(input, &consumed, filled, into: &output) else {
        // What follows the last member is padding, or not ours to judge: gzip ignores it as well.
        consumed = filled
        atEnd = true
        return false
      }
      bytesWritten += Int64(output.count - before)
      let taken = bytesRead - Int64(filled - consumed)
      guard bytesWritten <= max(Self.freeSize, taken * Self.largestRatio) else {
        throw Failure(
          message: "its compressed data swells to more than \(Self.largestRatio) times its size",
          code: nil)
      }
      if output.count > before { return true }
    }
  }

  /// Reads behind what is there, which is less than the buffer.
  private func fill() throws(Failure) {
    let start = filled
    let room = Int(min(Int64(input.count - start), limit - bytesRead))
    let count = retrying {
      unsafe input.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress! + start, room)
      }
    }
    guard count >= 0 else { throw Self.failure("read", errno) }
    filled += count
    bytesRead += Int64(count)
    if count == 0 { atEnd = true }
  }

  private static func failure(_ call: String, _ code: Int32) -> Failure {
    Failure(message: SystemError(call, code: code).message, code: code)
  }
}

/// Calls again as long as a signal interrupted the call.
private func retrying<T: SignedInteger>(_ call: () -> T) -> T {
  while true {
    let result = call()
    if result != -1 || errno != EINTR { return result }
  }
}

/// UTF-16 that comes in pieces, as UTF-8.
struct UTF16Transcoder {
  private let isBigEndian: Bool
  /// Half of a unit, or of a pair, that the next piece completes.
  private var carried: [UInt8] = []
  /// Bytes of the mark that are still to be left out.
  private var mark = 2

  /// - Parameter mark: the first bytes; nil when they are no byte order mark of UTF-16.
  init?(mark: [UInt8]) {
    isBigEndian = mark.starts(with: [0xfe, 0xff])
    guard isBigEndian || mark.starts(with: [0xff, 0xfe]) else { return nil }
  }

  /// What is no UTF-16 becomes U+FFFD; half a unit at the very end is left out.
  mutating func append(_ bytes: [UInt8], to output: inout [UInt8]) {
    let all = carried + bytes.dropFirst(mark)
    mark -= min(mark, bytes.count)
    var units: [UInt16] = []
    units.reserveCapacity(all.count / 2)
    var at = 0
    while at + 1 < all.count {
      let (a, b) = (UInt16(all[at]), UInt16(all[at + 1]))
      units.append(isBigEndian ? a << 8 | b : b << 8 | a)
      at += 2
    }
    if let last = units.last, 0xd800..<0xdc00 ~= last {
      units.removeLast()
      at -= 2
    }
    carried = Array(all[at...])
    output.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
  }
}

/// zlib's inflate over the members of a gzip file.
@safe
final class Inflater {
  static let magic: [UInt8] = [0x1f, 0x8b, 0x08]
  private static let piece = 256 << 10

  private var stream = unsafe z_stream()
  private var scratch = [UInt8](repeating: 0, count: piece)
  private var isInside = false
  private var isOpen = false
  /// The last call filled its piece: zlib may have more to give without further input.
  private(set) var holdsOutput = false

  /// No member has begun, or the last one has ended.
  var isBetweenMembers: Bool { !isInside }

  deinit {
    if isOpen { unsafe inflateEnd(&stream) }
  }

  /// Inflates `input[consumed..<filled]`, appends at most `piece` bytes, and moves `consumed` on.
  /// Returns false when no further member follows.
  func inflate(
    _ input: [UInt8], _ consumed: inout Int, _ filled: Int, into output: inout [UInt8]
  ) throws(ByteStream.Failure) -> Bool {
    if !isInside {
      guard input[consumed] == Self.magic[0] else { return false }
      // 31: a gzip header, with the largest window.
      let code = isOpen ? unsafe inflateReset(&stream) : unsafe martlet_inflateInit2(&stream, 31)
      guard code == Z_OK else {
        throw ByteStream.Failure(message: "zlib cannot start (\(code))", code: nil)
      }
      isOpen = true
      isInside = true
    }
    let offset = consumed
    let code = unsafe input.withUnsafeBytes { source in
      unsafe scratch.withUnsafeMutableBytes { target in
        unsafe stream.next_in = UnsafeMutablePointer(
          mutating: (source.baseAddress! + offset).assumingMemoryBound(to: UInt8.self))
        unsafe stream.avail_in = UInt32(filled - offset)
        unsafe stream.next_out = target.baseAddress!.assumingMemoryBound(to: UInt8.self)
        unsafe stream.avail_out = UInt32(target.count)
        return unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
      }
    }
    consumed = filled - Int(unsafe stream.avail_in)
    let free = Int(unsafe stream.avail_out)
    output.append(contentsOf: scratch[..<(scratch.count - free)])
    holdsOutput = free == 0 && code != Z_STREAM_END
    switch code {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isInside = false
    default: throw ByteStream.Failure(message: "its compressed data is damaged", code: nil)
    }
    return true
  }
}

// The bytes of a manifest, in an envelope. Counts and integers are LEB128 unless said
// otherwise, text is a length and UTF-8.
//
//   manifest   generation, uuid (16 bytes), time (zigzag), content, fence?, retained…
//   content    schema, settings, count, { analyzer, fingerprint (8) }…, count, segment…
//   segment    file, documents, 0 | 1 file deleted
//   file       name, length, checksum (8)
//   fence      0 | 1 base generation, lock, changes schema (0, 1), count, name…, count, file…
//   retained   count, { kind: 0 previous, 1 before a rebuild, 2 named + name; generation, content }…

import Bytes

extension Manifest {
  package func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.appendVarint(generation)
    writer.append(uuid.high)
    writer.append(uuid.low)
    writer.appendSignedVarint(time)
    content.write(into: &writer)
    if let fence {
      writer.append(UInt8(1))
      fence.write(into: &writer)
    } else {
      writer.append(UInt8(0))
    }
    writer.appendCount(retained.count)
    for point in retained {
      switch point.kind {
      case .previous: writer.append(UInt8(0))
      case .beforeRebuild: writer.append(UInt8(1))
      case .named(let name):
        writer.append(UInt8(2))
        writer.appendString(name)
      }
      writer.appendVarint(point.generation)
      point.content.write(into: &writer)
    }
    return Envelope.seal(.manifest, writer.bytes)
  }

  /// - Throws: `corrupt` or `version`. Everything that the rest of the program relies on is checked here.
  package init(decoding bytes: FileBytes, file: String) throws(IndexError) {
    var reader = ByteReader(try Envelope.open(.manifest, bytes, name: file))
    let start = Envelope.headerLength + 8
    do {
      generation = try reader.readVarint()
      uuid = UUIDBytes(high: try reader.readUInt64(), low: try reader.readUInt64())
      time = try reader.readSignedVarint()
      content = try Content(from: &reader)
      fence = try Manifest.readFlag(&reader) ? try Fence(from: &reader) : nil
      retained = []
      for _ in 0..<(try Manifest.readListCount(&reader)) {
        let kind: RetainedPoint.Kind =
          switch try reader.readByte() {
          case 0: .previous
          case 1: .beforeRebuild
          case 2: .named(try reader.readString())
          default: throw Fault.bad("an unknown kind of retained point")
          }
        let generation = try reader.readVarint()
        retained.append(
          RetainedPoint(kind: kind, generation: generation, content: try Content(from: &reader)))
      }
      guard reader.isAtEnd else { throw Fault.bad("bytes after the end") }
      guard generation > 0 else { throw Fault.bad("generation 0") }
    } catch Fault.bad(let detail) {
      throw .corrupt(file: file, offset: start + reader.position, detail: detail)
    } catch BytesError.overlong {
      throw .corrupt(
        file: file, offset: start + reader.position, detail: "an integer too large")
    } catch {
      throw .corrupt(
        file: file, offset: start + reader.position, detail: "the content ends too early")
    }
  }

  fileprivate enum Fault: Error { case bad(String) }

  fileprivate static func readFlag(_ reader: inout ByteReader) throws -> Bool {
    switch try reader.readByte() {
    case 0: return false
    case 1: return true
    default: throw Fault.bad("a flag is 0 or 1")
    }
  }

  /// A count of things of at least one byte each: no more than bytes are left.
  fileprivate static func readListCount(_ reader: inout ByteReader) throws -> Int {
    let count = try reader.readCount()
    guard count <= reader.remaining else { throw Fault.bad("a count beyond the file's end") }
    return count
  }
}

extension Manifest.File {
  fileprivate func write(into writer: inout ByteWriter) {
    writer.appendString(name)
    writer.appendCount(length)
    writer.append(checksum)
  }

  fileprivate init(from reader: inout ByteReader, suffix: String) throws {
    name = try reader.readString()
    length = try reader.readCount()
    checksum = try reader.readUInt64()
    guard FileName.isContent(name, suffix: suffix) else {
      throw Manifest.Fault.bad("no name of a .\(suffix) file: \(name.debugDescription)")
    }
  }
}

extension Manifest.Content {
  fileprivate func write(into writer: inout ByteWriter) {
    writer.appendString(schema)
    writer.appendString(settings)
    writer.appendCount(analyzers.count)
    for analyzer in analyzers {
      writer.appendString(analyzer.name)
      writer.append(analyzer.value)
    }
    writer.appendCount(segments.count)
    for segment in segments {
      segment.file.write(into: &writer)
      writer.appendCount(segment.documentCount)
      if let live = segment.live {
        writer.append(UInt8(1))
        live.file.write(into: &writer)
        writer.appendCount(live.deletedCount)
      } else {
        writer.append(UInt8(0))
      }
    }
  }

  fileprivate init(from reader: inout ByteReader) throws {
    schema = try reader.readString()
    settings = try reader.readString()
    analyzers = []
    for _ in 0..<(try Manifest.readListCount(&reader)) {
      let name = try reader.readString()
      analyzers.append(.init(name: name, value: try reader.readUInt64()))
    }
    segments = []
    var names: Set<String> = []
    for _ in 0..<(try Manifest.readListCount(&reader)) {
      let file = try Manifest.File(from: &reader, suffix: FileName.segmentSuffix)
      var segment = Manifest.Segment(file: file, documentCount: try reader.readCount())
      if try Manifest.readFlag(&reader) {
        let file = try Manifest.File(from: &reader, suffix: FileName.liveSuffix)
        segment.live = .init(file: file, deletedCount: try reader.readCount())
      }
      guard segment.documentCount > 0, segment.documentCount < Int(UInt32.max),
        segment.deletedCount <= segment.documentCount
      else { throw Manifest.Fault.bad("impossible counts of documents") }
      guard names.insert(file.name).inserted else {
        throw Manifest.Fault.bad("segment \(file.name) occurs twice")
      }
      segments.append(segment)
    }
  }
}

extension Manifest.Fence {
  fileprivate func write(into writer: inout ByteWriter) {
    writer.appendVarint(baseGeneration)
    writer.appendString(lock)
    writer.append(UInt8(changesSchema ? 1 : 0))
    writer.appendCount(segments.count)
    for name in segments { writer.appendString(name) }
    writer.appendCount(touched.count)
    for file in touched { file.write(into: &writer) }
  }

  fileprivate init(from reader: inout ByteReader) throws {
    baseGeneration = try reader.readVarint()
    lock = try reader.readString()
    guard let writer = FileName.writer(of: lock), lock == FileName.lock(ofWriter: writer) else {
      throw Manifest.Fault.bad("no name of a lock: \(lock.debugDescription)")
    }
    changesSchema = try Manifest.readFlag(&reader)
    segments = []
    for _ in 0..<(try Manifest.readListCount(&reader)) { segments.append(try reader.readString()) }
    touched = []
    for _ in 0..<(try Manifest.readListCount(&reader)) {
      touched.append(try Manifest.File(from: &reader, suffix: FileName.touchedSuffix))
    }
  }
}

import Bytes

/// A field as a segment knows it.
struct SegmentField: Equatable, Sendable {
  /// Schema number.
  var number: Int
  /// The schema's code of the field's type, as it was when the segment was written.
  var type: UInt8
}

/// What a finished segment file is known by.
struct SegmentFileInfo: Equatable, Sendable {
  var name: String
  /// Bytes.
  var length: Int
  /// The footer's checksum, which stands for every byte.
  var checksum: UInt64
  var documentCount: Int
}

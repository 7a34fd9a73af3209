import JSON
import Measuring

/// What one kernel cost.
struct Figure {
  var group: String
  var name: String
  /// What is counted: an integer, a posting, a byte.
  var unit: String
  /// Elements of one call.
  var elements: Int
  var calls: Int
  var samples: Int
  /// CPU nanoseconds an element.
  var minimum: Double
  var median: Double

  /// Elements a second of CPU, at the median.
  var perSecond: Double { median > 0 ? 1e9 / median : 0 }
}

/// Times kernels by the CPU clock of this thread.
///
/// A sample is as many calls in a row as take two milliseconds (counted before, so that the first calls warm caches and
/// branch predictors); of the samples the least and the median are kept. Every call returns a number made of its results,
/// which must be the same each time: nothing can be optimised away, and nothing measured that does not work. `checksum`
/// shows whether two builds computed the same.
struct Sampler {
  static let sampleNanoseconds: UInt64 = 2_000_000

  let samples: Int
  /// Groups wanted; empty: all.
  let groups: [String]
  private(set) var figures: [Figure] = []
  private(set) var checksum: UInt64 = 0

  init(samples: Int, groups: [String]) {
    self.samples = samples
    self.groups = groups
  }

  func wants(_ group: String) -> Bool { groups.isEmpty || groups.contains(group) }

  /// - Parameter elements: of one call of `body`.
  mutating func measure(
    _ group: String, _ name: String, unit: String, elements: Int, _ body: () throws -> UInt64
  ) throws {
    guard wants(group), elements > 0 else { return }
    let result = try body()
    checksum = checksum &* 31 &+ result
    var others = 0
    var calls = 1
    while true {
      let start = Clock.thread()
      for _ in 0..<calls where try body() != result { others += 1 }
      let took = Clock.thread() - start
      if took >= Self.sampleNanoseconds { break }
      let wanted = Double(Self.sampleNanoseconds) / Double(max(took, 1_000)) * 1.1
      calls = max(calls + 1, Int((Double(calls) * min(wanted, 100)).rounded(.up)))
    }
    var times: [Double] = []
    for _ in 0..<samples {
      let start = Clock.thread()
      for _ in 0..<calls where try body() != result { others += 1 }
      times.append(Double(Clock.thread() - start) / Double(calls) / Double(elements))
    }
    guard others == 0 else { throw Fault("\(group) \(name): \(others) calls gave another result") }
    times.sort()
    figures.append(
      Figure(
        group: group, name: name, unit: unit, elements: elements, calls: calls, samples: samples,
        minimum: times[0], median: times.percentile(0.5)))
  }
}

extension Figure {
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("group", group)
      writer.field("kernel", name)
      writer.field("unit", unit)
      writer.field("elements", elements)
      writer.field("calls", calls)
      writer.field("samples", samples)
      writer.field("min_ns", minimum)
      writer.field("median_ns", median)
      writer.field("per_second", perSecond)
    }
  }
}

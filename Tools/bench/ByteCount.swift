import ArgumentParser

/// A number of bytes on the command line: `268435456`, `512M`, `1.5GiB`. K, M and G are powers of 1,024.
struct ByteCount: ExpressibleByArgument, Equatable {
  var bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    var digits = Substring(argument.lowercased())
    for suffix in ["ib", "b"] where digits.hasSuffix(suffix) {
      digits.removeLast(suffix.count)
      break
    }
    let units: [Character: Double] = ["k": 1_024, "m": 1_048_576, "g": 1_073_741_824]
    var unit = 1.0
    if let last = digits.last, let factor = units[last] {
      unit = factor
      digits.removeLast()
    }
    guard let first = digits.first, first != ".", digits.allSatisfy({ $0 == "." || $0.isNumber }),
      let value = Double(digits), value * unit <= Double(1 << 50)
    else { return nil }
    bytes = Int(value * unit)
  }

  var defaultValueDescription: String { "\(bytes >> 20)M" }
}

// Halving: what one thread needs for it.
//
//   left, right       per term the documents of either half that have it
//   leaving, joining  per term what it adds to the bias of a document of the left half, and of the right one
//   touched           the terms that the range has
//
// Logarithms are in 1024ths. Below 65,536 terms a document and 2^31 documents sums of them stay within 32 bits.

import Glibc

/// Documents with their terms, and their order. Places of `order` are worked on by one thread at a time.
@unsafe
struct BisectionView {
  /// Of a ForwardIndex: by document.
  let starts: UnsafeMutablePointer<UInt32>
  let terms: UnsafeMutablePointer<UInt16>
  /// By place.
  let order: UnsafeMutablePointer<UInt32>
  let bias: UnsafeMutablePointer<Int32>
  let scratch: UnsafeMutablePointer<Int32>
  let count: Int
}

/// Not thread-safe.
@safe
final class BisectionTables {
  /// Rounds of exchanges at most.
  private static let rounds = 20
  /// A range of at most a quarter of an index's documents gets one of its own, but for small indexes: these are in
  /// the cache.
  private static let packing = 4
  private static let leastPacked = 1024
  private static let tableSize = 4096

  private let left: UnsafeMutablePointer<Int32>
  private let right: UnsafeMutablePointer<Int32>
  private let leaving: UnsafeMutablePointer<Int32>
  private let joining: UnsafeMutablePointer<Int32>
  private let touched: UnsafeMutablePointer<UInt16>
  private var touchedCount = 0
  private let logarithms: UnsafeMutablePointer<Int32>

  static func bytes(terms: Int) -> Int { 18 * terms + 4 * tableSize }

  init(terms: Int) {
    unsafe left = .allocate(capacity: terms)
    unsafe left.initialize(repeating: 0, count: terms)
    unsafe right = .allocate(capacity: terms)
    unsafe right.initialize(repeating: 0, count: terms)
    unsafe leaving = .allocate(capacity: terms)
    unsafe joining = .allocate(capacity: terms)
    unsafe touched = .allocate(capacity: terms)
    unsafe logarithms = .allocate(capacity: Self.tableSize)
    unsafe logarithms[0] = 0
    for number in 1..<Self.tableSize {
      unsafe logarithms[number] = Int32((log2(Double(number)) * 1024).rounded())
    }
  }

  deinit {
    unsafe left.deallocate()
    unsafe right.deallocate()
    unsafe leaving.deallocate()
    unsafe joining.deallocate()
    unsafe logarithms.deallocate()
    unsafe touched.deallocate()
  }

  // MARK: Ranges

  /// Orders the documents of a range, through an index of its own.
  func order(_ view: BisectionView, _ range: Range<Int>) {
    guard range.count > Bisection.leaf else { return }
    let (starts, terms) = unsafe pack(view, range)
    let order = UnsafeMutablePointer<UInt32>.allocate(capacity: range.count)
    defer {
      unsafe starts.deallocate()
      unsafe terms.deallocate()
      unsafe order.deallocate()
    }
    for place in 0..<range.count { unsafe order[place] = UInt32(truncatingIfNeeded: place) }
    let packed = unsafe BisectionView(
      starts: starts, terms: terms, order: order, bias: view.bias + range.lowerBound,
      scratch: view.scratch + range.lowerBound, count: range.count)
    unsafe halveAll(packed, 0..<range.count)
    let documents = unsafe view.order + range.lowerBound
    for place in 0..<range.count { unsafe starts[place] = documents[Int(order[place])] }
    unsafe documents.update(from: starts, count: range.count)
  }

  private func halveAll(_ view: BisectionView, _ range: Range<Int>) {
    guard range.count > Bisection.leaf else { return }
    if unsafe view.count >= Self.leastPacked && range.count <= view.count / Self.packing {
      unsafe order(view, range)
      return
    }
    let middle = unsafe halve(view, range)
    unsafe halveAll(view, range.lowerBound..<middle)
    unsafe halveAll(view, middle..<range.upperBound)
  }

  /// The documents of a range with those of their terms that two others of them have, numbered as they come.
  private func pack(
    _ view: BisectionView, _ range: Range<Int>
  ) -> (UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt16>) {
    touchedCount = 0
    unsafe count(view, range, in: left)
    var postings = 0
    var number: Int32 = 0
    for place in 0..<touchedCount {
      let term = Int(unsafe touched[place])
      let documents = unsafe left[term]
      unsafe left[term] = 0
      if documents > 2 {
        postings += Int(documents)
        unsafe leaving[term] = number
        number += 1
      } else {
        unsafe leaving[term] = -1
      }
    }
    let starts = UnsafeMutablePointer<UInt32>.allocate(capacity: range.count + 1)
    let terms = UnsafeMutablePointer<UInt16>.allocate(capacity: postings)
    var end = 0
    for place in 0..<range.count {
      unsafe starts[place] = UInt32(truncatingIfNeeded: end)
      let document = Int(unsafe view.order[range.lowerBound &+ place])
      for index in Int(unsafe view.starts[document])..<Int(unsafe view.starts[document &+ 1]) {
        let number = unsafe leaving[Int(view.terms[index])]
        if number >= 0 {
          unsafe terms[end] = UInt16(truncatingIfNeeded: number)
          end &+= 1
        }
      }
    }
    unsafe starts[range.count] = UInt32(truncatingIfNeeded: end)
    return unsafe (starts, terms)
  }

  // MARK: Halving

  /// Exchanges documents between the halves of a range.
  /// - Returns: the first place of the right half.
  func halve(_ view: BisectionView, _ range: Range<Int>) -> Int {
    let middle = range.lowerBound + (range.count + 1) / 2
    let lefts = range.lowerBound..<middle
    let rights = middle..<range.upperBound
    touchedCount = 0
    unsafe count(view, lefts, in: left)
    unsafe count(view, rights, in: right)
    for round in 0..<Self.rounds {
      weigh()
      let most = unsafe biases(view, lefts, by: leaving).greatest
      let least = unsafe biases(view, rights, by: joining).least
      // Cooling: what is gained must be worth more from round to round, by a bit for the best pair.
      if Int(most) - Int(least) <= round << 10 { break }
      unsafe exchange(view, lefts, rights)
    }
    for place in 0..<touchedCount {
      let term = Int(unsafe touched[place])
      unsafe left[term] = 0
      unsafe right[term] = 0
    }
    return unsafe orient(view, lefts, rights)
  }

  /// Puts the half of the shorter documents first: these score higher, and searches that have seen high scores early
  /// pass over more of what follows.
  /// - Returns: the first place of the right half.
  private func orient(_ view: BisectionView, _ lefts: Range<Int>, _ rights: Range<Int>) -> Int {
    guard unsafe postings(view, lefts) / lefts.count > postings(view, rights) / rights.count else {
      return rights.lowerBound
    }
    let (order, held) = unsafe (view.order, view.scratch)
    for place in lefts { unsafe held[place] = Int32(bitPattern: order[place]) }
    var next = lefts.lowerBound
    for place in rights {
      unsafe order[next] = order[place]
      next += 1
    }
    let middle = next
    for place in lefts {
      unsafe order[next] = UInt32(bitPattern: held[place])
      next += 1
    }
    return middle
  }

  private func postings(_ view: BisectionView, _ range: Range<Int>) -> Int {
    var sum = 0
    for place in range {
      let document = Int(unsafe view.order[place])
      sum += Int(unsafe view.starts[document &+ 1]) - Int(unsafe view.starts[document])
    }
    return sum
  }

  /// Counts the documents of a range that have each term.
  private func count(
    _ view: BisectionView, _ range: Range<Int>, in table: UnsafeMutablePointer<Int32>
  ) {
    for place in range {
      let document = Int(unsafe view.order[place])
      var index = Int(unsafe view.starts[document])
      let end = Int(unsafe view.starts[document &+ 1])
      while index < end {
        let number = unsafe view.terms[index]
        let term = Int(number)
        if unsafe left[term] | right[term] == 0 {
          unsafe touched[touchedCount] = number
          touchedCount &+= 1
        }
        unsafe table[term] &+= 1
        index &+= 1
      }
    }
  }

  /// What each term says of a document that has it, for either half: bits saved by its being in the left one.
  private func weigh() {
    for place in 0..<touchedCount {
      let term = Int(unsafe touched[place])
      let (l, r) = unsafe (left[term], right[term])
      unsafe leaving[term] = logarithm(r &+ 1) &- logarithm(l)
      unsafe joining[term] = logarithm(r) &- logarithm(l &+ 1)
    }
  }

  /// log2 in 1024ths, of 12 bits of the number; 0 of 0.
  @inline(__always)
  private func logarithm(_ number: Int32) -> Int32 {
    let shift = max(Int32(20 &- number.leadingZeroBitCount), 0)
    return unsafe logarithms[Int(number &>> shift)] &+ shift &<< 10
  }

  /// Sets the biases of a range: the sums of its documents' weights.
  private func biases(
    _ view: BisectionView, _ range: Range<Int>, by weights: UnsafeMutablePointer<Int32>
  ) -> (least: Int32, greatest: Int32) {
    let (starts, terms, order) = unsafe (view.starts, view.terms, view.order)
    var (least, greatest) = (Int32.max, Int32.min)
    for place in range {
      let document = Int(unsafe order[place])
      var index = Int(unsafe starts[document])
      let end = Int(unsafe starts[document &+ 1])
      var (one, other): (Int32, Int32) = (0, 0)
      while index &+ 1 < end {
        one &+= unsafe weights[Int(terms[index])]
        other &+= unsafe weights[Int(terms[index &+ 1])]
        index &+= 2
      }
      if index < end { one &+= unsafe weights[Int(terms[index])] }
      let bias = one &+ other
      unsafe view.bias[place] = bias
      least = min(least, bias)
      greatest = max(greatest, bias)
    }
    return (least, greatest)
  }

  /// Exchanges documents so that no bias of the left half is above one of the right half.
  private func exchange(_ view: BisectionView, _ lefts: Range<Int>, _ rights: Range<Int>) {
    let threshold = unsafe select(view, lefts.lowerBound..<rights.upperBound, rights.lowerBound)
    let bias = unsafe view.bias
    var going = 0
    var coming = 0
    for place in lefts where unsafe bias[place] > threshold { going &+= 1 }
    for place in rights where unsafe bias[place] < threshold { coming &+= 1 }
    // Of those at the threshold only as many move as make up the difference.
    var tiedLeft = max(coming &- going, 0)
    var tiedRight = max(going &- coming, 0)
    var left = lefts.lowerBound
    var right = rights.lowerBound
    for _ in 0..<max(going, coming) {
      while unsafe bias[left] <= threshold {
        if tiedLeft > 0, unsafe bias[left] == threshold {
          tiedLeft &-= 1
          break
        }
        left &+= 1
      }
      while unsafe bias[right] >= threshold {
        if tiedRight > 0, unsafe bias[right] == threshold {
          tiedRight &-= 1
          break
        }
        right &+= 1
      }
      let (goes, comes) = unsafe (view.order[left], view.order[right])
      unsafe move(view, Int(goes), from: self.left, to: self.right)
      unsafe move(view, Int(comes), from: self.right, to: self.left)
      unsafe view.order[left] = comes
      unsafe view.order[right] = goes
      left &+= 1
      right &+= 1
    }
  }

  @inline(__always)
  private func move(
    _ view: BisectionView, _ document: Int, from: UnsafeMutablePointer<Int32>,
    to: UnsafeMutablePointer<Int32>
  ) {
    for index in Int(unsafe view.starts[document])..<Int(unsafe view.starts[document &+ 1]) {
      let term = Int(unsafe view.terms[index])
      unsafe from[term] &-= 1
      unsafe to[term] &+= 1
    }
  }

  /// The bias at `wanted` if those of the range were sorted: Hoare's quickselect over a copy. Where halves do not get
  /// much smaller for long, the rest is sorted.
  private func select(_ view: BisectionView, _ range: Range<Int>, _ wanted: Int) -> Int32 {
    let values = unsafe view.scratch
    unsafe (values + range.lowerBound).update(
      from: view.bias + range.lowerBound, count: range.count)
    var low = range.lowerBound
    var high = range.upperBound - 1
    var steps = 128
    while low < high {
      steps -= 1
      if steps == 0 {
        var rest = unsafe UnsafeMutableBufferPointer(start: values + low, count: high - low + 1)
        unsafe rest.sort()
        break
      }
      let (first, last) = unsafe (values[low], values[high])
      let between = unsafe values[(low &+ high) &>> 1]
      let pivot = max(min(first, between), min(max(first, between), last))
      var left = low
      var right = high
      while left <= right {
        while unsafe values[left] < pivot { left &+= 1 }
        while unsafe values[right] > pivot { right &-= 1 }
        if left <= right {
          let value = unsafe values[left]
          unsafe values[left] = values[right]
          unsafe values[right] = value
          left &+= 1
          right &-= 1
        }
      }
      if wanted <= right {
        high = right
      } else if wanted >= left {
        low = left
      } else {
        break
      }
    }
    return unsafe values[wanted]
  }
}

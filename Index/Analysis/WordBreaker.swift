/// Word boundaries by Unicode Standard Annex #29 (version 15.0.0, section 4.1.1, rules WB3–WB999), tailored by
/// two things alone: subscript digits are Numeric, so that H₂O is one word, and 々 and 〻 are what they repeat, letters
/// that no rule joins.
///
/// From a boundary, the next one depends only on the text that follows: this is why tokenising can start again
/// at any word.

/// Word_Break property values, and finer ones that the tokenizer needs. The numbers are those of the generated table.
enum WordClass {
  static let other: UInt8 = 0
  static let cr: UInt8 = 1
  static let lf: UInt8 = 2
  static let newline: UInt8 = 3
  static let extend: UInt8 = 4
  static let zwj: UInt8 = 5
  static let format: UInt8 = 6
  static let katakana: UInt8 = 7
  static let hebrewLetter: UInt8 = 8
  static let aLetter: UInt8 = 9
  static let singleQuote: UInt8 = 10
  static let doubleQuote: UInt8 = 11
  static let midNumLet: UInt8 = 12
  static let midLetter: UInt8 = 13
  static let midNum: UInt8 = 14
  static let numeric: UInt8 = 15
  static let extendNumLet: UInt8 = 16
  static let regionalIndicator: UInt8 = 17
  static let wSegSpace: UInt8 = 18
  /// Extended_Pictographic, else Other.
  static let pictograph: UInt8 = 19
  /// Extended_Pictographic and ALetter (ℹ Ⓜ).
  static let letterPictograph: UInt8 = 20
  /// A letter or number whose Word_Break is Other: Han, Hiragana, Thai, … A word by itself.
  static let loneLetter: UInt8 = 21
  /// Extended_Pictographic and Emoji_Presentation.
  static let emoji: UInt8 = 22

  static let mask: UInt8 = 0x1F
  /// A letter of a script that is written without spaces between words (the lone letters: Han, Hiragana, Thai, Lao,
  /// Khmer, Burmese, …; katakana), or of Hangul: see Pairs.swift.
  static let runBit: UInt8 = 0x20
  /// The exact form of the scalar is another, or may change with what stands before it.
  static let foldsBit: UInt8 = 0x40
  /// A mark that joins two words to a compound: hyphens, @ and &.
  static let joinerBit: UInt8 = 0x80

  /// A bit for each class.
  @inline(__always)
  static func bit(_ value: UInt8) -> UInt32 { 1 &<< UInt32(value & mask) }

  static let letters = bit(aLetter) | bit(hebrewLetter) | bit(letterPictograph)
  /// What words are made of; marks and underscores stand between.
  static let wordParts = letters | bit(numeric) | bit(katakana)
  static let ignored = bit(extend) | bit(format) | bit(zwj)
  static let pictographs = bit(pictograph) | bit(letterPictograph) | bit(emoji)
  static let run = bit(loneLetter) | bit(katakana)
  static let marks =
    bit(singleQuote) | bit(doubleQuote) | bit(midNumLet) | bit(midLetter) | bit(midNum)
    | bit(extendNumLet)
}

struct WordBreaker {
  let text: TextBytes
  let classes: ByteTrie
  /// A longer segment is cut after a whole scalar, so that what one word costs is bounded.
  var maxSegmentBytes = Int.max
  /// Whether WB13a joins one connector to another (`__`). The tokenizer has no use for such words.
  var joinsConnectors = true
  /// Classes of the letters that are taken in pairs, and are no part of a segment then; as `WordClass.bit`s.
  var runs: UInt32 = 0

  /// A stretch between two boundaries.
  struct Segment {
    var end: Int
    /// The classes that occur in it, as `WordClass.bit`s; of letters and digits at least one.
    var classes: UInt32
  }

  /// The class byte of the scalar at `offset`, and the scalar's length; class 255 (none) at the end.
  @inline(__always)
  func scalar(_ offset: Int) -> (value: UInt32, properties: UInt8, length: Int) {
    let byte = text.byte(offset)
    if byte < 0x80 { return (UInt32(byte), classes.ascii(byte), 1) }
    let (value, length) = text.scalar(offset)
    return (value, classes[value], length)
  }

  @inline(__always)
  func isOfRun(_ properties: UInt8) -> Bool {
    properties & WordClass.runBit != 0 && WordClass.bit(properties) & runs != 0
  }

  /// The segment that begins at `start`, which is a boundary before the end of the text, and at no paired letter.
  func segment(from start: Int) -> Segment {
    typealias C = WordClass
    let n = text.count
    let limit = maxSegmentBytes < n &- start ? start &+ maxSegmentBytes : n
    let (_, first, firstLength) = scalar(start)
    var previous = first & C.mask
    var end = start &+ firstLength
    var seen = C.bit(previous)
    switch previous {
    case C.cr:  // WB3
      if text.byte(end) == 0x0A { end &+= 1 }
      return Segment(end: min(end, n), classes: seen)
    case C.lf, C.newline:  // WB3a
      return Segment(end: min(end, n), classes: seen)
    case C.wSegSpace:  // WB3d
      while end < limit {
        let (_, next, length) = scalar(end)
        guard next & C.mask == C.wSegSpace else { break }
        end &+= length
      }
    default: break
    }
    var afterJoiner = previous == C.zwj
    var isPaired = false
    while end < limit {
      if text.byte(end) < 0x80, C.bit(previous) & (C.bit(C.aLetter) | C.bit(C.numeric)) != 0 {
        // WB5, WB8–WB10 for ASCII letters and digits.
        let run = min(
          ASCII.before(~ASCII.classify(text.word(end)).word & ASCII.highs), limit &- end)
        if run > 0 {
          end &+= run
          previous = text.byte(end &- 1) < 0x41 ? C.numeric : C.aLetter
          afterJoiner = false
          continue
        }
      }
      let (_, properties, length) = scalar(end)
      guard end &+ length <= limit else { break }
      let next = properties & C.mask
      let bit = C.bit(next)
      if isOfRun(properties) { break }
      if next == C.aLetter, previous == C.aLetter {  // WB5, the usual case
        end &+= length
        afterJoiner = false
        continue
      }
      if bit & C.ignored != 0 {  // WB4
        afterJoiner = next == C.zwj
        seen |= bit
        end &+= length
        continue
      }
      if afterJoiner, bit & C.pictographs != 0 {  // WB3c
        previous = next
        seen |= bit
        end &+= length
        afterJoiner = false
        continue
      }
      let before = C.bit(previous)
      var accepted = end &+ length
      var last = next
      if bit & C.wordParts != 0 {
        if bit & C.bit(C.katakana) != 0 {  // WB13, WB13b
          guard before & (C.bit(C.katakana) | C.bit(C.extendNumLet)) != 0 else { break }
        } else {  // WB5, WB8, WB9, WB10, WB13b
          guard before & (C.letters | C.bit(C.numeric) | C.bit(C.extendNumLet)) != 0 else { break }
        }
      } else if next == C.extendNumLet {  // WB13a
        guard before & C.wordParts != 0 || (previous == C.extendNumLet && joinsConnectors) else {
          break
        }
      } else if next == C.regionalIndicator {  // WB15, WB16
        guard previous == C.regionalIndicator, !isPaired else { break }
        isPaired = true
      } else if bit & C.marks != 0 {
        guard
          let (following, followingEnd) = self.following(mark: next, after: previous, at: accepted)
        else {
          guard previous == C.hebrewLetter, next == C.singleQuote else { break }  // WB7a
          previous = next
          seen |= bit
          end = accepted
          afterJoiner = false
          continue
        }
        guard followingEnd <= limit else { break }
        seen |= C.bit(following)
        accepted = followingEnd
        last = following
      } else {
        break
      }
      seen |= bit
      previous = last
      end = accepted
      afterJoiner = false
    }
    return Segment(end: min(end, n), classes: seen)
  }

  /// WB6, WB7, WB7b, WB7c, WB11, WB12: the class and the end of the letter or digit to which a mark joins what
  /// stands before it; nil if it does not.
  private func following(
    mark: UInt8, after previous: UInt8, at offset: Int
  ) -> (following: UInt8, end: Int)? {
    typealias C = WordClass
    let wanted: UInt32
    switch mark {
    case C.midNumLet, C.singleQuote:
      wanted =
        C.bit(previous) & C.letters != 0 ? C.letters : previous == C.numeric ? C.bit(C.numeric) : 0
    case C.midLetter: wanted = C.bit(previous) & C.letters != 0 ? C.letters : 0
    case C.midNum: wanted = previous == C.numeric ? C.bit(C.numeric) : 0
    case C.doubleQuote: wanted = previous == C.hebrewLetter ? C.bit(C.hebrewLetter) : 0
    default: wanted = 0
    }
    guard wanted != 0 else { return nil }
    var at = offset
    while at < text.count {
      let (_, properties, length) = scalar(at)
      let bit = C.bit(properties)
      if bit & C.ignored != 0 {
        at &+= length
      } else {
        guard bit & wanted != 0, !isOfRun(properties) else { return nil }
        return (properties & C.mask, at &+ length)
      }
    }
    return nil
  }
}

/// Text that a terminal cannot take as an order.
///
/// Documents, file names and answers of a daemon are hostile input: a title may hold the sequence that clears the
/// screen, renames the window or answers for the user. Whole escape sequences go (ECMA-48: CSI, OSC and the other
/// strings), then every control character that is left, DEL, the C1 controls, and the characters that
/// reverse the direction of what follows (U+202A–U+202E, U+2066–U+2069). Line feeds and tabs become
/// spaces unless lines are asked for.
func printable(_ text: some StringProtocol, lines: Bool = false) -> String {
  // Nearly all text is clean.
  if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return String(text) }
  var result = ""
  result.reserveCapacity(text.utf8.count)
  var scalars = text.unicodeScalars.makeIterator()
  var next = scalars.next()
  while let scalar = next {
    next = scalars.next()
    switch scalar.value {
    case 0x1B:
      switch next?.value {
      case 0x5B:  // CSI: parameters and intermediates, one final byte
        repeat {
          next = scalars.next()
        } while next.map { (0x20...0x3F).contains($0.value) } ?? false
        if let last = next, (0x40...0x7E).contains(last.value) { next = scalars.next() }
      case 0x5D, 0x50, 0x58, 0x5E, 0x5F:  // OSC, DCS, SOS, PM, APC: to BEL or ST, at most one line
        while let inner = next, inner.value != 0x07, inner.value != 0x0A, inner.value != 0x9C {
          next = scalars.next()
          if inner.value == 0x1B, next?.value == 0x5C { break }
        }
        if let last = next, last.value != 0x0A { next = scalars.next() }
      case .some(0x20...0x7E):  // intermediates, one final byte
        while let inner = next, (0x20...0x2F).contains(inner.value) { next = scalars.next() }
        if let last = next, (0x30...0x7E).contains(last.value) { next = scalars.next() }
      default: break
      }
    case 0x0A where lines: result.unicodeScalars.append(scalar)
    case 0x09, 0x0A, 0x0D: result.append(" ")
    case 0x9B:  // CSI in one character
      while let inner = next, (0x20...0x3F).contains(inner.value) { next = scalars.next() }
      if let last = next, (0x40...0x7E).contains(last.value) { next = scalars.next() }
    case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069: break
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// The first `columns` characters, with an ellipsis where something is missing. East Asian wide characters count
/// as one: the line is a little long there, never wrong.
func shortened(_ text: String, to columns: Int) -> String {
  guard text.utf8.count > columns, columns > 1 else { return text }
  guard let end = text.index(text.startIndex, offsetBy: columns, limitedBy: text.endIndex),
    end < text.endIndex
  else { return text }
  return text.prefix(columns - 1) + "…"
}

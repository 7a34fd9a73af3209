import CXML
import Glibc

/// libxml2's HTML parser over cleaned markup: it decodes character references, adds the tags that authors may
/// leave out, closes what was left open, and tells of starts, ends and text in order.
///
/// Its events are taken (SAX), not its tree: the tree ends at a depth of 256 and would be a second copy. No
/// state is shared between parsers but libxml2's own, which is made once; errors go to a callback of the
/// parser, never to standard error.
enum HTMLParser {
  /// What libxml2 compares, at most, to match end tags that fit nothing with the open elements: past it the
  /// page is taken as far as it was read. 50 million take it about a second.
  private static let mostComparisons = 50_000_000

  /// Hands the page's events to `content`. False: reading was given up, or memory ran out.
  static func parse(_ markup: [UInt8], into content: HTMLContent) -> Bool {
    guard markup.count <= Int(Int32.max), isReady else { return false }
    guard let context = unsafe htmlNewParserCtxt() else { return false }
    defer { unsafe htmlFreeParserCtxt(context) }
    let run = Run(content)
    unsafe context.pointee._private = Unmanaged.passUnretained(run).toOpaque()
    unsafe setHandlers(context.pointee.sax)
    let options =
      HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue
      | HTML_PARSE_NONET.rawValue | HTML_PARSE_IGNORE_ENC.rawValue
    withExtendedLifetime(run) {
      unsafe markup.withUnsafeBytes { bytes in
        let document = unsafe htmlCtxtReadMemory(
          context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), nil,
          "UTF-8", Int32(options))
        unsafe xmlFreeDoc(document)
      }
    }
    content.finish()
    return !run.isCut
  }

  /// libxml2's globals are made by whoever comes first; Swift makes a static once, whatever the threads.
  private static let isReady: Bool = {
    xmlInitParser()
    return true
  }()

  /// What a parser's callbacks share.
  private final class Run {
    let content: HTMLContent
    var comparisons = 0
    var isCut = false

    init(_ content: HTMLContent) { self.content = content }

    static func of(_ context: UnsafeMutableRawPointer?) -> (Run, htmlParserCtxtPtr)? {
      guard let context = unsafe context?.assumingMemoryBound(to: xmlParserCtxt.self),
        let run = unsafe context.pointee._private
      else { return nil }
      return unsafe (Unmanaged<Run>.fromOpaque(run).takeUnretainedValue(), context)
    }

    func stop(_ context: htmlParserCtxtPtr) {
      isCut = true
      unsafe xmlStopParser(context)
    }
  }

  private static func setHandlers(_ handler: UnsafeMutablePointer<xmlSAXHandler>) {
    unsafe handler.pointee = xmlSAXHandler()
    // The mark of a handler that has the callback for structured errors (XML_SAX2_MAGIC).
    unsafe handler.pointee.initialized = 0xDEED_BEAF
    unsafe handler.pointee.startElement = { context, name, attributes in
      guard let name = unsafe name, let (run, parser) = unsafe Run.of(context) else { return }
      var found = HTMLAttributes()
      if var pair = unsafe attributes {
        while let key = unsafe pair[0] {
          if let value = unsafe pair[1] {
            found.add(unsafe String(cString: key), unsafe String(cString: value))
          }
          unsafe pair += 2
        }
      }
      let goesOn = run.content.start(unsafe String(cString: name), found)
      if !goesOn { unsafe run.stop(parser) }
    }
    unsafe handler.pointee.endElement = { context, _ in
      guard let (run, _) = unsafe Run.of(context) else { return }
      run.content.end()
    }
    unsafe handler.pointee.characters = { context, bytes, count in
      guard let bytes = unsafe bytes, let (run, parser) = unsafe Run.of(context) else { return }
      let text = unsafe UnsafeBufferPointer(start: bytes, count: Int(count))
      let goesOn = unsafe run.content.text(text.span)
      if !goesOn { unsafe run.stop(parser) }
    }
    unsafe handler.pointee.ignorableWhitespace = unsafe handler.pointee.characters
    unsafe handler.pointee.serror = { context, _ in
      guard let (run, parser) = unsafe Run.of(context) else { return }
      // An end tag that fits nothing was compared with each open element.
      run.comparisons += 1 + Int(unsafe parser.pointee.nameNr)
      if run.comparisons > HTMLParser.mostComparisons { unsafe run.stop(parser) }
    }
  }
}

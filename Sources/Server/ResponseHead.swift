import NIOCore

/// The first lines of an answer (RFC 9112, sections 4 to 6).
enum ResponseHead {
  /// How the client sees where the body ends.
  enum Framing {
    case length(Int)
    case chunked
    /// To HTTP/1.0, which has no chunks.
    case untilClose
    /// 204 and 304: there is no body.
    case none
  }

  enum Connection: String {
    case close
    case keepAlive = "keep-alive"
  }

  static func write(
    _ response: Response, framing: Framing, id: String, date: String, connection: Connection?,
    into buffer: inout ByteBuffer
  ) {
    buffer.writeStaticString("HTTP/1.1 ")
    buffer.writeString(String(response.status))
    buffer.writeStaticString(" ")
    buffer.writeString(reason(response.status))
    if !response.contentType.isEmpty {
      buffer.writeStaticString("\r\nContent-Type: ")
      buffer.writeString(response.contentType)
    }
    switch framing {
    case .length(let count):
      buffer.writeStaticString("\r\nContent-Length: ")
      buffer.writeString(String(count))
    case .chunked: buffer.writeStaticString("\r\nTransfer-Encoding: chunked")
    case .untilClose, .none: break
    }
    buffer.writeStaticString("\r\nDate: ")
    buffer.writeString(date)
    buffer.writeStaticString("\r\nX-Request-Id: ")
    buffer.writeString(id)
    for (name, value) in response.headers {
      buffer.writeStaticString("\r\n")
      buffer.writeString(name)
      buffer.writeStaticString(": ")
      buffer.writeString(value)
    }
    if let connection {
      buffer.writeStaticString("\r\nConnection: ")
      buffer.writeString(connection.rawValue)
    }
    buffer.writeStaticString("\r\n\r\n")
  }

  static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 202: "Accepted"
    case 204: "No Content"
    case 304: "Not Modified"
    case 400: "Bad Request"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 412: "Precondition Failed"
    case 413: "Content Too Large"
    case 415: "Unsupported Media Type"
    case 417: "Expectation Failed"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 503: "Service Unavailable"
    default: "Status"
    }
  }

  /// IMF-fixdate (RFC 9110, section 5.6.7), as in "Sun, 06 Nov 1994 08:49:37 GMT", of seconds since 1970.
  static func date(_ seconds: Int) -> String {
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let day = seconds / 86_400
    let time = seconds % 86_400
    // Days since 0000-03-01, in eras of 400 years (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms",
    // civil_from_days).
    let shifted = day + 719_468
    let era = shifted / 146_097
    let inEra = shifted % 146_097
    let yearOfEra = (inEra - inEra / 1_460 + inEra / 36_524 - inEra / 146_096) / 365
    let inYear = inEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let fromMarch = (5 * inYear + 2) / 153
    let month = (fromMarch + 2) % 12
    let year = yearOfEra + era * 400 + (month < 2 ? 1 : 0)
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return
      "\(days[(day + 4) % 7]), \(two(inYear - (153 * fromMarch + 2) / 5 + 1)) \(months[month]) "
      + "\(year) \(two(time / 3_600)):\(two(time / 60 % 60)):\(two(time % 60)) GMT"
  }
}

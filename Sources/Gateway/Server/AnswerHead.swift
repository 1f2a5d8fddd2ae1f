import Exchange
import NIOCore
import Wire

/// How an answer's body is delimited towards the caller.
enum AnswerFraming: Equatable {
    case length(Int)
    case chunked
    /// HTTP/1.0 callers: the connection's end is the body's end.
    case untilClose
}

extension HeadWriter {
    /// Writes status line, framing and the headers that every answer carries.
    mutating func begin(status: Int, framing: AnswerFraming, keepAlive: Bool, requestID: String, date: String) {
        self.write(fixed: "HTTP/1.1 ")
        self.write(Self.statusText(status))
        self.write(fixed: "\r\ndate: ")
        self.write(date)
        self.write(fixed: "\r\nx-request-id: ")
        self.write(requestID)
        self.write(fixed: "\r\nrequest-id: ")
        self.write(requestID)
        switch framing {
        case .length(let count):
            self.write(fixed: "\r\ncontent-length: ")
            self.write(count)
            self.write(fixed: "\r\n")
        case .chunked:
            self.write(fixed: "\r\ntransfer-encoding: chunked\r\n")
        case .untilClose:
            self.write(fixed: "\r\n")
        }
        if !keepAlive { self.write(fixed: "connection: close\r\n") }
    }

    private static func statusText(_ status: Int) -> String {
        switch status {
        case 200: "200 OK"
        case 201: "201 Created"
        case 202: "202 Accepted"
        case 204: "204 No Content"
        case 400: "400 Bad Request"
        case 401: "401 Unauthorized"
        case 402: "402 Payment Required"
        case 403: "403 Forbidden"
        case 404: "404 Not Found"
        case 405: "405 Method Not Allowed"
        case 408: "408 Request Timeout"
        case 409: "409 Conflict"
        case 413: "413 Content Too Large"
        case 414: "414 URI Too Long"
        case 415: "415 Unsupported Media Type"
        case 422: "422 Unprocessable Content"
        case 426: "426 Upgrade Required"
        case 429: "429 Too Many Requests"
        case 431: "431 Request Header Fields Too Large"
        case 500: "500 Internal Server Error"
        case 501: "501 Not Implemented"
        case 502: "502 Bad Gateway"
        case 503: "503 Service Unavailable"
        case 504: "504 Gateway Timeout"
        case 505: "505 HTTP Version Not Supported"
        case 529: "529 Overloaded"
        default: "\(status) Status"
        }
    }
}

/// Room in front of a chunk for its size line, so that payload can be appended before its length is known.
enum ChunkFrame {
    /// Bytes reserved: eight hexadecimal digits and CRLF.
    static let headroom = 10

    /// Starts a chunk in an empty buffer.
    static func begin(_ buffer: inout ByteBuffer) {
        buffer.writeStaticString("00000000\r\n")
    }

    /// Closes the chunk begun at the buffer's start: writes its size and trailing CRLF and moves the reader to the first digit.
    static func end(_ buffer: inout ByteBuffer) {
        let count = buffer.writerIndex - Self.headroom
        buffer.writeStaticString("\r\n")
        var index = Self.headroom - 2
        var rest = max(0, count)
        repeat {
            index -= 1
            let digit = UInt8(rest & 0xF)
            buffer.setInteger(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10, at: index)
            rest >>= 4
        } while rest > 0
        buffer.moveReaderIndex(to: index)
    }
}

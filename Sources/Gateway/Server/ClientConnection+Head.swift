import Exchange
import NIOCore
import Wire

extension ClientConnection {
    /// Bodies of refused requests up to this size are read and thrown away; for longer ones the connection is closed.
    private static let discardLimit = 256 * 1024

    /// A head is complete: answer it here, refuse it, or start to receive its body.
    func receivedHead(_ headBytes: ByteBuffer) {
        self.keepsAlive = self.head.keepAlive && !self.loop.shared.gate.endsConnections
        self.outline = nil
        headBytes.withUnsafeReadableBytes { bytes in
            let scan = HeaderScan(self.head.headers, in: bytes)
            let requestID = self.requestID(scan, bytes)
            let target = UnsafeRawBufferPointer(rebasing: bytes[self.head.target])
            let route = Route(target)
            guard !self.head.isUpgrade, self.head.method != .connect else {
                return self.refuseUpgrade(route, scan, requestID)
            }
            switch route {
            case .operation(let operation, let pathModel):
                self.receivedOperation(operation, pathModel, scan, headBytes, bytes, requestID)
            case .models, .model, .key, .live, .ready, .doubledPrefix, .unknown:
                self.answerLocally(route, scan, bytes, requestID)
            }
        }
    }

    private func requestID(_ scan: HeaderScan, _ bytes: UnsafeRawBufferPointer) -> String {
        if let range = scan.requestID {
            let own = UnsafeRawBufferPointer(rebasing: bytes[range])
            if RequestIDGenerator.isAcceptable(own) { return String(decoding: own, as: UTF8.self) }
        }
        return self.loop.ids.next(unixMilliseconds: self.loop.unixMilliseconds)
    }

    private func receivedOperation(
        _ operation: Exchange.Operation,
        _ pathModel: Range<Int>?,
        _ scan: HeaderScan,
        _ headBytes: ByteBuffer,
        _ bytes: UnsafeRawBufferPointer,
        _ requestID: String
    ) {
        if case .options = self.head.method { return self.answerOptions(allow: "POST, OPTIONS", requestID) }
        do throws(GatewayFailure) {
            guard case .post = self.head.method else {
                throw GatewayFailure(.methodNotAllowed, "This route takes POST.")
            }
            let caller = try self.caller(scan, in: bytes)
            let head = try InboundHead.accept(
                self.head,
                scan,
                in: bytes,
                operation: operation,
                pathModel: pathModel,
                requestID: requestID,
                trace: self.loop.trace(scan, in: bytes),
                at: self.loop.loop.now
            )
            self.receiveBody(head, headBytes, caller)
        } catch {
            self.refuseUnread(error, operation, scan, requestID, self.loop.trace(scan, in: bytes))
        }
    }

    private func receiveBody(_ head: InboundHead, _ headBytes: ByteBuffer, _ caller: Caller) {
        let limits = self.loop.shared.options.limits
        do throws(GatewayFailure) {
            try Admitted.look(
                for: caller,
                head.operation,
                in: self.loop.shared.admissions,
                at: head.receivedAt.monotonic,
                wall: self.loop.shared.budgetTime.unixMilliseconds
            )
            try self.takePlace(
                ReceivedRequest(head: head, headBytes: headBytes, caller: caller),
                bodyBytes: try self.announcedBytes(limits.maxBodyBytes)
            )
        } catch {
            self.refuse(error, head: head, caller: caller, bodyIsUnread: true)
        }
    }

    /// How long the body is going to be; 0 where only its end will tell.
    private func announcedBytes(_ limit: Int) throws(GatewayFailure) -> Int {
        switch self.head.framing {
        case .length(let count) where count > 0:
            guard count <= limit else { throw Self.bodyTooLarge(limit) }
            return count
        case .chunked:
            return 0
        case .length, .none, .untilClose:
            throw GatewayFailure(.invalidRequest, "The request has no body; send a JSON object.")
        }
    }

    /// Receives the body of a request that has its place.
    func beginBody(_ receiving: ReceivedRequest, at now: NIODeadline) {
        if case .length(let count) = self.head.framing {
            self.continueIfExpected(count)
            return self.enter(.body(receiving, count: count), at: now)
        }
        self.chunkedDecoder = ChunkedDecoder()
        self.decodedBody = ByteBuffer()
        self.continueIfExpected(1)
        self.enter(.chunkedBody(receiving), at: now)
    }

    private func continueIfExpected(_ count: Int) {
        guard self.head.expectsContinue, self.inbound.readableBytes < count, let context = self.context else { return }
        var bytes = context.channel.allocator.buffer(capacity: 32)
        bytes.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        self.write(bytes)
    }

    /// Whether the current request's body is short enough, and sure enough to come, to be read and thrown away.
    var discardable: Bool {
        switch self.head.framing {
        case .none: true
        case .length(let count): count <= Self.discardLimit && !self.head.expectsContinue
        case .chunked, .untilClose: false
        }
    }

    /// Prepares for the next request after an answer given before the body was read.
    func skipBody() {
        guard self.keepsAlive else { return self.linger() }
        if case .length(let count) = self.head.framing, count > 0 {
            self.enter(.discarding(remaining: count))
        } else {
            self.enter(.head)
        }
    }

    static func bodyTooLarge(_ limit: Int) -> GatewayFailure {
        GatewayFailure(.bodyTooLarge, "The request body is over the limit of \(limit) bytes.")
    }
}

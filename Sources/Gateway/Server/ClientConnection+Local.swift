import Exchange
import NIOCore
import Policy
import Upstream
import Wire

extension ClientConnection {
    /// Answers what needs no vendor: health, models, and paths that do not exist.
    func answerLocally(_ route: Route, _ scan: HeaderScan, _ bytes: UnsafeRawBufferPointer, _ requestID: String) {
        switch self.head.method {
        case .options:
            return self.answerOptions(allow: "GET, HEAD, OPTIONS", requestID)
        case .get, .head:
            break
        case .post, .put, .patch, .delete, .connect, .trace, .other:
            guard self.isKnown(route) else { break }
            let failure = GatewayFailure(.methodNotAllowed, "This route takes GET.")
            var answer = self.format(.models, scan).errorAnswer(failure, operation: .models, requestID: requestID)
            answer.headers.append(("allow", "GET, HEAD, OPTIONS"))
            if !self.discardable { self.keepsAlive = false }
            self.write(answer, requestID: requestID)
            return self.skipBody()
        }
        do throws(GatewayFailure) {
            try self.answerGet(route, scan, bytes, requestID)
        } catch {
            self.refuseUnread(error, .models, scan, requestID)
        }
    }

    private func isKnown(_ route: Route) -> Bool {
        switch route {
        case .models, .model, .key, .live, .ready, .operation: true
        case .doubledPrefix, .unknown: false
        }
    }

    private func answerGet(
        _ route: Route,
        _ scan: HeaderScan,
        _ bytes: UnsafeRawBufferPointer,
        _ requestID: String
    ) throws(GatewayFailure) {
        switch route {
        case .live:
            self.answer(status: 200, body: Array(#"{"status":"ok"}"#.utf8), requestID)
        case .ready:
            let isReady = self.loop.shared.isReady
            let text = isReady ? #"{"status":"ok"}"# : #"{"status":"draining"}"#
            self.answer(status: isReady ? 200 : 503, body: Array(text.utf8), requestID)
        case .models:
            let caller = try self.caller(scan, in: bytes)
            self.answer(status: 200, body: ModelList.all(for: caller, in: self.loop.snapshot), requestID)
        case .model(let range):
            let caller = try self.caller(scan, in: bytes)
            let offset = self.head.target.lowerBound
            let part = UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound + offset..<range.upperBound + offset])
            guard let id = decodePathPart(part), let body = ModelList.one(id, for: caller, in: self.loop.snapshot)
            else {
                throw GatewayFailure(
                    .modelNotFound,
                    "No such model, or this key may not use it. GET /v1/models lists what it may use.",
                    parameter: "model"
                )
            }
            self.answer(status: 200, body: body, requestID)
        case .key:
            let caller = try self.authenticator.authenticate(scan, in: bytes, loop: self.loop)
            let standing = KeyStanding(
                key: caller.key,
                admissions: self.loop.shared.admissions,
                at: self.loop.monotonicNow,
                wall: self.loop.shared.budgetTime.unixMilliseconds
            )
            self.answer(status: 200, body: standing.json, requestID)
        case .doubledPrefix:
            throw GatewayFailure(
                .routeNotFound,
                "The path holds /v1 twice. Use the base URL without a trailing /v1 for Anthropic SDKs (http://HOST:PORT), with one for OpenAI SDKs (http://HOST:PORT/v1)."
            )
        case .operation, .unknown:
            throw GatewayFailure(
                .routeNotFound,
                "No such route. OpenAI SDKs use the base URL http://HOST:PORT/v1, Anthropic SDKs http://HOST:PORT."
            )
        }
    }

    /// `OPTIONS`: what the route takes; no CORS headers, Martlet is not for browsers on other origins.
    func answerOptions(allow: String, _ requestID: String) {
        guard self.context != nil else { return }
        var bytes = self.loop.takeScratch()
        bytes.writeHead { head in
            head.begin(
                status: 204,
                framing: .untilClose,
                keepAlive: self.keepsAlive,
                requestID: requestID,
                date: self.loop.date
            )
            head.write(field: "allow", allow)
            head.write(fixed: "\r\n")
        }
        self.write(bytes)
        self.loop.returnScratch(bytes)
        if !self.discardable { self.keepsAlive = false }
        self.skipBody()
    }

    private func answer(status: Int, body: [UInt8], _ requestID: String) {
        if !self.discardable { self.keepsAlive = false }
        self.write(ErrorAnswer(status: status, headers: [], body: body), requestID: requestID)
        self.skipBody()
    }
}

/// The model list in one shape that both vendors' SDKs read.
enum ModelList {
    /// Every model the caller may use.
    static func all(for caller: Caller, in snapshot: Snapshot) -> [UInt8] {
        let models = snapshot.models.filter { !$0.targets.isEmpty && caller.key.allows(model: $0.name) }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("object")
        writer.string("list")
        writer.key("data")
        writer.beginArray()
        for model in models { Self.write(model, to: &writer) }
        writer.endArray()
        writer.key("has_more")
        writer.bool(false)
        for (key, model) in [("first_id", models.first), ("last_id", models.last)] {
            writer.key(key)
            if let model { writer.string(model.name) } else { writer.null() }
        }
        writer.endObject()
        return writer.bytes
    }

    /// One model, if the caller may use it.
    static func one(_ id: String, for caller: Caller, in snapshot: Snapshot) -> [UInt8]? {
        guard caller.key.allows(model: id), let model = snapshot.model(named: id), !model.targets.isEmpty else {
            return nil
        }
        var writer = JSONWriter()
        Self.write(model, to: &writer)
        return writer.bytes
    }

    private static func write(_ model: Model, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("id")
        writer.string(model.name)
        writer.key("object")
        writer.string("model")
        writer.key("created")
        writer.int(Int(model.createdAt))
        writer.key("owned_by")
        writer.string(model.owner)
        writer.key("type")
        writer.string("model")
        writer.key("lifecycle")
        writer.string("active")
        writer.key("display_name")
        writer.string(model.name)
        writer.key("created_at")
        writer.string(RFC3339.text(unixSeconds: model.createdAt))
        writer.endObject()
    }
}

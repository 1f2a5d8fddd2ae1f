import Ledger
import Exchange
import NIOCore
import Policy
import Providers
import Upstream
import Wire

// The road, top to bottom. A request's head was accepted and its caller authenticated before its body was read
// (ReceiveHead.swift, Authenticate.swift; ClientConnection calls them); from here on:
//
//     inspect → plan → (translate) → authorize → patch → admit → send → relay back → settle
//
// Each stage's output can be made only by its stage. Up to `send` this is one synchronous run; `send` returns at once, its
// named waits (connection, answer) have deadlines and resume on the same event loop.

/// A request whose head, caller and body are known.
struct ReceivedRequest {
    let head: InboundHead
    let headBytes: ByteBuffer
    let caller: Caller
    let body: ByteBuffer
    let bodyReceivedAt: NIODeadline

    /// Text of the head.
    func text(_ range: Range<Int>) -> String {
        self.headBytes.withUnsafeReadableBytes { String(decoding: $0[range], as: UTF8.self) }
    }
}

extension ClientConnection {
    /// Carries a received request down the road.
    func travel(_ received: ReceivedRequest) {
        guard received.body.readableBytes <= self.loop.shared.options.limits.workerBodyBytes else {
            return self.inspectOnWorker(received)
        }
        let head = received.head
        do throws(GatewayFailure) {
            let inspected = try InspectedRequest.inspect(
                received.body,
                operation: head.operation,
                pathModel: head.pathModel,
                format: self.loop.shared.formats[head.operation],
                sensitiveFields: Provider.sensitiveFields,
                tape: self.loop.tape
            )
            try self.travel(inspected, received)
        } catch {
            self.refuse(error, head: head, caller: received.caller)
        }
    }

    /// The rest of the road, once the body is inspected.
    func travel(_ inspected: InspectedRequest, _ received: ReceivedRequest) throws(GatewayFailure) {
        let head = received.head
        self.note(inspected.facts)
        let caller = try Authenticator.renew(received.caller, self.loop)
        let plan = try RoutePlan.make(inspected, for: caller, operation: head.operation, snapshot: self.loop.snapshot)
        guard let route = plan.route else {
            if let native = plan.native { return try self.patch(native, plan, inspected, received) }
            guard plan.target.provider.credentials == nil else { return try self.pass(plan, inspected, received) }
            return try self.send(plan, inspected, caller, received)
        }
        let instructions = try self.instructions(route, plan, inspected.facts, received)
        guard received.body.readableBytes <= self.loop.shared.options.limits.workerBodyBytes else {
            let body = received.body
            let provider = plan.target.provider
            let translate: @Sendable () -> Result<TranslatedRequest, GatewayFailure> = {
                Result { () throws(GatewayFailure) in
                    try TranslatedRequest.make(body, instructions, tape: JSONTape()).digested(for: provider)
                }
            }
            return self.onWorker(received, translate) { (translated) throws(GatewayFailure) in
                try self.travel(translated, plan: plan, inspected: inspected, received: received)
            }
        }
        let translated = try TranslatedRequest.make(received.body, instructions, tape: self.loop.tape)
        try self.travel(translated, plan: plan, inspected: inspected, received: received)
    }

    /// The rest of the road for a translated request. It was translated before anything was taken: what the target cannot do
    /// is refused without a trace in the caller's limits.
    func travel(
        _ translated: TranslatedRequest,
        plan: RoutePlan,
        inspected: InspectedRequest,
        received: ReceivedRequest
    ) throws(GatewayFailure) {
        if case .estimate(let count) = translated.content {
            let caller = try Authenticator.renew(received.caller, self.loop)
            let admitted = try self.admit(plan, caller, inspected, received)
            return self.answerEstimate(count, translated, admitted, received, caller)
        }
        try self.whenAuthorized(plan.target.provider, received) { () throws(GatewayFailure) in
            let caller = try Authenticator.renew(received.caller, self.loop)
            let request = try UpstreamRequest.translated(translated, target: plan.target, at: self.loop.wallTime)
            let size = translated.encoded.body.count
            let admitted = try self.admit(plan, caller, inspected, received, translatedBytes: size)
            self.dispatch(
                request,
                plan: plan,
                admitted: admitted,
                inspected: inspected,
                caller: caller,
                received: received,
                translated: translated.withoutBody
            )
        }
    }

    /// Sends a body, patched, as soon as the vendor's credential is at hand. What a signature says of a long one is found
    /// out on a worker.
    private func pass(
        _ plan: RoutePlan,
        _ inspected: InspectedRequest,
        _ received: ReceivedRequest
    ) throws(GatewayFailure) {
        let body = received.body
        guard plan.target.provider.signsBodies, body.readableBytes > self.loop.shared.options.limits.workerBodyBytes
        else {
            return try self.pass(plan, inspected, received, digest: nil)
        }
        let patches = plan.patches
        let digest: @Sendable () -> Result<BodyDigest, GatewayFailure> = {
            Result { () throws(GatewayFailure) in try UpstreamRequest.digest(body, patches) }
        }
        self.onWorker(received, digest) { (digest) throws(GatewayFailure) in
            try self.pass(plan, inspected, received, digest: digest)
        }
    }

    private func pass(
        _ plan: RoutePlan,
        _ inspected: InspectedRequest,
        _ received: ReceivedRequest,
        digest: BodyDigest?
    ) throws(GatewayFailure) {
        try self.whenAuthorized(plan.target.provider, received) { () throws(GatewayFailure) in
            let caller = try Authenticator.renew(received.caller, self.loop)
            try self.send(plan, inspected, caller, received, digest: digest)
        }
    }

    /// Admits a request and sends its body, patched. What cannot be prepared takes nothing.
    private func send(
        _ plan: RoutePlan,
        _ inspected: InspectedRequest,
        _ caller: Caller,
        _ received: ReceivedRequest,
        digest: BodyDigest? = nil
    ) throws(GatewayFailure) {
        let request = try UpstreamRequest.patched(
            inspected,
            by: plan,
            head: received.head,
            headBytes: received.headBytes,
            digest: digest,
            at: self.loop.wallTime
        )
        let admitted = try self.admit(plan, caller, inspected, received)
        self.dispatch(
            request,
            plan: plan,
            admitted: admitted,
            inspected: inspected,
            caller: caller,
            received: received
        )
    }

    /// Finds the edits for another company's cloud, then passes the body on.
    private func patch(
        _ native: NativeWay,
        _ plan: RoutePlan,
        _ inspected: InspectedRequest,
        _ received: ReceivedRequest
    ) throws(GatewayFailure) {
        let version = received.head.scan.version.map(received.text)
        let betas = received.head.scan.betas.map(received.text)
        let body = received.body
        let find: @Sendable (JSONTape) -> Result<[BytePatch], GatewayFailure> = { tape in
            body.withUnsafeReadableBytes { bytes in
                guard let root = try? tape.parse(bytes) else {
                    return .failure(GatewayFailure(.internalError, "The request could not be prepared."))
                }
                return .success(native.edits(of: root, version: version, betas: betas))
            }
        }
        guard body.readableBytes > self.loop.shared.options.limits.workerBodyBytes else {
            let edits = try find(self.loop.tape).get()
            return try self.pass(plan.adding(edits), inspected, received)
        }
        self.onWorker(received, { find(JSONTape()) }) { (edits) throws(GatewayFailure) in
            try self.pass(plan.adding(edits), inspected, received)
        }
    }

    private func admit(
        _ plan: RoutePlan,
        _ caller: Caller,
        _ inspected: InspectedRequest,
        _ received: ReceivedRequest,
        translatedBytes: Int = 0
    ) throws(GatewayFailure) -> Admitted {
        let estimate = try Estimate(
            inspected.facts,
            operation: received.head.operation,
            bytes: max(received.body.readableBytes, translatedBytes),
            cap: plan.cap.tokens,
            target: plan.target
        )
        guard !estimate.isBilled || self.loop.shared.journal?.isWritable ?? true else { throw GatewayFailure.noJournal }
        return try Admitted.take(
            plan,
            for: caller,
            estimate,
            from: self.loop.shared.admissions,
            at: self.loop.monotonicNow,
            wall: self.loop.shared.budgetTime.unixMilliseconds
        )
    }

    private func instructions(
        _ route: TranslationRoute,
        _ plan: RoutePlan,
        _ facts: Inspected,
        _ received: ReceivedRequest
    ) throws(GatewayFailure) -> TranslatedRequest.Instructions {
        guard let room = self.loop.shared.formats.client(received.head.operation) else {
            throw GatewayFailure(.internalError, "This format cannot be translated.")
        }
        let scan = received.head.scan
        return TranslatedRequest.Instructions(
            route: route,
            operation: received.head.operation,
            room: room,
            model: facts.model,
            version: scan.version.map(received.text),
            betas: scan.betas.map(received.text),
            cap: plan.cap.override,
            isStrict: scan.isStrict || received.caller.key.isStrict,
            seed: self.loop.ids.seed()
        )
    }
}

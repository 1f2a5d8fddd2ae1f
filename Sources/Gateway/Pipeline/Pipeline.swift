import Ledger
import Exchange
import NIOCore
import Policy
import Providers
import Storage
import Upstream
import Wire

// The road, top to bottom. A request's head was accepted and its caller authenticated before its body was read
// (ReceiveHead.swift, Authenticate.swift; ClientConnection calls them); from here on:
//
//     inspect → choose → plan → (translate) → authorize → patch → admit → send → relay back → settle
//
// Each stage's output can be made only by its stage. Up to `send` this is one synchronous run; `send` returns at once, its
// named waits (connection, answer) have deadlines and resume on the same event loop. When an attempt fails before the caller
// was told anything, its `Journey` chooses again.

/// A request whose head and caller are known, and its body as soon as that is `complete`.
final class ReceivedRequest {
    let head: InboundHead
    let headBytes: ByteBuffer
    let caller: Caller
    private(set) var body = ByteBuffer()
    private(set) var bodyReceivedAt: NIODeadline

    init(head: InboundHead, headBytes: ByteBuffer, caller: Caller) {
        self.head = head
        self.headBytes = headBytes
        self.caller = caller
        self.bodyReceivedAt = head.receivedAt
    }

    /// All of its body is there.
    func complete(_ body: ByteBuffer, at now: NIODeadline) {
        self.body = body
        self.bodyReceivedAt = now
    }

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
        self.note(inspected.facts)
        let caller = try Authenticator.renew(received.caller, self.loop)
        let model = try RoutePlan.model(inspected.facts.model, for: caller, self.loop)
        try Journey(inspected, received, caller, model, client: self).start()
    }

    /// Prepares a request for one target and sends it there. What cannot be prepared takes nothing.
    func prepare(
        _ journey: Journey,
        for target: Target,
        _ inspected: InspectedRequest,
        _ received: ReceivedRequest
    ) throws(GatewayFailure) {
        let plan = try RoutePlan.make(
            inspected,
            for: journey.caller,
            target,
            model: journey.model,
            received.head.operation
        )
        guard let route = plan.route else {
            if plan.native != nil || !target.overrides.leavesBody || journey.dropsReasoning {
                return try self.edit(plan, journey, inspected, received)
            }
            guard target.provider.credentials == nil else { return try self.pass(plan, journey, inspected, received) }
            return try self.send(plan, journey, inspected, received)
        }
        let instructions = try self.instructions(route, plan, journey, received)
        guard received.body.readableBytes <= self.loop.shared.options.limits.workerBodyBytes else {
            let body = received.body
            let provider = target.provider
            let translate: @Sendable () -> Result<TranslatedRequest, GatewayFailure> = {
                Result { () throws(GatewayFailure) in
                    try TranslatedRequest.make(body, instructions, tape: JSONTape()).digested(for: provider)
                }
            }
            return self.onWorker(journey, translate) { (translated) throws(GatewayFailure) in
                try self.send(translated, plan, journey, inspected, received)
            }
        }
        let translated = try TranslatedRequest.make(received.body, instructions, tape: self.loop.tape)
        try self.send(translated, plan, journey, inspected, received)
    }

    /// Sends a translated request. It was translated before anything was taken: what the target cannot do is refused without
    /// a trace in the caller's limits.
    private func send(
        _ translated: TranslatedRequest,
        _ plan: RoutePlan,
        _ journey: Journey,
        _ inspected: InspectedRequest,
        _ received: ReceivedRequest
    ) throws(GatewayFailure) {
        if case .estimate(let count) = translated.content {
            let admitted = try journey.admit(try self.estimate(plan, inspected, received))
            return self.answerEstimate(count, translated, admitted, received, journey)
        }
        try self.whenAuthorized(plan.target.provider, journey) { () throws(GatewayFailure) in
            let request = try UpstreamRequest.translated(
                translated,
                target: plan.target,
                trace: journey.traceHeaders(for: plan.target.provider, received),
                at: self.loop.wallTime
            )
            let estimate = try self.estimate(plan, inspected, received, translatedBytes: translated.encoded.body.count)
            let admitted = try journey.admit(estimate)
            self.dispatch(request, plan, admitted, estimate, journey, received, translated.withoutBody)
        }
    }

    /// Sends a body, patched, as soon as the vendor's credential is at hand. What a signature says of a long one is found
    /// out on a worker.
    private func pass(
        _ plan: RoutePlan,
        _ journey: Journey,
        _ inspected: InspectedRequest,
        _ received: ReceivedRequest
    ) throws(GatewayFailure) {
        let body = received.body
        guard plan.target.provider.signsBodies, body.readableBytes > self.loop.shared.options.limits.workerBodyBytes
        else {
            return try self.pass(plan, journey, inspected, received, digest: nil)
        }
        let patches = plan.patches
        let digest: @Sendable () -> Result<BodyDigest, GatewayFailure> = {
            Result { () throws(GatewayFailure) in try UpstreamRequest.digest(body, patches) }
        }
        self.onWorker(journey, digest) { (digest) throws(GatewayFailure) in
            try self.pass(plan, journey, inspected, received, digest: digest)
        }
    }

    private func pass(
        _ plan: RoutePlan,
        _ journey: Journey,
        _ inspected: InspectedRequest,
        _ received: ReceivedRequest,
        digest: BodyDigest?
    ) throws(GatewayFailure) {
        try self.whenAuthorized(plan.target.provider, journey) { () throws(GatewayFailure) in
            try self.send(plan, journey, inspected, received, digest: digest)
        }
    }

    /// Admits a request and sends its body, patched.
    private func send(
        _ plan: RoutePlan,
        _ journey: Journey,
        _ inspected: InspectedRequest,
        _ received: ReceivedRequest,
        digest: BodyDigest? = nil
    ) throws(GatewayFailure) {
        let request = try UpstreamRequest.patched(
            received,
            inspected,
            by: plan,
            digest: digest,
            trace: journey.traceHeaders(for: plan.target.provider, received),
            at: self.loop.wallTime,
            reusing: self.loop.takeBodyMemory()
        )
        let estimate = try self.estimate(plan, inspected, received)
        let admitted = try journey.admit(estimate)
        self.dispatch(request, plan, admitted, estimate, journey, received)
    }

    /// Finds the edits for another company's cloud, and those that an operator asked for, then passes the body on.
    private func edit(
        _ plan: RoutePlan,
        _ journey: Journey,
        _ inspected: InspectedRequest,
        _ received: ReceivedRequest
    ) throws(GatewayFailure) {
        let version = received.head.scan.version.map(received.text)
        let betas = received.head.scan.betas.map(received.text)
        let body = received.body
        let (native, overrides, operation) = (plan.native, plan.target.overrides, received.head.operation)
        let format = journey.dropsReasoning ? self.loop.shared.formats[operation] : nil
        let find: @Sendable (JSONTape) -> Result<[BytePatch], GatewayFailure> = { tape in
            body.withUnsafeReadableBytes { bytes in
                guard let root = try? tape.parse(bytes) else {
                    return .failure(GatewayFailure(.internalError, "The request could not be prepared."))
                }
                let edits = native?.edits(of: root, version: version, betas: betas) ?? []
                guard let format else { return .success(edits + overrides.edits(of: root, operation)) }
                // What was cut already, of another vendor's, is inside what is cut now.
                let cuts = format.reasoningCuts(in: root)
                return .success(edits + overrides.edits(of: root, operation) + cuts)
            }
        }
        guard body.readableBytes > self.loop.shared.options.limits.workerBodyBytes else {
            let edits = try find(self.loop.tape).get()
            return try self.pass(plan.adding(edits), journey, inspected, received)
        }
        self.onWorker(journey, { find(JSONTape()) }) { (edits) throws(GatewayFailure) in
            try self.pass(plan.adding(edits), journey, inspected, received)
        }
    }

    private func estimate(
        _ plan: RoutePlan,
        _ inspected: InspectedRequest,
        _ received: ReceivedRequest,
        translatedBytes: Int = 0
    ) throws(GatewayFailure) -> Estimate {
        try Estimate(
            inspected.facts,
            operation: received.head.operation,
            bytes: max(received.body.readableBytes, translatedBytes),
            cap: plan.cap.tokens,
            target: plan.target
        )
    }

    private func instructions(
        _ route: TranslationRoute,
        _ plan: RoutePlan,
        _ journey: Journey,
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
            model: journey.inspected.facts.model,
            version: scan.version.map(received.text),
            betas: scan.betas.map(received.text),
            cap: plan.cap.override,
            effort: plan.target.overrides.reasoningEffort.flatMap(ReasoningIntent.Effort.init),
            dropsReasoning: journey.dropsReasoning,
            isStrict: scan.isStrict || received.caller.key.isStrict,
            seed: self.loop.ids.seed()
        )
    }
}

import Exchange
import NIOCore
import Upstream

// The road, top to bottom. A request's head was accepted and its caller authenticated before its body was read
// (ReceiveHead.swift, Authenticate.swift; ClientConnection calls them); from here on:
//
//     inspect → plan → admit → (patch | translate) → send → relay back → settle
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
            let admitted = try self.admit(plan, caller)
            let request = try UpstreamRequest.patched(inspected, by: plan, head: head, headBytes: received.headBytes)
            return self.dispatch(
                request,
                plan: plan,
                admitted: admitted,
                inspected: inspected,
                caller: caller,
                received: received
            )
        }
        let instructions = try self.instructions(route, inspected.facts, received)
        guard received.body.readableBytes <= self.loop.shared.options.limits.workerBodyBytes else {
            return self.translateOnWorker(instructions, plan: plan, inspected: inspected, received: received)
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
        let caller = try Authenticator.renew(received.caller, self.loop)
        let admitted = try self.admit(plan, caller)
        self.dispatch(
            UpstreamRequest.translated(translated, target: plan.target),
            plan: plan,
            admitted: admitted,
            inspected: inspected,
            caller: caller,
            received: received,
            translated: translated.withoutBody
        )
    }

    private func admit(_ plan: RoutePlan, _ caller: Caller) throws(GatewayFailure) -> Admitted {
        try Admitted.take(plan, for: caller, from: self.loop.shared.admissions, at: self.loop.monotonicNow)
    }

    private func instructions(
        _ route: TranslationRoute,
        _ facts: Inspected,
        _ received: ReceivedRequest
    ) throws(GatewayFailure) -> TranslatedRequest.Instructions {
        guard let room = self.loop.shared.formats.client(received.head.operation) else {
            throw GatewayFailure(.internalError, "This format cannot be translated.")
        }
        let scan = received.head.scan
        return TranslatedRequest.Instructions(
            route: route,
            room: room,
            model: facts.model,
            version: scan.version.map { range in
                received.headBytes.withUnsafeReadableBytes { String(decoding: $0[range], as: UTF8.self) }
            },
            isStrict: scan.isStrict,
            seed: self.loop.ids.seed()
        )
    }
}

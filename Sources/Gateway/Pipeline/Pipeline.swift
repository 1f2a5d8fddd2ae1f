import Exchange
import NIOCore
import Upstream

// The road, top to bottom. A request's head was accepted and its caller authenticated before its body was read
// (ReceiveHead.swift, Authenticate.swift; ClientConnection calls them); from here on:
//
//     inspect → plan → admit → patch → send → relay back → settle
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
        let admitted = try Admitted.take(
            plan,
            for: caller,
            from: self.loop.shared.admissions,
            at: self.loop.monotonicNow
        )
        let request = try UpstreamRequest.patched(inspected, by: plan, head: head, headBytes: received.headBytes)
        self.dispatch(
            request,
            plan: plan,
            admitted: admitted,
            inspected: inspected,
            caller: caller,
            received: received
        )
    }
}

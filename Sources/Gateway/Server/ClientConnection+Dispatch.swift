import Exchange
import NIOCore
import NIOPosix
import Upstream
import Wire

extension ClientConnection {
    /// Hands a request over to an exchange of its own; from here on the exchange decides.
    func dispatch(
        _ request: UpstreamRequest,
        _ plan: RoutePlan,
        _ admitted: Admitted,
        _ estimate: Estimate,
        _ journey: Journey,
        _ received: ReceivedRequest,
        _ translated: TranslatedRequest? = nil
    ) {
        let exchange = ActiveExchange(
            journey,
            request,
            plan,
            admitted,
            estimate,
            received,
            translated,
            label: received.head.scan.label.map { Self.label(received.text($0)) } ?? "",
            now: self.loop.loop.now
        )
        if journey.resting == nil { exchange.describeClient(received.headBytes) }
        guard !journey.beganBeside(exchange) else { return exchange.start() }
        journey.began(exchange)
        self.exchange = exchange
        exchange.start()
    }

    /// A label for reports: at most 64 printable bytes, so that reports stay readable; nothing else is kept.
    private static func label(_ text: String) -> String {
        let isPlain = text.utf8.count <= 64 && text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
        return isPlain ? text : ""
    }

    /// A long body is gated on a worker thread, so that the loop's other exchanges do not wait for it.
    func inspectOnWorker(_ received: ReceivedRequest) {
        let operation = received.head.operation
        let pathModel = received.head.pathModel
        let body = received.body
        let format = self.loop.shared.formats[operation]
        let inspect: @Sendable () -> Result<InspectedRequest, GatewayFailure> = {
            Result { () throws(GatewayFailure) in
                try InspectedRequest.inspect(
                    body,
                    operation: operation,
                    pathModel: pathModel,
                    format: format,
                    sensitiveFields: Provider.sensitiveFields,
                    tape: JSONTape()
                )
            }
        }
        self.onWorker(inspect) { (inspected) throws(GatewayFailure) in
            try self.travel(inspected, received)
        } fail: { error in
            self.refuse(error, head: received.head, caller: received.caller)
        }
    }

    /// As below, for a request on its way.
    func onWorker<Value: Sendable>(
        _ journey: Journey,
        _ work: @escaping @Sendable () -> Result<Value, GatewayFailure>,
        _ goOn: @escaping (Value) throws(GatewayFailure) -> Void
    ) {
        let step = journey.step
        self.onWorker(work) { (value) throws(GatewayFailure) in
            guard !journey.isOver, journey.step == step else { return }
            try journey.renewCaller()
            try goOn(value)
        } fail: { error in
            guard journey.step == step else { return }
            journey.stumbledLater(error)
        }
    }

    /// Does a stage's work on a worker thread and goes on with its result on the loop, unless the caller has left.
    private func onWorker<Value: Sendable>(
        _ work: @escaping @Sendable () -> Result<Value, GatewayFailure>,
        _ goOn: @escaping (Value) throws(GatewayFailure) -> Void,
        fail: @escaping (GatewayFailure) -> Void
    ) {
        NIOThreadPool.singleton.runIfActive(eventLoop: self.loop.loop, work)
            .assumeIsolated().whenComplete { result in
                guard case .busy = self.phase else { return }
                do throws(GatewayFailure) {
                    guard case .success(let value) = result else {
                        throw GatewayFailure(.overloaded, "Martlet is stopping.", retryAfter: .seconds(1))
                    }
                    try goOn(try value.get())
                } catch {
                    fail(error)
                }
            }
    }

    /// The answer has begun: the request's bytes are not needed any more.
    func releaseRequest() {
        self.returnHeldBytes()
    }
}

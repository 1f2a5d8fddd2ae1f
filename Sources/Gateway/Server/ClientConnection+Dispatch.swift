import Exchange
import NIOCore
import NIOPosix
import Upstream
import Wire

extension ClientConnection {
    /// Hands a request over to an exchange of its own; from here on the exchange decides.
    func dispatch(
        _ request: UpstreamRequest,
        plan: RoutePlan,
        admitted: Admitted,
        inspected: InspectedRequest,
        caller: Caller,
        received: ReceivedRequest,
        translated: TranslatedRequest? = nil
    ) {
        let dispatch = ActiveExchange.Dispatch(
            plan: plan,
            admitted: admitted,
            facts: inspected.facts,
            head: received.head,
            caller: caller,
            bodyReceivedAt: received.bodyReceivedAt,
            translated: translated
        )
        let exchange = ActiveExchange(client: self, dispatch: dispatch, request: request.bytes, now: self.loop.loop.now)
        exchange.describeClient(received.headBytes)
        self.exchange = exchange
        exchange.start()
    }

    /// A long body is gated on a worker thread, so that the loop's other exchanges do not wait for it.
    func inspectOnWorker(_ received: ReceivedRequest) {
        let head = received.head
        let operation = head.operation
        let pathModel = head.pathModel
        let body = received.body
        let format = self.loop.shared.formats[operation]
        NIOThreadPool.singleton.runIfActive(eventLoop: self.loop.loop) {
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
        }.assumeIsolated().whenComplete { result in
            guard case .busy = self.phase else { return }
            do throws(GatewayFailure) {
                guard case .success(let inspected) = result else {
                    throw GatewayFailure(.overloaded, "Martlet is stopping.", retryAfter: .seconds(1))
                }
                try self.travel(try inspected.get(), received)
            } catch {
                self.refuse(error, head: head, caller: received.caller)
            }
        }
    }

    /// A long body is translated on a worker thread too.
    func translateOnWorker(
        _ instructions: TranslatedRequest.Instructions,
        plan: RoutePlan,
        inspected: InspectedRequest,
        received: ReceivedRequest
    ) {
        let body = received.body
        NIOThreadPool.singleton.runIfActive(eventLoop: self.loop.loop) {
            Result { () throws(GatewayFailure) in
                try TranslatedRequest.make(body, instructions, tape: JSONTape())
            }
        }.assumeIsolated().whenComplete { result in
            guard case .busy = self.phase else { return }
            do throws(GatewayFailure) {
                guard case .success(let translated) = result else {
                    throw GatewayFailure(.overloaded, "Martlet is stopping.", retryAfter: .seconds(1))
                }
                try self.travel(try translated.get(), plan: plan, inspected: inspected, received: received)
            } catch {
                self.refuse(error, head: received.head, caller: received.caller)
            }
        }
    }

    /// The answer has begun: the request's bytes are not needed any more.
    func releaseRequest() {
        self.returnHeldBytes()
    }
}

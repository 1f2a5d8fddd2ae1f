public import Exchange
import NIOCore
public import Policy
import Upstream
import Wire

/// Says where requests would go and how targets stand, by the values that the road decides by. Nothing is sent or taken.
public struct RouteExplainer: Sendable {
    private let snapshots: SnapshotHolder
    private let formats: FormatTable
    private let now: @Sendable () -> MonotonicInstant

    /// An explainer.
    ///
    /// - Parameters:
    ///   - snapshots: What is in force.
    ///   - formats: The rooms of the caller's formats.
    ///   - now: The clock that the event loops read.
    public init(
        snapshots: SnapshotHolder,
        formats: [any WireFormat],
        now: @escaping @Sendable () -> MonotonicInstant
    ) {
        self.snapshots = snapshots
        self.formats = FormatTable(formats)
        self.now = now
    }

    /// How every target of every listed model stands, each once.
    public func standings() -> [(provider: String, model: String, view: TargetView)] {
        let now = self.now()
        var seen: Set<String> = []
        return self.snapshots.snapshot.models.flatMap { model in
            zip(model.targets, model.chooser.targets).compactMap { target, route in
                guard seen.insert(target.key).inserted else { return nil }
                return (target.provider.name, target.upstreamModel, route.health.view(at: now))
            }
        }
    }

    /// Takes a request as far as the choice of its targets.
    ///
    /// - Parameters:
    ///   - name: The public model; it stands in for the one that the body names.
    ///   - operation: What would be asked for.
    ///   - keyID: Who would ask; `nil` for somebody who may ask for everything.
    ///   - body: The request as the operation takes it.
    /// - Returns: One JSON object: what would be tried in which order, and what would be passed over and why.
    /// - Throws: What the road would refuse.
    public func explain(
        model name: String,
        operation: Exchange.Operation,
        keyID: String?,
        body: [UInt8]
    ) throws(GatewayFailure) -> [UInt8] {
        let snapshot = self.snapshots.snapshot
        let body = ByteBuffer(bytes: body)
        let inspected = try InspectedRequest.inspect(
            body,
            operation: operation,
            pathModel: name,
            format: self.formats[operation],
            sensitiveFields: Provider.sensitiveFields,
            tape: JSONTape()
        )
        let key = try keyID.map { (id) throws(GatewayFailure) -> KeyEntry in
            guard let key = snapshot.keys.entry(id: id) else {
                throw GatewayFailure(.invalidRequest, "There is no key \(id).", parameter: "key")
            }
            return key
        }
        guard let model = snapshot.model(named: name), model.chooser.canServe, key?.allows(model: name) ?? true else {
            throw GatewayFailure(
                .modelNotFound,
                "The model does not exist, has no target that serves, or the key may not use it.",
                parameter: "model"
            )
        }
        let explained = ExplainedRequest(
            inspected: inspected,
            body: body,
            operation: operation,
            room: self.formats.client(operation),
            key: key
        )
        return explained.text(model, at: self.now())
    }
}

/// What is known of one request without its being on the road.
private struct ExplainedRequest {
    let inspected: InspectedRequest
    let body: ByteBuffer
    let operation: Exchange.Operation
    let room: (any ClientFormat)?
    /// Who would ask; `nil` may use everything.
    let key: KeyEntry?

    func text(_ model: Model, at now: MonotonicInstant) -> [UInt8] {
        let obstacles = model.targets.map { self.obstacle($0) }
        let forecast = RouteForecast(
            model.chooser,
            at: now,
            obstacle: { obstacles[$0]?.reason },
            cost: { self.cost(model.targets[$0]) }
        )
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("model")
            writer.string(model.name)
            writer.key("operation")
            writer.string(self.operation.rawValue)
            writer.key("strategy")
            writer.string(model.chooser.strategy.rawValue)
            writer.key("affinity")
            writer.null()
            writer.key("candidates")
            writer.array { writer in
                for (place, step) in forecast.steps.enumerated() {
                    let target = model.targets[step.index]
                    writer.object { writer in
                        self.write(target, to: &writer)
                        writer.key("decision")
                        writer.string(step.skip != nil ? "skipped" : place == 0 ? "first" : "next")
                        if let skip = step.skip {
                            writer.key("reason")
                            writer.string(skip.rawValue)
                        }
                        if let detail = obstacles[step.index]?.detail {
                            writer.key("detail")
                            writer.string(detail)
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    private func write(_ target: Target, to writer: inout JSONWriter) {
        writer.key("target")
        writer.string(target.key)
        writer.key("priority")
        writer.int(target.priority)
        writer.key("weight")
        writer.int(target.weight)
        writer.key("translated")
        writer.bool(target.route(for: self.operation, self.inspected.facts) != nil)
        guard let cost = self.cost(target) else { return }
        writer.key("expected_usd")
        writer.string(NanoUSD.text(cost))
    }

    private func cost(_ target: Target) -> Int64? {
        guard target.pricing.price != nil else { return nil }
        return try? self.estimate(target).demand.expectedNanoUSD
    }

    private func estimate(_ target: Target) throws(GatewayFailure) -> Estimate {
        try Estimate(
            self.inspected.facts,
            operation: self.operation,
            bytes: self.body.readableBytes,
            cap: self.inspected.facts.maxOutputTokens,
            target: target
        )
    }

    /// What a target cannot do for this request, as the road would find out.
    private func obstacle(_ target: Target) -> (reason: SkipReason, detail: String?)? {
        guard self.key.map(target.isOpen) ?? true else { return (.notAllowed, nil) }
        guard target.serves(self.operation) else { return (.unsupported, nil) }
        do throws(GatewayFailure) {
            _ = try self.estimate(target)
        } catch {
            return (.unpriced, error.message)
        }
        guard let route = target.route(for: self.operation, self.inspected.facts), let room = self.room else {
            return nil
        }
        let instructions = TranslatedRequest.Instructions(
            route: route,
            operation: self.operation,
            room: room,
            model: self.inspected.facts.model,
            version: nil,
            betas: [],
            cap: nil,
            effort: nil,
            isStrict: false,
            seed: ""
        )
        do throws(GatewayFailure) {
            _ = try TranslatedRequest.make(self.body, instructions, tape: JSONTape())
            return nil
        } catch {
            return (.unsupported, error.message)
        }
    }
}

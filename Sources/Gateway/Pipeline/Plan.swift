import Exchange
import Policy
import Providers
import Upstream
import Wire

/// Where a request goes and what is patched on the way.
final class RoutePlan {
    /// The public model asked for.
    let model: Model
    /// Where it goes.
    let target: Target
    /// How the body gets there; `nil` when it is passed through.
    let route: TranslationRoute?
    /// How a body that is passed through is patched for another company's cloud.
    let native: NativeWay?
    /// Named ranges to patch, ascending, none overlapping another.
    let patches: [BytePatch]
    /// The stream's usage chunk was asked for by us: the caller is not to see it.
    let hidesUsage: Bool
    /// How long the answer may be.
    let cap: OutputCapDecision

    private init(
        model: Model,
        target: Target,
        route: TranslationRoute? = nil,
        native: NativeWay? = nil,
        patches: [BytePatch],
        hidesUsage: Bool,
        cap: OutputCapDecision
    ) {
        self.cap = cap
        self.native = native
        self.model = model
        self.target = target
        self.route = route
        self.patches = patches
        self.hidesUsage = hidesUsage
    }

    /// The model that a caller asks for.
    ///
    /// - Throws: `.modelNotFound` for a model that is unknown or not the key's to use: the two are not told apart.
    ///   `.upstreamUnavailable` for one whose providers are all drained: that passes, and clients may come again.
    static func model(_ name: String, for caller: Caller, _ loop: LoopState) throws(GatewayFailure) -> Model {
        guard caller.key.allows(model: name), let model = loop.model(named: name),
            model.chooser.canServe || model.isDrained
        else {
            throw GatewayFailure(
                .modelNotFound,
                "The model '\(Self.excerpt(name))' does not exist or this key may not use it. GET /v1/models lists what it may use.",
                parameter: "model"
            )
        }
        guard !model.isDrained else {
            throw GatewayFailure(
                .upstreamUnavailable,
                "The model '\(Self.excerpt(name))' is taken out of service for now; ask again later.",
                retryAfter: .seconds(5)
            )
        }
        return model
    }

    /// Plans a request for one target.
    ///
    /// - Throws: `.invalidRequest` for what the target does not take.
    static func make(
        _ request: InspectedRequest,
        for caller: Caller,
        _ target: Target,
        model: Model,
        _ operation: Exchange.Operation
    ) throws(GatewayFailure) -> RoutePlan {
        guard target.serves(operation) else { throw Self.wrongFormat(model, operation) }
        try Self.checkFields(request, caller, target.provider)
        let cap = OutputCapDecision(request.facts, operation, caller.key, target)
        if let route = target.route(for: operation, request.facts) {
            return RoutePlan(model: model, target: target, route: route, patches: [], hidesUsage: false, cap: cap)
        }
        if let native = target.native(for: operation) {
            return RoutePlan(
                model: model,
                target: target,
                native: native,
                patches: native.patches.keepsModel
                    ? try Self.patches(request, target, asksUsage: false, cap)
                    : Self.ordered(request.facts.edits + cap.patches),
                hidesUsage: false,
                cap: cap
            )
        }
        let hidesUsage = target.provider.reportsStreamUsage && request.facts.usageEdit != nil
        return RoutePlan(
            model: model,
            target: target,
            patches: try Self.patches(request, target, asksUsage: hidesUsage, cap),
            hidesUsage: hidesUsage,
            cap: cap
        )
    }

    /// The same plan with further patches, which touch none of those that are there.
    func adding(_ patches: [BytePatch]) -> RoutePlan {
        // A cut that another one contains is in it already.
        let kept = self.patches.filter { old in
            old.range.isEmpty || !patches.contains { $0.replacement.isEmpty && $0.range.overlaps(old.range) }
        }
        return RoutePlan(
            model: self.model,
            target: self.target,
            route: self.route,
            native: self.native,
            patches: Self.ordered(kept + patches),
            hidesUsage: self.hidesUsage,
            cap: self.cap
        )
    }

    private static func ordered(_ patches: [BytePatch]) -> [BytePatch] {
        patches.count < 2
            ? patches
            : patches.sorted { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    }

    static func wrongFormat(_ model: Model, _ operation: Exchange.Operation) -> GatewayFailure {
        let spoken = Set(
            model.targets.flatMap { target in
                Exchange.Operation.allCases.filter { $0.streams && target.provider.speaks($0) }.map(\.rawValue)
            }
        )
        let list = spoken.sorted().joined(separator: ", ")
        return GatewayFailure(
            .invalidRequest,
            "The model '\(model.name)' cannot be reached by '\(operation.rawValue)': its providers speak \(list.isEmpty ? "nothing" : list), and this operation cannot be translated.",
            parameter: "model",
            code: "unsupported_format"
        )
    }

    private static func checkFields(
        _ request: InspectedRequest,
        _ caller: Caller,
        _ provider: Provider
    ) throws(GatewayFailure) {
        if let field = request.facts.storedStateFields.first, provider.boundProject != caller.key.project.name {
            throw GatewayFailure(
                .invalidRequest,
                "'\(field)' refers to state stored in a vendor account that is shared with others. Send the full history instead, or ask for a provider bound to your project alone.",
                parameter: field
            )
        }
        if let field = request.sensitiveFields.first(where: { provider.refuses(field: $0) }) {
            throw GatewayFailure(
                .invalidRequest,
                "'\(field)' would let the request choose its own vendor or credential; remove it.",
                parameter: field
            )
        }
    }

    private static func patches(
        _ request: InspectedRequest,
        _ target: Target,
        asksUsage: Bool,
        _ cap: OutputCapDecision
    ) throws(GatewayFailure) -> [BytePatch] {
        let facts = request.facts
        var patches = facts.edits + cap.patches
        if let range = facts.modelRange {
            if !target.upstreamModel.utf8.elementsEqual(facts.model.utf8) || request.bodyModelDiffers {
                patches.append(BytePatch(range: range, replacement: target.quotedModel))
            }
        } else if let insertion = request.modelInsertion {
            patches.append(target.filling(insertion))
        }
        if asksUsage, let edit = facts.usageEdit { patches.append(edit) }
        return Self.ordered(patches)
    }

    /// At most 100 bytes of a name from outside, for a message.
    private static func excerpt(_ name: String) -> String {
        name.utf8.count <= 100 ? name : String(name.prefix(60)) + "…"
    }
}

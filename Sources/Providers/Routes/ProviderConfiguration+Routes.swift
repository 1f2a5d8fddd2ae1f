public import Exchange

extension ProviderConfiguration {
    /// The formats in which a model can be asked for an answer, the usual one first.
    ///
    /// - Parameter model: The vendor's own name of the model.
    /// - Returns: Empty when the model cannot be asked for answers here.
    public func vendorFormats(model: String) -> [FormatID] {
        self.routes.filter { $0.serves(.generate, model) }.map(\.format)
    }

    /// The format in which the vendor is asked for what a caller asks: the caller's own where it is spoken, else the usual
    /// one. Whether Chat or Responses is the better of two is for the model's capabilities to say.
    ///
    /// - Parameters:
    ///   - operation: What the caller asks.
    ///   - model: The vendor's own name of the model.
    /// - Returns: `nil` when there is no way.
    public func vendorFormat(for operation: Operation, model: String) -> FormatID? {
        if self.speaks(operation, model: model) { return operation.format }
        guard let action = operation.vendorAction(streams: false) else { return nil }
        return self.routes.first { $0.serves(action, model) }?.format
    }

    /// Whether a caller's own body, perhaps patched, can be passed through for a model.
    public func speaks(_ operation: Operation, model: String) -> Bool {
        self.speaks(operation) || self.passingRoute(operation, model) != nil
    }

    /// How a Messages body is patched to be passed through for a model; `nil` when nothing needs to be.
    ///
    /// - Parameters:
    ///   - operation: `.messages` or `.countTokens`.
    ///   - model: The vendor's own name of the model.
    /// - Returns: The patches.
    public func nativeMessages(for operation: Operation, model: String) -> NativeMessages? {
        guard !self.speaks(operation), var patches = self.passingRoute(operation, model)?.messages else { return nil }
        // The counter has the model in the body, whatever the others do.
        if operation == .countTokens { patches.keepsModel = true }
        return patches
    }

    /// Path and query by which the vendor is asked.
    ///
    /// - Parameters:
    ///   - action: What it is asked to do.
    ///   - format: In which format.
    ///   - model: The vendor's own name of the model, encoded where it stands in the path.
    ///   - query: The caller's query string without its `?`; only what the descriptor lists travels on.
    /// - Returns: `nil` when the vendor is not asked that way, or the model's name cannot stand in the path.
    public func vendorTarget(
        _ action: VendorAction,
        format: FormatID,
        model: String,
        query: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
    ) -> String? {
        let route = self.routes.first { $0.format == format && $0.serves(action, model) }
        return route?.paths[action].flatMap { self.target($0, model: model, query: query) }
    }

    private func passingRoute(_ operation: Operation, _ model: String) -> VendorRoute? {
        guard let action = operation.vendorAction(streams: false) else { return nil }
        return self.routes.first {
            $0.format == operation.format && $0.passes.contains(operation) && $0.serves(action, model)
        }
    }

    /// The routes of a vendor that speaks clients' own formats.
    static func routes(from targets: [Operation: RequestTargetTemplate]) -> [VendorRoute] {
        let actions: [(FormatID, Operation, Operation?, Operation?)] = [
            (.chat, .chat, nil, .embeddings), (.responses, .responses, .responsesInputTokens, nil),
            (.messages, .messages, .countTokens, nil),
        ]
        return actions.compactMap { format, generate, count, embed in
            var paths: [VendorAction: RequestTargetTemplate] = [:]
            paths[.generate] = targets[generate]
            paths[.stream] = targets[generate]
            paths[.countTokens] = count.flatMap { targets[$0] }
            paths[.embed] = embed.flatMap { targets[$0] }
            return paths.isEmpty ? nil : VendorRoute(format: format, paths: paths)
        }
    }
}

import Catalogue
import Exchange
import Gateway
import Providers
import Wire

extension TranslationPreview.Order {
    /// What the model can do.
    var capabilities: ModelCapabilities {
        CapabilityTable.builtIn.capabilities(
            provider: self.provider.kind.rawValue,
            vendor: self.provider.name,
            model: self.model
        )
    }

    /// How a Messages body is patched for Claude on another company's cloud; `nil` where it needs no patches.
    var nativeWay: NativeWay? {
        self.provider.nativeMessages(for: .messages, model: self.model).map { patches in
            NativeWay(door: CloudClaude(), patches: patches, self.capabilities)
        }
    }

    /// Whether streamed events come in AWS's frames.
    var framesEvents: Bool {
        self.provider.nativeMessages(for: .messages, model: self.model)?.framesEvents ?? false
    }
}

extension TranslationPreview {
    /// A Messages caller's own body on its way to Claude on a cloud: nothing is lost.
    init(passing request: [UInt8], _ native: NativeWay, _ order: Order) throws(GatewayFailure) {
        let (body, streams) = try Self.read(request) { (root) throws(GatewayFailure) -> ([UInt8]?, Bool) in
            guard root.kind == .object else {
                throw GatewayFailure(.invalidRequest, "The request must be a JSON object.")
            }
            let patches = native.edits(of: root, version: order.version, betas: order.betas)
            let body = request.withUnsafeBytes { BytePatch.applied(patches, to: $0) }
            return (body, root["stream"]?.bool ?? false)
        }
        let action: VendorAction = streams || order.asksForStream ? .stream : .generate
        guard let path = order.provider.vendorTarget(action, format: .messages, model: order.model) else {
            throw GatewayFailure(.invalidRequest, "The model's name cannot stand in a path of \(order.provider.kind).")
        }
        self.path = path
        self.headers = (order.provider.descriptor.defaultHeaders + order.provider.fixedHeaders).map {
            EncodedRequest.Header($0.name, $0.value)
        }
        self.body = body ?? request
        self.warnings = []
    }
}

public import Exchange
public import Providers
public import Wire

/// How a Messages body reaches Claude on another company's cloud: passed through but for its version and a few members.
public struct NativeWay: Sendable {
    /// Knows the edits, the frames and the errors.
    let door: any NativeMessagesDoor
    /// Which edits.
    let patches: NativeMessages
    /// Betas that the cloud takes.
    private let betas: Set<String>
    /// The model knows versions of Messages later than the cloud's own.
    private let takesLater: Bool

    /// The way to one model.
    ///
    /// - Parameters:
    ///   - door: Knows the edits.
    ///   - patches: What the cloud's endpoint wants.
    ///   - capabilities: What the model can do.
    public init(door: any NativeMessagesDoor, patches: NativeMessages, _ capabilities: ModelCapabilities) {
        var isAdaptive = false
        if case .adaptive = capabilities.reasoning { isAdaptive = true }
        let usual = patches.framesEvents ? CloudBetas.bedrock(isAdaptive: isAdaptive) : CloudBetas.vertex
        self.door = door
        self.patches = patches
        self.betas = patches.betas ?? usual
        self.takesLater = capabilities.takesLaterMessages
    }

    /// The edits for one body.
    ///
    /// - Parameters:
    ///   - root: The body's root.
    ///   - version: The caller's `anthropic-version`, if it named one.
    ///   - betas: Values of `anthropic-beta`.
    /// - Returns: Ascending and disjoint patches.
    public func edits(of root: JSONValue, version: String?, betas: [String]) -> [BytePatch] {
        self.door.edits(
            of: root,
            version: self.patches.version(header: version, takesLater: self.takesLater),
            betas: betas,
            allowing: self.betas,
            keepsModel: self.patches.keepsModel,
            keepsStream: self.patches.keepsStream
        )
    }

    /// A translated request as the cloud takes it: version and betas move into the body. The version is the cloud's own,
    /// whatever the caller's format, for it takes sampling settings from the models that have them.
    public func patched(_ request: EncodedRequest) -> EncodedRequest {
        var patched = request
        let betas = request.headers.filter { $0.name == "anthropic-beta" }.map(\.value)
        patched.headers.removeAll { $0.name == "anthropic-beta" }
        let body = request.body.withUnsafeBytes { bytes in
            try? JSONTape().read(bytes) { root in
                BytePatch.applied(self.edits(of: root, version: nil, betas: betas), to: bytes)
            }
        }
        patched.body = (body ?? nil) ?? request.body
        return patched
    }
}

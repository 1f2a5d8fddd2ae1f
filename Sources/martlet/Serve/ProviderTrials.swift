import AdminAPI
import Catalogue
import Exchange
import NIOCore
import NIOPosix
import Policy
import Providers
import Storage
import Upstream
import Wire

/// Tries providers out: their list of models, an answer of one token, and a streamed one, each in the provider's own format.
struct ProviderTrials: Sendable {
    /// The vendor's clock and ours.
    typealias WallClock = @Sendable () -> UnixMilliseconds

    let connector: any UpstreamConnector
    let unixMilliseconds: WallClock
    var listTimeout = TimeAmount.seconds(10)
    var answerTimeout = TimeAmount.seconds(20)

    /// The test, for a workspace's providers.
    static func test(_ workspace: Workspace) -> ProviderTest {
        let credentials = Road.credentials(workspace)
        let trials = ProviderTrials(
            connector: SocketConnector(unixSeconds: { Int(Workspace.unixMilliseconds() / 1000) }),
            unixMilliseconds: Workspace.unixMilliseconds
        )
        return { record, model throws(AdminProblem) in
            let provider: Provider
            let secret: Secret?
            do {
                secret = try credentials(record)
                provider = try ProviderChecks.provider(record, secret)
            } catch {
                throw AdminProblem(.conflict, "provider \(record.name) cannot be asked: \(error)")
            }
            return try await trials.run(provider, secret, model: model)
        }
    }

    /// Tries one provider.
    ///
    /// - Parameters:
    ///   - provider: Whom.
    ///   - secret: Its credential, which is kept out of what is told.
    ///   - model: The model's name there; `nil` takes a small one that is known or listed.
    /// - Returns: How each call went.
    /// - Throws: `.invalidField` when no model can be chosen, or none of this name can be asked for answers.
    func run(_ provider: Provider, _ secret: Secret?, model: String?) async throws(AdminProblem) -> ProviderTrial {
        let mask = SecretMask(secret)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        var calls: [ProviderTrial.Call] = []
        var skew: Int?
        var listed: ListedModels?
        if let target = provider.configuration.requestTarget(operation: .models, model: "") {
            var call = ProviderCall(method: "GET", target: target)
            call.keptBytes = 8 << 20
            let (outcome, ahead) = await self.send(call, provider, loop, self.listTimeout)
            skew = ahead
            if case .answered(let answer) = outcome, answer.status == 200 { listed = ListedModels(answer.body) }
            calls.append(Self.verdict("models", outcome, mask, isStream: false))
        }
        let order = try Self.order(provider, model: model, listed)
        for isStream in [false, true] {
            let call = try Self.call(order, provider, isStream: isStream)
            let (outcome, ahead) = await self.send(call, provider, loop, self.answerTimeout)
            skew = skew ?? ahead
            calls.append(Self.verdict(isStream ? "stream" : "answer", outcome, mask, isStream: isStream))
        }
        return ProviderTrial(
            model: order.model,
            format: order.vendor.id.rawValue,
            calls: calls,
            modelCount: listed?.count,
            clockSkewSeconds: skew
        )
    }

    /// Asks for the list of models alone.
    ///
    /// - Parameter provider: Whom.
    /// - Returns: How it went.
    func list(_ provider: Provider) async -> ProviderTrial.Call {
        let target = provider.configuration.requestTarget(operation: .models, model: "") ?? "/"
        var call = ProviderCall(method: "GET", target: target)
        // Enough for a vendor's words.
        call.keptBytes = 4 << 10
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let (outcome, _) = await self.send(call, provider, loop, self.listTimeout)
        return Self.verdict("models", outcome, SecretMask(nil), isStream: false)
    }

    /// Asks for a whole answer of one token.
    ///
    /// - Parameters:
    ///   - provider: Whom.
    ///   - model: The model's name there.
    /// - Returns: How it went; status 400 when the model cannot be asked for answers.
    func answer(_ provider: Provider, model: String) async -> ProviderTrial.Call {
        let call: ProviderCall
        do throws(AdminProblem) {
            call = try Self.call(try Self.order(provider, model: model, nil), provider, isStream: false)
        } catch {
            return ProviderTrial.Call(name: "answer", isGood: false, status: 400, detail: error.detail)
        }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let (outcome, _) = await self.send(call, provider, loop, self.answerTimeout)
        return Self.verdict("answer", outcome, SecretMask(nil), isStream: false)
    }

    /// Makes a call, and compares the clock that the answer names with the middle of the wait for it.
    private func send(
        _ call: ProviderCall,
        _ provider: Provider,
        _ loop: any EventLoop,
        _ timeout: TimeAmount
    ) async -> (ProviderCall.Outcome, skew: Int?) {
        let outcome = await call.send(to: provider, connector: self.connector, on: loop, timeout: timeout)
        let now = self.unixMilliseconds()
        guard case .answered(let answer) = outcome, let vendor = answer.date.flatMap(HTTPDateText.unixSeconds) else {
            return (outcome, nil)
        }
        let sinceMiddle = answer.total - answer.firstByte / 2
        let ours =
            Double(now) / 1000 - Double(sinceMiddle.components.seconds)
            - Double(sinceMiddle.components.attoseconds) / 1e18
        // A date has no fraction: the vendor's clock stands half a second further on average.
        return (outcome, Int(exactly: (Double(vendor) + 0.5 - ours).rounded()))
    }
}

// MARK: - What is asked

extension ProviderTrials {
    private static func order(
        _ provider: Provider,
        model: String?,
        _ listed: ListedModels?
    ) throws(AdminProblem) -> TranslationPreview.Order {
        let configuration = provider.configuration
        guard let model = model ?? self.choice(configuration, listed) else {
            throw AdminProblem(
                .invalidField,
                "model is needed: no model has a target on \(provider.name), and none of its own is known",
                field: "model"
            )
        }
        let formats = configuration.vendorFormats(model: model)
        let rooms = formats.compactMap { format in Rooms.vendors.first { $0.id == format } }
        guard let usual = rooms.first else {
            throw AdminProblem(.invalidField, "model \(model) cannot be asked for answers there", field: "model")
        }
        var order = TranslationPreview.Order(
            client: Rooms.chat,
            vendor: usual,
            provider: configuration,
            model: model
        )
        if usual.id == .chat, !order.capabilities.speaksChat,
            let responses = rooms.first(where: { $0.id == .responses })
        {
            order.vendor = responses
        }
        return order
    }

    /// A small model that is known of the vendor and not missing from its list, else the first that it lists.
    private static func choice(_ configuration: ProviderConfiguration, _ listed: ListedModels?) -> String? {
        let small = ["nano", "mini", "haiku", "flash", "lite", "small"]
        let known = CommonModel.all(of: configuration.kind.rawValue).filter(\.operation.streams).map(\.name)
        let present = listed.map { listed in known.filter { listed.names.contains($0) } } ?? known
        let likely = present.first { name in small.contains { name.contains($0) } } ?? present.first
        return likely ?? listed?.names.first
    }

    private static func call(
        _ order: TranslationPreview.Order,
        _ provider: Provider,
        isStream: Bool
    ) throws(AdminProblem) -> ProviderCall {
        // Responses refuses fewer than sixteen.
        let tokens = order.vendor.id == .responses ? 16 : 1
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("model", order.model)
            writer.member(
                "messages",
                array: { writer in
                    writer.object { writer in
                        writer.member("role", "user")
                        writer.member("content", "Say ok.")
                    }
                }
            )
            writer.member("max_tokens", tokens)
            writer.member("stream", isStream)
        }
        let preview: TranslationPreview
        do throws(GatewayFailure) {
            preview = try TranslationPreview(of: writer.bytes, order)
        } catch {
            throw AdminProblem(.invalidField, error.message, field: "model")
        }
        var call = ProviderCall(method: "POST", target: preview.path)
        let standing = Set(provider.configuration.fixedHeaders.map(\.name))
        call.headers = preview.headers.filter { !standing.contains($0.name) }.map { HeaderField($0.name, $0.value) }
        call.body = preview.body
        if isStream { call.accept = "text/event-stream, application/json" }
        return call
    }
}

// MARK: - What is told

extension ProviderTrials {
    static func verdict(
        _ name: String,
        _ outcome: ProviderCall.Outcome,
        _ mask: SecretMask,
        isStream: Bool
    ) -> ProviderTrial.Call {
        switch outcome {
        case .failed(let reason):
            return ProviderTrial.Call(name: name, isGood: false, detail: mask.excerpt(Array(reason.utf8)))
        case .answered(let answer):
            let fault = self.fault(answer, mask, isStream: isStream)
            return ProviderTrial.Call(
                name: name,
                isGood: fault == nil,
                status: answer.status,
                firstByteMilliseconds: self.milliseconds(answer.firstByte),
                totalMilliseconds: self.milliseconds(answer.total),
                detail: fault
            )
        }
    }

    private static func fault(_ answer: ProviderCall.Answer, _ mask: SecretMask, isStream: Bool) -> String? {
        let words = mask.excerpt(answer.body)
        guard (200..<300).contains(answer.status) else { return words.isEmpty ? "no words with it" : words }
        if let fault = answer.fault { return fault }
        let isRight =
            isStream
            ? ["event-stream", "eventstream"].contains { answer.contentType.contains($0) }
            : answer.contentType.contains("json")
        guard isRight else { return "answers with '\(answer.contentType)': \(words)" }
        guard isStream || JSONView(answer.body) != nil else { return "answers with what is not JSON: \(words)" }
        guard !answer.body.isEmpty else { return "answers with nothing" }
        let isRefusal =
            isStream && ["event: error", "data: {\"error\"", ":exception-type"].contains { words.contains($0) }
        return isRefusal ? words : nil
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(clamping: seconds) &* 1_000 &+ Int(attoseconds / 1_000_000_000_000_000)
    }
}

/// What a vendor's list of models holds, in any of the shapes in which it comes.
struct ListedModels: Equatable {
    /// The models' names, in the vendor's order.
    var names: [String] = []

    /// How many there are.
    var count: Int { self.names.count }

    /// Reads a list; `nil` when it is none.
    init?(_ body: [UInt8]) {
        let names: [String]?? = body.withUnsafeBytes { bytes in
            try? JSONTape().read(bytes) { (root) throws(AdminProblem) -> [String]? in
                let list = root.member("data") ?? root.member("models") ?? (root.kind == .array ? root : nil)
                guard let list, list.kind == .array else { return nil }
                return list.elements.compactMap { model in
                    let name = (model.member("id") ?? model.member("name"))?.string
                    return name.map { $0.hasPrefix("models/") ? String($0.dropFirst("models/".count)) : $0 }
                }
            }
        }
        guard let names, let names else { return nil }
        self.names = names
    }
}

import Exchange
public import NIOCore
import Providers

/// Asks a provider for its list of models, once: whether it can be reached, and takes the credential.
public enum ProviderProbe {
    /// How it went.
    public enum Outcome: Sendable, Equatable {
        /// The vendor answered with this HTTP status.
        case answered(status: Int)
        /// No answer could be had; a text for people, without secrets.
        case failed(String)
        /// Nothing to ask: it answers inside this process.
        case inProcess
    }

    /// Probes a provider.
    ///
    /// - Parameters:
    ///   - provider: Whom to ask.
    ///   - connector: Opens the connection, with its own deadline.
    ///   - loop: Where to work.
    ///   - timeout: For the credential, and again for the answer.
    /// - Returns: How it went.
    public static func run(
        _ provider: Provider,
        connector: any UpstreamConnector,
        on loop: any EventLoop,
        timeout: TimeAmount = .seconds(10)
    ) async -> Outcome {
        guard case .tcp = provider.endpoint.transport else { return .inProcess }
        let target = provider.configuration.requestTarget(operation: .models, model: "") ?? "/"
        var call = ProviderCall(method: "GET", target: target)
        call.keptBytes = 0
        switch await call.send(to: provider, connector: connector, on: loop, timeout: timeout) {
        case .answered(let answer): return .answered(status: answer.status)
        case .failed(let reason): return .failed(reason)
        }
    }
}

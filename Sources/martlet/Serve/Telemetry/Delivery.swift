import Exchange
import Providers

/// What became of one try to hand something over.
enum Delivery: Equatable {
    /// It was taken.
    case taken
    /// It was not, and may be at another time: after so long, where that was said.
    case later(Duration?)
    /// It will not be.
    case refused
}

/// A place that bodies are posted to, in JSON.
struct PostBox: Sendable {
    let url: CredentialURL
    let headers: [CredentialHeader]
    let timeout: Duration
    let transport: any CredentialTransport

    /// Posts one body, and waits for the answer no longer than the timeout.
    func post(_ body: [UInt8], _ more: [CredentialHeader] = []) async -> Delivery {
        let request = CredentialRequest(
            .post,
            self.url,
            headers: [CredentialHeader("content-type", "application/json")] + self.headers + more,
            body: body,
            reach: .local,
            deadline: self.timeout
        )
        // Why it was not reached does not matter: it may be another time.
        guard let answer = try? await self.transport.fetch(request) else { return .later(nil) }
        switch answer.status {
        case 200..<300: return .taken
        case 408, 429, 500..<600:
            let told = answer.headers.first { $0.name == "retry-after" }.flatMap { Decimal.parse($0.value) }
            return .later(told.map { .seconds(min($0, 3_600)) })
        default: return .refused
        }
    }
}

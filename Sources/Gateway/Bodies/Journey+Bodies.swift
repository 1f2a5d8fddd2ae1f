import Exchange
import NIOCore
import Policy

extension Journey {
    /// The request was admitted, and its project keeps bodies: whether its own are kept is decided here, once.
    func capture(_ rules: BodyRules) {
        guard self.bodies == nil, let queue = self.loop.shared.bodies,
            rules.keeps(self.head.requestID, salt: queue.salt),
            let body = self.request?.body
        else { return }
        let bodies = FinishedBodies(
            requestID: self.head.requestID,
            projectID: self.caller.key.project.id,
            at: self.loop.unixMilliseconds,
            isStream: self.inspected.facts.isStream,
            rules: rules
        )
        self.bodies = body.withUnsafeReadableBytes { BodyCapture(bodies, request: $0, queue: queue) }
    }
}

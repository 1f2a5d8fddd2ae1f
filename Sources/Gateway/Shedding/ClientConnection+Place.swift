import Exchange
import NIOCore
import Policy
import Wire

// A request has its place from before its body is read until its answer is written, or its caller has left. Health, models and
// what is refused at once need none.

extension ClientConnection {
    /// Asks for a place; goes on with the body at once where there is one, after a wait, or refuses.
    ///
    /// - Throws: `.overloaded` when it is turned away at once.
    func takePlace(_ receiving: ReceivedRequest, bodyBytes: Int) throws(GatewayFailure) {
        let project = self.projectLoad(receiving.caller)
        // Asked apart, as nearly always this is all there is to it.
        guard !self.loop.shared.gate.entersFreely(project, bodyBytes: bodyBytes) else {
            self.holdPlace(project, bodyBytes)
            return self.beginBody(receiving, at: receiving.head.receivedAt)
        }
        let answer = self.loop.shared.gate.enter(project, bodyBytes: bodyBytes, on: self.loop.loop) { outcome in
            self.hasWaited(outcome, receiving, bodyBytes)
        }
        switch answer {
        case .admitted:
            self.holdPlace(project, bodyBytes)
            self.beginBody(receiving, at: receiving.head.receivedAt)
        case .waits(let wait):
            self.placeWait = wait
            self.enter(.waiting(receiving))
        case .refused(let failure):
            throw failure
        }
    }

    /// The wait is over. The key may have been revoked meanwhile.
    private func hasWaited(_ outcome: PlaceOutcome, _ receiving: ReceivedRequest, _ bodyBytes: Int) {
        self.placeWait = nil
        if case .admitted = outcome { self.holdPlace(self.projectLoad(receiving.caller), bodyBytes) }
        do throws(GatewayFailure) {
            let caller = try Authenticator.renew(receiving.caller, self.loop)
            if case .refused(let failure) = outcome { throw failure }
            self.beginBody(
                ReceivedRequest(head: receiving.head, headBytes: receiving.headBytes, caller: caller),
                at: self.loop.loop.now
            )
        } catch {
            self.refuse(error, head: receiving.head, caller: receiving.caller, bodyIsUnread: true)
        }
        self.resumeReading()
        self.process()
    }

    /// Stopping: who still waits is told.
    func stopWaiting(_ receiving: ReceivedRequest) {
        self.placeWait?.cancel()
        self.placeWait = nil
        self.keepsAlive = false
        let failure = GatewayFailure(.overloaded, "Martlet is shutting down.", retryAfter: .seconds(1))
        self.refuse(failure, head: receiving.head, caller: receiving.caller, bodyIsUnread: true)
    }

    /// Makes sure that this many body bytes are counted.
    ///
    /// - Throws: `.overloaded` when there is no room for them.
    func holdBytes(_ count: Int) throws(GatewayFailure) {
        let more = count - self.heldBytes
        guard more > 0, let place = self.place else { return }
        if let failure = self.loop.shared.gate.hold(more, place) { throw failure }
        self.heldBytes = count
    }

    func returnHeldBytes() {
        guard self.heldBytes > 0, let place = self.place else { return }
        self.loop.shared.gate.release(self.heldBytes, place)
        self.heldBytes = 0
    }

    /// The request is over, whatever became of it.
    func leavePlace() {
        guard let place = self.place else { return }
        self.returnHeldBytes()
        self.place = nil
        self.loop.shared.gate.leave(place)
    }

    private func holdPlace(_ project: LoadCount.Project, _ bodyBytes: Int) {
        self.place = project
        self.heldBytes = bodyBytes
    }

    /// The counter of the caller's project; a connection's callers are of one project, as a rule.
    private func projectLoad(_ caller: Caller) -> LoadCount.Project {
        let id = caller.key.project.id
        if let known = self.lastProject, known.id == id { return known }
        let project = self.loop.shared.gate.count.project(id)
        self.lastProject = project
        return project
    }
}

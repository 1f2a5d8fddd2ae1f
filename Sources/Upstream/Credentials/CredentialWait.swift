/// One request's wait for a credential. It belongs to the event loop it was made on.
public final class CredentialWait {
    private var callback: ((CredentialOutcome) -> Void)?
    /// Takes the wait off the holder's list and stops its timer.
    var onEnd: (() -> Void)?

    init(_ callback: @escaping (CredentialOutcome) -> Void) {
        self.callback = callback
    }

    /// Ends the wait: the callback is not called any more, even when the credential is on its way to it. To be called on
    /// the event loop; may be repeated.
    public func cancel() {
        self.callback = nil
        self.onEnd.take()?()
    }

    func finish(_ outcome: CredentialOutcome) {
        let callback = self.callback.take()
        self.onEnd.take()?()
        callback?(outcome)
    }
}

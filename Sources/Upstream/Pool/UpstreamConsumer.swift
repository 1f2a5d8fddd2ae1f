public import Wire

/// Takes one answer from an `UpstreamConnection`. All calls come on the connection's event loop.
///
/// The order is: head, any number of body pieces each batch of which ends with `upstreamReadComplete`, then exactly one of
/// `upstreamEnded` and `upstreamFailed`. After `UpstreamConnection.abort()` nothing more comes.
public protocol UpstreamConsumer: AnyObject {
    /// The final head arrived (never a 1xx). `bytes` holds what the head's ranges point at, for this call only.
    func upstreamReceivedHead(_ head: HTTPResponseHead, in bytes: UnsafeRawBufferPointer)
    /// Body bytes, framing removed; valid for this call only.
    func upstreamReceivedBody(_ bytes: UnsafeRawBufferPointer)
    /// All bytes of one read were handed over: the moment to flush.
    func upstreamReadComplete()
    /// The answer is complete in its own framing.
    func upstreamEnded()
    /// The answer will not be completed.
    func upstreamFailed(_ error: UpstreamError)
}

/// Waits for a connection from a `ConnectionPool`, which keeps it until then. Called at most once, on the pool's event loop.
public protocol ConnectionWaiter: AnyObject {
    /// A connection is there, reserved for this waiter.
    func connectionReady(_ connection: UpstreamConnection)
    /// None can be had.
    func connectionFailed(_ error: UpstreamError)
}

import NIOCore

/// How many requests of strangers a loop tells of: so many a second, so that whoever guesses keys does not crowd out the traces of
/// those who have one.
struct StrangerAllowance {
    /// Requests told of within one second.
    static let perSecond = 20

    private var since = NIODeadline.uptimeNanoseconds(0)
    private var taken = 0

    /// Takes one place; `false` when there is none left in this second.
    mutating func take(at now: NIODeadline) -> Bool {
        if now - self.since >= .seconds(1) {
            self.since = now
            self.taken = 0
        }
        guard self.taken < Self.perSecond else { return false }
        self.taken += 1
        return true
    }
}

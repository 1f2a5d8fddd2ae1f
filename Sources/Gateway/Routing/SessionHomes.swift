import Policy

/// Which targets serve what is better not moved. Digests are all that is kept of requests and answers; they are keyed by the
/// process and say nothing outside of it.
struct SessionHomes: Sendable {
    /// By the label that requests of a conversation share.
    let labels = AffinityTable()
    /// By the newest reasoning that only its maker can read.
    let reasoning = AffinityTable()
    /// By what requests of one use begin with. Caches forget within minutes, and a beginning may be everybody's: it holds a
    /// target to no more than its fair share.
    let prefixes = AffinityTable(capacity: 16_384, lifetime: .seconds(600), shares: 1...1)
}

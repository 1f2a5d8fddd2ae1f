/// An invariant that did not hold.
struct Violation: Error, CustomStringConvertible {
    /// The letter of the invariant, as the reliability figures name them, or a word.
    var invariant: String
    var message: String

    var description: String { "(\(self.invariant)) \(self.message)" }
}

/// Throws unless an invariant holds. The message is made only then.
func hold(_ invariant: String, _ isHeld: Bool, _ message: @autoclosure () -> String) throws(Violation) {
    if !isHeld { throw Violation(invariant: invariant, message: message()) }
}

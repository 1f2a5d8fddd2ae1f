public import Storage

extension BodyVault {
    /// What came of erasing.
    public struct Erasure: Sendable {
        /// Of how many exchanges bodies are gone.
        public var count = 0
        /// What kept the others from it.
        public var error: (any Error)?
    }

    /// Erases all bodies that are kept at this moment, part by part: what is to be written meanwhile is written in between, and is
    /// not erased.
    ///
    /// - Parameters:
    ///   - bodies: Which.
    ///   - thread: Where it is done.
    /// - Returns: How far it came.
    public func erase(_ bodies: BodySelection, on thread: BodyThread) async -> Erasure {
        var erasure = Erasure()
        do {
            let mark = try await thread.runIfRoom { try self.mark() }
            while case let count = try await thread.runIfRoom({ try self.erase(bodies, before: mark) }), count > 0 {
                erasure.count += count
            }
        } catch {
            erasure.error = error
        }
        return erasure
    }
}

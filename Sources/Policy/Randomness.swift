/// Where random bytes come from: a parameter, so that tests and simulations can choose them.
public struct Randomness: Sendable {
    private let draw: @Sendable (_ count: Int) -> [UInt8]

    /// Wraps a source. It must return exactly as many bytes as asked for.
    public init(_ draw: @escaping @Sendable (_ count: Int) -> [UInt8]) {
        self.draw = draw
    }

    /// The operating system's generator, fit for secrets.
    public static let system = Randomness { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// Exactly `count` bytes.
    public func bytes(_ count: Int) -> [UInt8] {
        let bytes = self.draw(count)
        precondition(bytes.count == count, "a source of randomness must return as many bytes as asked for")
        return bytes
    }
}

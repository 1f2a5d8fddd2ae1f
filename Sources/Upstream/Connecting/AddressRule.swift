import Providers

/// Which addresses connections may go to.
enum AddressRule: Sendable, Equatable {
    /// Globally routed ones.
    case global
    /// Private ones too, but not those of metadata services.
    case local
    /// Every one: for the metadata services that credentials are fetched from, and for nothing else.
    case metadata

    /// Whether an address may be connected to.
    ///
    /// - Parameter bytes: 4 or 16 bytes in network order.
    /// - Returns: The rule's verdict on ``PrivateAddress``'s classes.
    func permits(_ bytes: [UInt8]) -> Bool {
        switch self {
        case .global: PrivateAddress.permits(bytes, allowPrivate: false)
        case .local: PrivateAddress.permits(bytes, allowPrivate: true)
        case .metadata: bytes.count == 4 || bytes.count == 16
        }
    }
}

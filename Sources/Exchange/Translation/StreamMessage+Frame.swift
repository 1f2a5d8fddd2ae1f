public import Wire

extension StreamMessage {
    /// The message in one frame of a binary event stream.
    ///
    /// - Parameters:
    ///   - frame: Ranges into `bytes`.
    ///   - bytes: The buffer the frame was found in; it must outlive the message.
    public init(_ frame: AWSEventStreamFrame, in bytes: UnsafeRawBufferPointer) {
        self.init(
            name: frame.name.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) },
            data: UnsafeRawBufferPointer(rebasing: bytes[frame.payload]),
            isException: frame.kind == .exception || frame.kind == .error
        )
    }
}

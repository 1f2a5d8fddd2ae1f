/// What tokens are told apart by in prices. The raw value is the field's name in price documents.
public enum RateKind: String, Sendable, CaseIterable {
    /// Input that neither came from nor went to a cache.
    case input
    /// Visible text output.
    case output
    /// Input read from the vendor's cache.
    case cacheRead = "cache_read"
    /// Input written to the cache for five minutes, or for a time without a name.
    case cacheWrite5m = "cache_write"
    /// Input written to the cache for an hour.
    case cacheWrite1h = "cache_write_1h"
    /// Reasoning.
    case reasoning = "reasoning_output"
    /// Audio that was sent.
    case audioInput = "audio_input"
    /// Audio that was made.
    case audioOutput = "audio_output"
    /// Images that were sent.
    case imageInput = "image_input"
    /// Images that were made.
    case imageOutput = "image_output"

    /// Whether tokens of this kind are a part of the output.
    public var isOutput: Bool {
        switch self {
        case .output, .reasoning, .audioOutput, .imageOutput: true
        case .input, .cacheRead, .cacheWrite5m, .cacheWrite1h, .audioInput, .imageInput: false
        }
    }
}

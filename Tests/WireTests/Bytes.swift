/// Bytes of a text, for tests.
func bytes(_ text: String) -> [UInt8] {
    Array(text.utf8)
}

/// The bytes as text, what is not UTF-8 replaced.
func text(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: Array(bytes), as: UTF8.self)
}

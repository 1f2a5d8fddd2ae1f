public import Exchange
public import Wire

extension ModelCapabilities {
    /// These capabilities with some changed, as configuration or a row of the table says.
    ///
    /// - Parameter overrides: An object of field names, as docs/capabilities.md lists them, and values.
    /// - Returns: The changed capabilities. A default cap above the new maximum is lowered to it.
    /// - Throws: `CapabilityError` naming the field that is unknown or whose value does not fit.
    public func applying(_ overrides: JSONValue) throws(CapabilityError) -> ModelCapabilities {
        guard overrides.kind == .object else {
            throw CapabilityError(.notAnObject, "", "capabilities must be a JSON object")
        }
        var changed = self
        for (key, value) in overrides.members {
            let name = key.string ?? ""
            guard let field = CapabilityField.all[name] else {
                throw CapabilityError(.unknownField, name, "there is no capability \(name.shownShort)")
            }
            try field.read(value, name)(&changed)
        }
        try changed.settle(isDefaultGiven: overrides["default_output_tokens"] != nil)
        return changed
    }

    /// These capabilities with some changed by JSON text.
    ///
    /// - Parameter json: One JSON object, UTF-8.
    /// - Returns: The changed capabilities, as ``applying(_:)``.
    /// - Throws: `CapabilityError`: the text is not JSON, or as ``applying(_:)``.
    public func applying(json: String) throws(CapabilityError) -> ModelCapabilities {
        try JSONText.read(json) { root throws(CapabilityError) in try self.applying(root) }
    }

    /// Keeps the default cap within the maximum.
    mutating func settle(isDefaultGiven: Bool) throws(CapabilityError) {
        guard let most = self.maxOutputTokens, self.defaultOutputTokens > most else { return }
        if isDefaultGiven {
            throw .wants("default_output_tokens", "at most max_output_tokens, which is \(most)")
        }
        self.defaultOutputTokens = most
    }
}

extension String {
    /// At most 64 characters of visible ASCII, quoted, for a message.
    fileprivate var shownShort: String {
        let shown = self.unicodeScalars.prefix(64).map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" }
        return "\"\(String(shown))\""
    }
}

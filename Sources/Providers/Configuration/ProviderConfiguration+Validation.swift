public import Exchange

extension ProviderConfiguration {
    /// Checks a provider's configuration (RELIABILITY N034, N037, N038).
    ///
    /// - Parameters:
    ///   - name: `^[a-z0-9][a-z0-9-]{0,62}$`
    ///   - kind: A kind that ``ProviderDescriptor/all`` holds.
    ///   - baseURL: Scheme, host, optional port and path; `nil` or empty for the kind's own default.
    ///   - settings: By name; each must be one that the kind takes.
    ///   - hasSecret: Whether a credential goes with it.
    /// - Returns: The configuration, ready to send by.
    /// - Throws: The first fault found, naming the field, what was wrong and what would be right.
    public static func validate(
        name: String,
        kind: ProviderKind,
        baseURL: String?,
        settings: [String: String],
        hasSecret: Bool
    ) throws(ProviderConfigurationError) -> ProviderConfiguration {
        guard ProviderSetting.isName(name) else {
            throw ProviderConfigurationError(
                .invalidName,
                field: "name",
                "must be 1 to 63 lower-case letters, digits and hyphens, and not start with a hyphen"
            )
        }
        let descriptor = try self.descriptor(kind)
        try self.check(settings, descriptor)
        try self.checkSecret(hasSecret || descriptor.worksWithoutSecret(settings), descriptor)
        let url = try self.readURL(baseURL, descriptor, settings)
        if let url { try self.checkDestination(url, allowPrivate: settings["allow_private"] == "true") }
        return ProviderConfiguration(name: name, descriptor: descriptor, url: url, settings: settings)
    }

    /// Checks that a credential is of a form that a kind of provider takes.
    ///
    /// - Parameters:
    ///   - secret: The credential.
    ///   - kind: The kind of provider; Google's may have a whole document, AWS's a key pair.
    /// - Throws: `.invalidSecret` with what would be right.
    public static func validate(secret: Secret, kind: ProviderKind) throws(ProviderConfigurationError) {
        let fault: CredentialError
        do throws(CredentialError) {
            switch ProviderDescriptor.descriptor(for: kind)?.proof {
            case .google:
                _ = try GoogleCredential(parsing: secret.bytes)
                return
            case .aws:
                if AWSKeyText.isKeyPair(secret) { _ = try AWSKeyText.read(secret) }
                return try self.validateInHeader(secret)
            case .header, .azure, nil: return try self.validateInHeader(secret)
            }
        } catch {
            fault = error
        }
        throw ProviderConfigurationError(.invalidSecret, field: "secret", fault.message)
    }

    private static func validateInHeader(_ secret: Secret) throws(CredentialError) {
        do throws(ProviderConfigurationError) {
            try self.validate(secret: secret)
        } catch {
            throw CredentialError(.malformed, error.message)
        }
    }

    /// Checks that a credential can travel in a header.
    ///
    /// - Throws: `.invalidSecret` unless it is 1 to 8,192 visible ASCII characters without spaces.
    public static func validate(secret: Secret) throws(ProviderConfigurationError) {
        let isGood = secret.withBytes { bytes in
            (1...8_192).contains(bytes.count) && bytes.allSatisfy { (0x21...0x7e).contains($0) }
        }
        guard !isGood else { return }
        throw ProviderConfigurationError(
            .invalidSecret,
            field: "secret",
            "must be 1 to 8192 visible ASCII characters without spaces or line breaks"
        )
    }

    private static func descriptor(_ kind: ProviderKind) throws(ProviderConfigurationError) -> ProviderDescriptor {
        guard let descriptor = ProviderDescriptor.descriptor(for: kind) else {
            let kinds = ProviderDescriptor.all.map(\.kind.rawValue).joined(separator: ", ")
            throw ProviderConfigurationError(.unknownKind, field: "kind", "must be one of \(kinds)")
        }
        return descriptor
    }

    private static func check(
        _ settings: [String: String],
        _ descriptor: ProviderDescriptor
    ) throws(ProviderConfigurationError) {
        let known = descriptor.settings
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            guard let setting = known.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
                let names = known.map(\.name).joined(separator: ", ")
                throw ProviderConfigurationError(
                    .unknownSetting,
                    field: "settings.\(printable(name))",
                    "is not a setting of \(descriptor.kind); it takes \(names)"
                )
            }
            if let fault = setting.fault(value) {
                throw ProviderConfigurationError(.invalidSetting, field: "settings.\(name)", fault)
            }
        }
    }

    private static func checkSecret(
        _ hasSecret: Bool,
        _ descriptor: ProviderDescriptor
    ) throws(ProviderConfigurationError) {
        switch (descriptor.secretRule, hasSecret) {
        case (.required, false):
            throw ProviderConfigurationError(.invalidSecret, field: "secret", "is needed by \(descriptor.kind)")
        case (.none, true):
            throw ProviderConfigurationError(
                .invalidSecret,
                field: "secret",
                "is not taken by \(descriptor.kind); leave it out"
            )
        case (.required, true), (.optional, _), (.none, false): return
        }
    }

    private static func readURL(
        _ text: String?,
        _ descriptor: ProviderDescriptor,
        _ settings: [String: String]
    ) throws(ProviderConfigurationError) -> BaseURL? {
        guard let text, !text.isEmpty else { return try descriptor.prepareBaseURL(nil, settings) }
        return try descriptor.prepareBaseURL(try BaseURL(parsing: text), settings)
    }

    /// A setting's unknown name, fit for a message.
    private static func printable(_ name: String) -> String {
        String(
            name.unicodeScalars.prefix(64).map {
                $0.isASCII && $0.value > 0x20 && $0.value != 0x7f ? Character($0) : "?"
            }
        )
    }
}

extension ProviderConfiguration {
    /// Refuses what a provider may not be reached by, as far as the text tells; names are looked at again when they
    /// have been resolved.
    private static func checkDestination(_ url: BaseURL, allowPrivate: Bool) throws(ProviderConfigurationError) {
        let reach = url.address.map { PrivateAddress.reach($0) } ?? self.reach(ofName: url.host)
        switch (reach, allowPrivate) {
        case (.forbidden, _):
            throw ProviderConfigurationError(
                .forbiddenAddress,
                field: "base_url",
                "leads to a link-local or metadata address, where no provider may be"
            )
        case (.local, false):
            throw ProviderConfigurationError(
                .privateAddress,
                field: "base_url",
                "leads to a private or loopback address; set allow_private to true if that is meant"
            )
        case (.global, _), (.local, true): break
        }
        guard url.isTLS || allowPrivate else {
            throw ProviderConfigurationError(
                .privateAddress,
                field: "base_url",
                "uses http; use https, or set allow_private to true for a server on your own network"
            )
        }
    }

    /// Names whose address is known without asking.
    private static func reach(ofName host: String) -> AddressReach {
        switch host {
        case "metadata.google.internal", "metadata", "instance-data": .forbidden
        case "localhost": .local
        default: host.hasSuffix(".localhost") ? .local : .global
        }
    }
}

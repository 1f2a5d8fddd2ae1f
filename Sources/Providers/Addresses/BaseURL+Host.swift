extension BaseURL {
    /// Checks a host that is not in brackets.
    ///
    /// - Returns: The address, when it is a dotted IPv4 literal.
    static func checkHostName(_ host: ArraySlice<UInt8>) throws(ProviderConfigurationError) -> [UInt8]? {
        guard !host.isEmpty else { throw self.fault("has no host") }
        guard host.count <= 253 else { throw self.fault("has a host longer than 253 bytes") }
        let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        for label in labels { try self.checkLabel(label) }
        guard let last = labels.last, self.looksNumeric(last) else { return nil }
        guard let address = AddressText.v4(host) else {
            throw self.fault(
                "has a host that some readers take for a number; write an IPv4 address as four decimal parts (10.0.0.1)"
            )
        }
        return address
    }

    private static func checkLabel(_ label: ArraySlice<UInt8>) throws(ProviderConfigurationError) {
        guard !label.isEmpty else {
            throw self.fault("has a host with an empty part; write it without doubled, leading or trailing dots")
        }
        guard label.count <= 63 else { throw self.fault("has a host part longer than 63 bytes") }
        let hyphen = UInt8(ascii: "-")
        guard label.allSatisfy({ ASCIIText.isAlphanumeric($0) || $0 == hyphen || $0 == UInt8(ascii: "_") }) else {
            throw self.fault("has a host character that is neither letter, digit, hyphen nor dot")
        }
        guard label.first != hyphen, label.last != hyphen else {
            throw self.fault("has a host part that starts or ends with a hyphen")
        }
    }

    /// Whether a last label makes browsers and resolvers read the host as an IPv4 number in one of its odd notations
    /// (WHATWG URL, "ends in a number").
    private static func looksNumeric(_ label: ArraySlice<UInt8>) -> Bool {
        if label.allSatisfy(ASCIIText.isDigit) { return true }
        guard label.count >= 2, ASCIIText.lowercased(label.prefix(2)).elementsEqual("0x".utf8) else { return false }
        return label.dropFirst(2).allSatisfy { ASCIIText.hexDigit($0) != nil }
    }

    /// Reads a port and refuses those where a well-known protocol listens that is not HTTP.
    static func readPort(_ text: ArraySlice<UInt8>?) throws(ProviderConfigurationError) -> Int? {
        guard let text else { return nil }
        guard let port = AddressText.decimal(text, maxDigits: 5), (1...65_535).contains(port) else {
            throw self.fault("has a port that is not a number of 1 to 65535 without leading zeros")
        }
        guard !self.foreignPorts.contains(port) else {
            throw self.fault("has port \(port), where another protocol than HTTP listens")
        }
        return port
    }

    /// The Fetch standard's blocked ports, and the usual databases, brokers and remote shells.
    private static let foreignPorts: Set<Int> = [
        1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
        109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 138, 139, 143, 161, 179, 389, 427, 445, 465, 512, 513,
        514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 873, 989, 990, 993, 995, 1433, 1521,
        1719, 1720, 1723, 1883, 2049, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5672, 5900, 6000,
        6379, 6380, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9092, 10080, 11211, 26379, 27017,
    ]
}

import Exchange
import Wire

extension CapabilityTable {
    /// Reads a table.
    ///
    /// - Parameter json: `{"traits":{name:{…}},"rows":{vendor:[{"family":…,…}]},"doors":[{"kinds":[…],…}]}`, in the
    ///   form docs/capabilities.md describes.
    /// - Throws: `CapabilityError` with the trait, row or door in its message.
    init(json: String) throws(CapabilityError) {
        self = try JSONText.read(json) { root throws(CapabilityError) in
            var reader = CapabilityTableReader()
            return try reader.table(root)
        }
    }
}

/// Reads a table from top to bottom: what is named must have been defined above.
private struct CapabilityTableReader {
    private var settings: [String: [CapabilitySetting]] = [:]
    private var rows: [String: CapabilityRows] = [:]

    mutating func table(_ root: JSONValue) throws(CapabilityError) -> CapabilityTable {
        guard let traits = root["traits"], let vendors = root["rows"], let doors = root["doors"] else {
            throw CapabilityError(.notAnObject, "", "a table has traits, rows and doors")
        }
        for (name, trait) in traits.members {
            let name = name.string ?? ""
            self.settings[name] = try self.read(trait, called: name, besides: [])
        }
        for (vendor, list) in vendors.members { try self.read(list, vendor: vendor.string ?? "") }
        var found: [String: CapabilityDoor] = [:]
        for door in doors.elements { try self.read(door, into: &found) }
        guard let other = found["openai-compatible"] else {
            throw CapabilityError(.unknownReference, "", "no door is openai-compatible")
        }
        return CapabilityTable(doors: found, otherDoor: other)
    }

    /// A vendor's rows.
    private mutating func read(_ list: JSONValue, vendor: String) throws(CapabilityError) {
        var read: [CapabilityRow] = []
        for row in list.elements {
            guard let family = row["family"]?.string else {
                throw CapabilityError(.badValue, "family", "a row of \(vendor) has no family")
            }
            let settings = try self.read(row, called: "\(vendor)/\(family)", besides: ["family", "also", "version"])
            for family in [family] + (row["also"]?.elements.compactMap(\.string) ?? []) {
                let reference = "\(vendor)/\(family)"
                guard self.settings.updateValue(settings, forKey: reference) == nil else {
                    throw CapabilityError(.badValue, "family", "\(reference) is there twice")
                }
                var capabilities = try Self.apply(settings, to: ModelCapabilities(), called: reference)
                capabilities.family = family
                read.append(CapabilityRow(name: try Self.name(family, row, reference), capabilities: capabilities))
            }
        }
        self.rows[vendor] = CapabilityRows(rows: read)
    }

    private static func name(
        _ family: String,
        _ row: JSONValue,
        _ reference: String
    ) throws(CapabilityError) -> ModelName {
        guard let version = row["version"] else { return ModelName(family) }
        let numbers = version.elements.compactMap(\.int)
        guard !numbers.isEmpty, numbers.count == version.count else {
            throw CapabilityError(.badValue, "version", "\(reference): version must be a list of numbers")
        }
        return ModelName(family, version: numbers)
    }

    private mutating func read(
        _ door: JSONValue,
        into found: inout [String: CapabilityDoor]
    ) throws(CapabilityError) {
        let kinds = door["kinds"]?.elements.compactMap(\.string) ?? []
        let called = kinds.first ?? ""
        guard !kinds.isEmpty, let shelves = door["reads"] else {
            throw CapabilityError(.badValue, "doors", "a door has kinds and reads")
        }
        var read: [CapabilityDoor.Shelf] = []
        for shelf in shelves.elements {
            let vendor = shelf["rows"]?.string ?? ""
            guard let rows = self.rows[vendor] else {
                throw CapabilityError(.unknownReference, "reads", "\(called): there are no rows \(vendor)")
            }
            let changes = try self.read(shelf, called: called, besides: ["rows", "exact"])
            read.append(CapabilityDoor.Shelf(rows: rows, isExact: shelf["exact"]?.bool ?? false, changes: changes))
        }
        let beyond = try Self.beyond(door, called, found)
        let unknown = try self.read(door, called: called, besides: ["kinds", "reads", "then", "asks_by_grade"])
        let made = CapabilityDoor(
            shelves: read + (beyond?.shelves ?? []),
            unknown: try Self.apply(unknown, to: ModelCapabilities(), called: called),
            asksByGrade: door["asks_by_grade"]?.bool ?? beyond?.asksByGrade ?? false
        )
        for kind in kinds where found.updateValue(made, forKey: kind) != nil {
            throw CapabilityError(.badValue, "kinds", "\(kind) has two doors")
        }
    }

    /// The door that is asked after a door's own rows.
    private static func beyond(
        _ door: JSONValue,
        _ called: String,
        _ found: [String: CapabilityDoor]
    ) throws(CapabilityError) -> CapabilityDoor? {
        guard let then = door["then"] else { return nil }
        guard let kind = then.string, let beyond = found[kind] else {
            throw CapabilityError(.unknownReference, "then", "\(called): then must be a kind defined above")
        }
        return beyond
    }

    /// What an object says about capabilities: first what it is `as`, then its own fields.
    private func read(
        _ object: JSONValue,
        called reference: String,
        besides structure: [String]
    ) throws(CapabilityError) -> [CapabilitySetting] {
        var settings: [CapabilitySetting] = []
        let models = object["as"].map { $0.string.map { [$0] } ?? $0.elements.map { $0.string ?? "" } } ?? []
        for model in models {
            guard let known = self.settings[model] else {
                throw CapabilityError(.unknownReference, "as", "\(reference): \(model) is not defined above")
            }
            settings += known
        }
        for (key, value) in object.members {
            let name = key.string ?? ""
            if name == "as" || name == "unsure" || structure.contains(name) { continue }
            do throws(CapabilityError) {
                settings.append(try CapabilityShorthand.read(value, name))
            } catch {
                throw CapabilityError(error.code, error.field, "\(reference): \(error.message)")
            }
        }
        return settings
    }

    private static func apply(
        _ settings: [CapabilitySetting],
        to capabilities: ModelCapabilities,
        called reference: String
    ) throws(CapabilityError) -> ModelCapabilities {
        var changed = capabilities
        for setting in settings { setting(&changed) }
        do throws(CapabilityError) {
            try changed.settle(isDefaultGiven: false)
        } catch {
            throw CapabilityError(error.code, error.field, "\(reference): \(error.message)")
        }
        return changed
    }
}

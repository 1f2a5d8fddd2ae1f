public import Exchange

/// What is known of the models of every vendor: limits, how they think, what they take.
///
/// The facts are data (`CapabilityTable+Rows.swift`); docs/capabilities.md says how they are read, overridden and
/// added. Meant to be asked when a target is configured, not for every request: a lookup compares some hundred rows.
public struct CapabilityTable: Sendable {
    let doors: [String: CapabilityDoor]
    /// For a kind that the table does not know.
    let otherDoor: CapabilityDoor

    /// The program's own table.
    public static let builtIn: CapabilityTable = {
        do throws(CapabilityError) {
            return try CapabilityTable(json: Self.rows)
        } catch {
            preconditionFailure("the capability table is broken: \(error.message)")
        }
    }()

    /// What a model can do.
    ///
    /// - Parameters:
    ///   - kind: The provider's kind (`openai`, `bedrock`); an unknown one is taken for `openai-compatible`.
    ///   - vendor: Whose server a compatible one is (`groq`), where known: the provider's name will do. Counts only when
    ///     the kind is a compatible server and the table has a door of that name for one.
    ///   - model: The vendor's name for the model, in any of the vendor's spellings. May be anything at all.
    ///   - baseModel: The model behind an arbitrary name, where configuration tells it (an Azure deployment, a Bedrock
    ///     application profile): asked instead of `model`.
    /// - Returns: The row of the longest matching family; for an unknown release the newest known one before it; for an
    ///   unknown family the kind's defaults, with an empty `family`.
    public func capabilities(
        provider kind: String,
        vendor: String? = nil,
        model: String,
        baseModel: String? = nil
    ) -> ModelCapabilities {
        var door = self.doors[kind] ?? self.otherDoor
        if door.asksByGrade, let vendor, let own = self.doors[vendor], own.asksByGrade { door = own }
        let name = if let baseModel, !baseModel.isEmpty { baseModel } else { model }
        return door.capabilities(of: ModelName(name))
    }
}

/// One way to reach models: whose rows are asked, in which order, and what this way changes about them.
struct CapabilityDoor: Sendable {
    /// Rows, and what this door changes about all of them.
    struct Shelf: Sendable {
        let rows: CapabilityRows
        /// Only the families written there are answered, not their releases to come: exceptions to a later shelf.
        let isExact: Bool
        let changes: [CapabilitySetting]
    }

    let shelves: [Shelf]
    /// A family that no shelf knows.
    let unknown: ModelCapabilities
    /// A compatible server, before any vendor's models: thinking is asked for by grade, whatever the vendor's own way is.
    let asksByGrade: Bool

    /// The first shelf that knows the model answers.
    func capabilities(of name: ModelName) -> ModelCapabilities {
        for shelf in self.shelves {
            guard let row = shelf.rows.row(for: name, exactly: shelf.isExact) else { continue }
            var found = row.capabilities
            for change in shelf.changes { change(&found) }
            if self.asksByGrade { found.reasoning = found.reasoning.byGrade }
            return found
        }
        return self.unknown
    }
}

extension ModelCapabilities.ReasoningStyle {
    /// The same willingness, asked for by grade.
    fileprivate var byGrade: ModelCapabilities.ReasoningStyle {
        switch self {
        case .none, .effort: self
        case .adaptive(let efforts, let canDisable): .effort(canDisable ? efforts.union([.none]) : efforts)
        case .budget(_, let canDisable): .effort(canDisable ? [.none, .low, .medium, .high] : [.low, .medium, .high])
        }
    }
}

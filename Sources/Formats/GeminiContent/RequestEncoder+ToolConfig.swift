import Exchange
import Wire

extension RequestEncoder {
    /// Writes `toolConfig`; nothing where the default says the same.
    mutating func writeToolConfig() throws(TranslationRefusal) {
        guard !self.tools.isEmpty else { return try self.judgeChoiceWithoutTools() }
        if self.request.parallelToolCalls == false { try self.report.dropped(.parameter(.parallelToolCalls)) }
        switch self.request.toolChoice {
        case nil, .auto:
            guard self.tools.areAllStrict else { return }
            try self.report.approximated(.parameter(.tools), "strict")
            self.write(mode: "VALIDATED")
        case .some(.none): self.write(mode: "NONE")
        case .required: try self.force([])
        case .named(let name): try self.force([name])
        case .allowed(let names, required: true): try self.force(names)
        case .allowed(let names, required: false): self.write(mode: "VALIDATED", try self.declared(names))
        case .hosted: throw self.cannotForce("cannot force a tool that it does not run")
        }
    }

    private mutating func force(_ names: [String]) throws(TranslationRefusal) {
        guard self.target.capabilities.forcesTools else { throw self.cannotForce("cannot be made to call a tool") }
        self.write(mode: "ANY", names.isEmpty ? [] : try self.declared(names))
    }

    /// Names as the model is told them; those of tools that were withheld are left out.
    private func declared(_ names: [String]) throws(TranslationRefusal) -> [String] {
        let declared = names.filter { self.tools.declares($0) }.map { ToolList.name($0) }
        guard !declared.isEmpty else { throw self.cannotForce("is not offered the tool that is to be called") }
        return declared
    }

    private func judgeChoiceWithoutTools() throws(TranslationRefusal) {
        switch self.request.toolChoice {
        case nil, .auto, .some(.none): return
        case .required, .named, .allowed, .hosted:
            throw self.cannotForce("is not offered the tool that is to be called")
        }
    }

    private func cannotForce(_ reason: String) -> TranslationRefusal {
        self.report.refusal(.parameter(.toolChoice), reason, wayOut: "Use 'auto', or offer a function.")
    }

    private mutating func write(mode: StaticString, _ names: [String] = []) {
        self.writer.member(
            "toolConfig",
            object: { writer in
                writer.member(
                    "functionCallingConfig",
                    object: { writer in
                        writer.member("mode", "\(mode)")
                        guard !names.isEmpty else { return }
                        writer.member(
                            "allowedFunctionNames",
                            array: { writer in
                                for name in names { writer.string(name) }
                            }
                        )
                    }
                )
            }
        )
    }
}

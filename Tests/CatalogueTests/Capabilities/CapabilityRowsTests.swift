import Exchange
import Testing
import Wire

@testable import Catalogue

@Suite("Capability table: its rows")
struct CapabilityRowsTests {
    @Test("every row is found by its own family's name")
    func reachable() {
        for (kind, door) in CapabilityTable.builtIn.doors {
            for shelf in door.shelves {
                for row in shelf.rows.rows {
                    let family = row.capabilities.family
                    let found = shelf.rows.row(for: ModelName(family))
                    #expect(found?.capabilities.family == family, "\(kind) \(family)")
                }
            }
        }
    }

    @Test("every row is found through a door")
    func doors() {
        let table = CapabilityTable.builtIn
        var missing = Set<String>()
        var found = Set<String>()
        for (kind, door) in table.doors {
            for (index, shelf) in door.shelves.enumerated() {
                for row in shelf.rows.rows {
                    let family = row.capabilities.family
                    let name = ModelName(family)
                    let isFirst = door.shelves.prefix(index).allSatisfy { earlier in
                        earlier.rows.row(for: name, exactly: earlier.isExact) == nil
                    }
                    let id = "\(family) \(row.capabilities)"
                    if isFirst, table.capabilities(provider: kind, model: family).family == family {
                        found.insert(id)
                    } else {
                        missing.insert(id)
                    }
                }
            }
        }
        #expect(missing.subtracting(found).isEmpty)
        #expect(found.count > 250)
    }

    @Test("every set of rows is read by some door")
    func read() throws {
        try self.withTable { root in
            let read = root["doors"]?.elements.flatMap { door in
                door["reads"]?.elements.compactMap { $0["rows"]?.string } ?? []
            }
            for (vendor, _) in try #require(root["rows"]).members {
                #expect(read?.contains(vendor.string ?? "") == true)
            }
        }
    }

    @Test("figures agree with each other")
    func sound() {
        for door in CapabilityTable.builtIn.doors.values {
            for row in door.shelves.flatMap(\.rows.rows) { Self.check(row.capabilities) }
            Self.check(door.unknown)
        }
    }

    private static func check(_ known: ModelCapabilities) {
        if let context = known.contextTokens, let output = known.maxOutputTokens {
            #expect(output <= context, "\(known.family)")
        }
        #expect(known.defaultOutputTokens <= known.maxOutputTokens ?? .max, "\(known.family)")
        #expect(known.takesTools || !known.forcesTools, "\(known.family)")
        #expect(known.imageTypes?.isEmpty != true || !known.fetchesImages || known.documentTypes != nil)
        #expect(known.cacheMarks || !known.longCache, "\(known.family)")
        if case .budget(let range, _) = known.reasoning, let output = known.maxOutputTokens {
            #expect(range.upperBound < output, "\(known.family)")
        }
    }

    @Test("what is unsure is said in words")
    func unsure() throws {
        try self.withTable { root in
            var notes = 0
            for (_, rows) in try #require(root["rows"]).members {
                for row in rows.elements {
                    guard let note = row["unsure"] else { continue }
                    notes += 1
                    #expect(note.string?.isEmpty == false)
                }
            }
            #expect(notes > 20)
        }
    }

    @Test("every commonly listed chat model has a row")
    func common() {
        for model in CommonModel.all where model.operation == .chat {
            let known = CapabilityTable.builtIn.capabilities(provider: model.vendor, model: model.name)
            #expect(!known.family.isEmpty, "\(model.vendor) \(model.name)")
        }
    }

    private func withTable(_ body: (JSONValue) throws -> Void) throws {
        let tape = JSONTape()
        try Array(CapabilityTable.rows.utf8).withUnsafeBytes { bytes in try body(try tape.parse(bytes)) }
    }
}

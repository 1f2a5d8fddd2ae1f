import Exchange
import Testing
import Wire

/// What clients really sent, through the rooms.
@Suite("Recorded requests", .enabled(if: Recording.folder != nil))
struct RecordedRequestTests {
    @Test("every one is accepted, unless a rule of ours refuses it")
    func acceptance() throws {
        var accepted = 0
        for recording in Recording.all {
            let room = try #require(rooms[recording.operation.format])
            let body = String(decoding: recording.request, as: UTF8.self)
            let failure = try room.refusal(of: body, recording.operation, pathModel: recording.pathModel)
            if let failure {
                #expect(Self.isOurRule(failure, recording), "\(recording.name): \(failure.message)")
            } else {
                accepted += 1
            }
        }
        #expect(accepted > 1500)
    }

    /// A cap below the minimum, and a missing model where the vendor has a default one. The vendor refused the first
    /// too.
    private static func isOurRule(_ failure: GatewayFailure, _ recording: Recording) -> Bool {
        switch failure.parameter {
        case "max_tokens": recording.status == 400 && failure.message.contains("must be at least")
        case "model": recording.operation == .moderations || recording.status == 400
        default: false
        }
    }

    @Test("outside the patched ranges every byte stays")
    func patching() throws {
        var patched = 0
        for recording in Recording.all {
            let room = try #require(rooms[recording.operation.format])
            guard let inspected = Self.inspected(recording, by: room) else { continue }
            var patches = inspected.edits
            if let range = inspected.modelRange {
                patches.append(BytePatch(range: range, replacement: Array("\"upstream/name\"".utf8)))
            }
            if let edit = inspected.usageEdit { patches.append(edit) }
            patches.sort { $0.range.lowerBound < $1.range.lowerBound }

            var sent: [UInt8] = []
            let isOrdered = recording.request.withUnsafeBytes { bytes in
                BytePatch.apply(patches, to: bytes) { sent += $0 }
            }
            #expect(isOrdered, "\(recording.name)")
            #expect(sent == spliced(recording.request, patches), "\(recording.name)")
            try Self.checkAgain(sent, recording, room, hadModel: inspected.modelRange != nil)
            patched += 1
        }
        #expect(patched > 1500)
    }

    /// What is sent passes the gate, names the new model and needs no further edit.
    private static func checkAgain(
        _ sent: [UInt8],
        _ recording: Recording,
        _ room: any WireFormat,
        hadModel: Bool
    ) throws {
        let again = try withJSON(sent) { root in
            try room.inspect(root, operation: recording.operation, pathModel: hadModel ? nil : "path")
        }
        #expect(again.model == (hadModel ? "upstream/name" : "path"), "\(recording.name)")
        #expect(again.usageEdit == nil, "\(recording.name)")
        #expect(again.edits.isEmpty, "\(recording.name)")
    }

    private static func inspected(_ recording: Recording, by room: any WireFormat) -> Inspected? {
        try? withJSON(recording.request) { root in
            try room.inspect(root, operation: recording.operation, pathModel: recording.pathModel)
        }
    }

    @Test("whether a stream was asked for is seen")
    func streaming() throws {
        var streams = 0
        for recording in Recording.all where recording.operation.streams {
            let room = try #require(rooms[recording.operation.format])
            guard let inspected = Self.inspected(recording, by: room) else { continue }
            let asked = try withJSON(recording.request) { $0["stream"]?.bool ?? false }
            #expect(inspected.isStream == asked, "\(recording.name)")
            if asked { streams += 1 }
        }
        #expect(streams > 400)
    }

    @Test("references to stored state are found where the recordings have them")
    func storedState() throws {
        var found: [String: Int] = [:]
        for recording in Recording.all {
            let room = try #require(rooms[recording.operation.format])
            for field in Self.inspected(recording, by: room)?.storedStateFields ?? [] { found[field, default: 0] += 1 }
        }
        for field in ["previous_response_id", "background", "container"] { #expect(found[field] ?? 0 > 0, "\(field)") }
    }
}

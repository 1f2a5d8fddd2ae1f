import Exchange
import NIOCore
import Providers
import Storage
import Upstream
import Wire

/// The exact bytes for the vendor: head and patched body in one buffer.
struct UpstreamRequest {
    /// Ready to be written.
    let bytes: ByteBuffer
    /// What it is proved with, for when the vendor does not believe it.
    let proof: RequestProof

    init(bytes: ByteBuffer, proof: RequestProof) {
        self.bytes = bytes
        self.proof = proof
    }

    /// Builds the request. The body is the caller's own bytes outside the plan's ranges. A long body that is to be signed
    /// comes with its digest (``digest(_:_:)``), made on a worker. What `memory` holds is overwritten.
    static func patched(
        _ received: ReceivedRequest,
        _ inspected: InspectedRequest,
        by plan: RoutePlan,
        digest: BodyDigest? = nil,
        trace: TraceHeaders? = nil,
        at now: WallTime,
        reusing memory: consuming ByteBuffer
    ) throws(GatewayFailure) -> UpstreamRequest {
        let (head, headBytes, body) = (received.head, received.headBytes, received.body)
        guard let bodyCount = BytePatch.patchedCount(plan.patches, byteCount: body.readableBytes) else {
            throw Self.unprepared
        }
        let provider = plan.target.provider
        let path = headBytes.withUnsafeReadableBytes { raw in
            plan.target.requestTarget(
                head.operation,
                streams: inspected.facts.isStream,
                query: head.query.map { UnsafeRawBufferPointer(rebasing: raw[$0]) }
            )
        }
        // A signature covers the body, so that is patched first, and its type is our own word.
        let signed = provider.signsBodies ? try Self.patchedBody(body, plan.patches) : nil
        let proof =
            provider.credentials == nil
            ? .standing : try Self.proof(provider, path, signed ?? [], digest: digest, at: now)
        var bytes = memory
        bytes.clear(minimumCapacity: ByteBuffer.headCapacity + bodyCount)
        headBytes.withUnsafeReadableBytes { raw in
            provider.writeHead(
                to: &bytes,
                target: path,
                bodyCount: bodyCount,
                credentials: proof.headers,
                forward: { out in
                    out.writeOverrides(plan.target.overrides)
                    out.writeTrace(trace)
                    guard signed == nil else { return out.writeOwnHeaders() }
                    Self.forwardHeaders(head, raw, plan.target, to: &out)
                },
                callerGave: { Self.has($0, head, raw) }
            )
        }
        if let signed {
            bytes.writeBytes(signed)
            return UpstreamRequest(bytes: bytes, proof: proof)
        }
        let isWhole = body.withUnsafeReadableBytes { raw in
            BytePatch.apply(plan.patches, to: raw) { bytes.writeBytes($0) }
        }
        guard isWhole else { throw Self.unprepared }
        return UpstreamRequest(bytes: bytes, proof: proof)
    }

    private static let unprepared = GatewayFailure(.internalError, "The request could not be prepared.")

    private static func patchedBody(
        _ body: ByteBuffer,
        _ patches: [BytePatch]
    ) throws(GatewayFailure) -> [UInt8] {
        let patched = body.withUnsafeReadableBytes { BytePatch.applied(patches, to: $0) }
        guard let patched else { throw Self.unprepared }
        return patched
    }

    /// What a signature says of a body once it is patched.
    static func digest(_ body: ByteBuffer, _ patches: [BytePatch]) throws(GatewayFailure) -> BodyDigest {
        try Self.patchedBody(body, patches).withUnsafeBytes { BodyDigest(of: $0) }
    }

    /// The caller's own headers that may travel to this vendor.
    private static func forwardHeaders(
        _ head: InboundHead,
        _ raw: UnsafeRawBufferPointer,
        _ target: Target,
        to out: inout HeadWriter
    ) {
        let travelling = target.provider.forwardedHeaders(for: head.operation.format)
        let overrides = target.overrides.headers
        for field in head.fields {
            let name = UnsafeRawBufferPointer(rebasing: raw[field.name])
            guard travelling.forwards(name) else { continue }
            if !overrides.isEmpty, overrides[String(decoding: name, as: UTF8.self).lowercased()] != nil { continue }
            out.write(name, UnsafeRawBufferPointer(rebasing: raw[field.value]))
        }
    }

    private static func has(_ name: String, _ head: InboundHead, _ raw: UnsafeRawBufferPointer) -> Bool {
        head.fields.contains { field in
            raw[field.name].elementsEqual(name.utf8) { a, b in (0x41...0x5A).contains(a) ? a | 0x20 == b : a == b }
        }
    }
}

extension HeadWriter {
    /// The headers of a request whose body is ours, not the caller's.
    mutating func writeOwnHeaders() {
        self.write(fixed: "content-type: application/json\r\naccept-encoding: identity\r\nuser-agent: martlet\r\n")
    }
}

import Exchange
import NIOCore
import Providers
import Upstream
import Wire

/// The exact bytes for the vendor: head and patched body in one buffer.
struct UpstreamRequest {
    /// Ready to be written.
    let bytes: ByteBuffer

    init(bytes: ByteBuffer) {
        self.bytes = bytes
    }

    /// Builds the request. The body is the caller's own bytes outside the plan's ranges.
    static func patched(
        _ request: InspectedRequest,
        by plan: RoutePlan,
        head: InboundHead,
        headBytes: ByteBuffer
    ) throws(GatewayFailure) -> UpstreamRequest {
        let body = request.body
        guard let bodyCount = BytePatch.patchedCount(plan.patches, byteCount: body.readableBytes) else {
            throw GatewayFailure(.internalError, "The request could not be prepared.")
        }
        var bytes = ByteBufferAllocator().buffer(capacity: 1024 + bodyCount)
        let target = plan.target
        headBytes.withUnsafeReadableBytes { raw in
            target.provider.writeHead(
                to: &bytes,
                target: target.requestTarget(
                    head.operation,
                    streams: request.facts.isStream,
                    query: head.query.map { UnsafeRawBufferPointer(rebasing: raw[$0]) }
                ),
                bodyCount: bodyCount,
                forward: { Self.forwardHeaders(head, raw, target.provider, to: &$0) },
                callerGave: { Self.has($0, head, raw) }
            )
        }
        let isWhole = body.withUnsafeReadableBytes { raw in
            BytePatch.apply(plan.patches, to: raw) { bytes.writeBytes($0) }
        }
        guard isWhole else { throw GatewayFailure(.internalError, "The request could not be prepared.") }
        return UpstreamRequest(bytes: bytes)
    }

    /// The caller's own headers that may travel to this vendor.
    private static func forwardHeaders(
        _ head: InboundHead,
        _ raw: UnsafeRawBufferPointer,
        _ provider: Provider,
        to out: inout ByteBuffer
    ) {
        let travelling = provider.forwardedHeaders(for: head.operation.format)
        for field in head.fields {
            let name = UnsafeRawBufferPointer(rebasing: raw[field.name])
            guard travelling.forwards(name) else { continue }
            out.writeBytes(name)
            out.writeStaticString(": ")
            out.writeBytes(UnsafeRawBufferPointer(rebasing: raw[field.value]))
            out.writeStaticString("\r\n")
        }
    }

    private static func has(_ name: String, _ head: InboundHead, _ raw: UnsafeRawBufferPointer) -> Bool {
        head.fields.contains { field in
            raw[field.name].elementsEqual(name.utf8) { a, b in (0x41...0x5A).contains(a) ? a | 0x20 == b : a == b }
        }
    }
}

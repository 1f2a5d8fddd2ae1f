import Glibc
import NIOCore
import NIOPosix

/// Connects a loop to the sandbox vendor inside this process: a socket pair, both ends on the same event loop, so that the
/// sandbox is reached by the very code that reaches every other vendor, without a port or a network.
struct SandboxLink: Sendable {
    let unixSeconds: @Sendable () -> Int

    func connect(on loop: any EventLoop) -> EventLoopFuture<any Channel> {
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            return loop.makeFailedFuture(UpstreamError(.connectFailed, "socketpair failed with errno \(errno)"))
        }
        let vendorEnd = ends[1]
        let unixSeconds = self.unixSeconds
        let vendor = ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SandboxChannelHandler(unixSeconds: unixSeconds))
                }
            }
            .withConnectedSocket(vendorEnd)
        vendor.whenFailure { _ in _ = close(vendorEnd) }
        let client = ClientBootstrap(group: loop)
            .channelOption(.writeBufferWaterMark, value: .init(low: 128 * 1024, high: 256 * 1024))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(UpstreamConnection(isPlain: true))
                }
            }
            .withConnectedSocket(ends[0])
        return vendor.and(client).map { $0.1 }.flatMapErrorThrowing { error in
            throw UpstreamError(.connectFailed, "\(Swift.type(of: error))")
        }
    }
}

import Glibc
import NIOCore

extension UpstreamConnection {
    /// Whether the vendor has not closed an idle connection behind our back.
    ///
    /// An end-of-file that the loop has not read yet would cost the caller its request. Asking the kernel is one system
    /// call, so it is asked only of connections that have been idle long enough for a vendor to lose interest.
    func isStillOpen(idleFor idle: TimeAmount) -> Bool {
        guard self.isReusable else { return false }
        guard idle > .seconds(1), let channel = self.channel as? any SocketOptionProvider else { return true }
        var isOpen = true
        channel.unsafeGetSocketOption(level: .tcp, name: .init(rawValue: TCP_INFO)).assumeIsolated().whenComplete {
            (result: Result<tcp_info, any Error>) in
            if case .success(let info) = result { isOpen = info.tcpi_state == UInt8(TCP_ESTABLISHED) }
        }
        return isOpen
    }
}

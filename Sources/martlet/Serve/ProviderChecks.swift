import AdminAPI
import Exchange
import NIOCore
import NIOPosix
import Providers
import Storage
import Upstream

/// Asks providers for a sign of life, for `provider check`, `doctor --providers` and the admin API behind them.
enum ProviderChecks {
    /// The check, for a workspace's providers.
    static func check(_ workspace: Workspace) -> ProviderCheck {
        let credentials = Road.credentials(workspace)
        let connector = SocketConnector(unixSeconds: { Int(Workspace.unixMilliseconds() / 1000) })
        return { record in
            let started = NIODeadline.now()
            func found(_ isGood: Bool, _ detail: String) -> ProviderReachability {
                let elapsed = (NIODeadline.now() - started).nanoseconds / 1_000_000
                return ProviderReachability(isGood: isGood, detail: detail, milliseconds: Int(elapsed))
            }
            do {
                let provider = try Self.provider(record, try credentials(record))
                let loop = MultiThreadedEventLoopGroup.singleton.next()
                let (isGood, detail) = Self.verdict(await ProviderProbe.run(provider, connector: connector, on: loop))
                return found(isGood, detail)
            } catch {
                return found(false, "\(error)")
            }
        }
    }

    /// A provider of its own, apart from those of the road.
    static func provider(_ record: ProviderRecord, _ secret: Secret?) throws -> Provider {
        let configuration = try ProviderConfiguration.validate(
            name: record.name,
            kind: ProviderKind(record.kind),
            baseURL: record.baseURL.isEmpty ? nil : record.baseURL,
            settings: record.settings,
            hasSecret: secret != nil
        )
        return try Provider(
            configuration: configuration,
            secret: secret,
            environment: SettingsOptions.environment,
            services: CredentialServices(transport: SocketCredentialTransport(environment: SettingsOptions.environment))
        )
    }

    /// Any answer shows that the way is free; only a refused credential or a broken vendor is bad. Some vendors have no list
    /// of models, and say 404 or 405.
    private static func verdict(_ outcome: ProviderProbe.Outcome) -> (isGood: Bool, detail: String) {
        switch outcome {
        case .inProcess: (true, "answers inside this process")
        case .answered(let status) where status == 401 || status == 403:
            (false, "reached, but it refuses the credential (status \(status))")
        case .answered(let status) where status >= 500: (false, "reached, but it is in trouble (status \(status))")
        case .answered(let status): (true, "answers (status \(status))")
        case .failed(let reason): (false, reason)
        }
    }
}

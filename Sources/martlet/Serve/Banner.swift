import Exchange
import Glibc

/// What a person sees at a start: where it listens, curl lines that answer, and once the secrets of a first run.
struct Banner {
    let workspace: Workspace
    let port: Int
    let showSecrets: Bool

    func print() throws {
        let isShown = self.showSecrets || isatty(STDOUT_FILENO) == 1
        let key = try self.keyLines(isShown: isShown)
        Console.out(
            """
            Martlet \(Martlet.version) listens on http://127.0.0.1:\(self.port) (admin: http://\(self.workspace.settings.admin.host):\(self.workspace.settings.admin.port))

            \(key)

              curl http://127.0.0.1:\(self.port)/v1/chat/completions -H "Authorization: Bearer $MARTLET_KEY" -H "Content-Type: application/json" -d '{"model":"sandbox/echo","messages":[{"role":"user","content":"Hello"}]}'
              curl http://127.0.0.1:\(self.port)/v1/responses -H "Authorization: Bearer $MARTLET_KEY" -H "Content-Type: application/json" -d '{"model":"sandbox/echo","input":"Hello"}'
              curl http://127.0.0.1:\(self.port)/v1/messages -H "x-api-key: $MARTLET_KEY" -H "anthropic-version: 2023-06-01" -H "Content-Type: application/json" -d '{"model":"sandbox/echo","max_tokens":100,"messages":[{"role":"user","content":"Hello"}]}'

            Streaming: add "stream":true to the body and -N to curl. Models: curl http://127.0.0.1:\(self.port)/v1/models -H "Authorization: Bearer $MARTLET_KEY"
            """
        )
    }

    private func keyLines(isShown: Bool) throws -> String {
        guard let first = self.workspace.firstRun else {
            return """
                Set MARTLET_KEY to a virtual key; make one with: martlet key create --name mine --project default
                """
        }
        let key = String(decoding: first.key.bytes, as: UTF8.self)
        guard !isShown else {
            return """
                First start. Your virtual key, shown once:

                  export MARTLET_KEY=\(key)

                The admin token is in \(self.workspace.folder.adminTokenPath).
                """
        }
        try self.workspace.folder.write(first.key.bytes + [0x0A], to: self.workspace.folder.firstKeyPath)
        return """
            First start. Your virtual key is in \(self.workspace.folder.firstKeyPath) (mode 0600); the admin token in \(self.workspace.folder.adminTokenPath):

              export MARTLET_KEY=$(cat \(self.workspace.folder.firstKeyPath))
            """
    }
}

import Foundation
import MartletTesting
import Testing

@Suite(
    "Without privileges",
    .timeLimit(.minutes(2)),
    .enabled(if: MartletProgram.isBuilt, "the martlet program is not beside the tests")
)
struct UnprivilegedTests {
    private static let drop = "setpriv --reuid=65534 --regid=65534 --clear-groups"

    /// The tests are root's, and another user can run the program.
    private static var canDrop: Bool {
        getuid() == 0 && MartletProgram.shell(#"exec \#(Self.drop) test -x "$0""#) == 0
    }

    @Test(
        "the program serves a user who is not root",
        .enabled(if: Self.canDrop, "the tests do not run as root, or nobody else can run the program")
    )
    func serves() async throws {
        let launch =
            #"chmod 711 . && mkdir -m 700 "$1" && chown 65534:65534 "$1" && exec \#(Self.drop) "$0" serve"#
        let oracle = try await OracleUpstream.start()
        oracle.handle { _ in Live.json(Live.chatAnswer) }
        do {
            try await MartletProgram.run(launch: launch) { program in
                try await program.administer(
                    "providers",
                    """
                    {"name":"oracle","kind":"openai","base_url":"\(oracle.url)/v1","secret":"s",
                    "settings":{"allow_private":"true","health_check":"off"}}
                    """
                )
                try await program.addModel("real", provider: "oracle", "gpt-real")
                for model in ["sandbox/echo", "real"] {
                    let request = MartletProgram.request(
                        "/v1/chat/completions",
                        token: try program.firstKey(),
                        body: MartletProgram.chat(model)
                    )
                    #expect(try await program.ask(request).status == 200, "\(model)")
                }
                program.signal(SIGTERM)
                #expect(await program.exitCode(within: .seconds(20)) == 0)
            }
        } catch {
            await oracle.shutdown()
            throw error
        }
        await oracle.shutdown()
    }
}

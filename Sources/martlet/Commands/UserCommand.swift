import ArgumentParser
import Exchange
import Glibc
import Wire

/// `martlet user …`
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "People who sign in to the admin API by name and password.",
        discussion: """
            Passwords are asked for on a terminal, or read from standard input; never from arguments, which others can see.

            Examples:
              martlet user create ann --role admin
              pwgen 24 1 | martlet user create bob --role project-admin --project search
              martlet user list
              martlet user set-password ann
              martlet user change bob --role viewer
              martlet user disable bob
            """,
        subcommands: [
            Create.self, List.self, Show.self, Change.self, Disable.self, Enable.self, SetPassword.self, SignOut.self,
            Delete.self,
        ]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a user.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "What is typed to sign in: lower case, such as ann or ann@example.com.") var name: String
        @Option(help: "owner, admin, project-admin, viewer or auditor.") var role: String
        @Option(help: "A project that the user is held to, by name or id; repeat for more.") var project: [String] = []

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let password = try PasswordPrompt.read(twice: true)
            self.output.show(try await client.call("POST", "/users", self.body(password)))
        }

        /// What is asked of the admin API.
        func body(_ password: Secret) -> [UInt8] {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("name", self.name)
                writer.member("role", self.role)
                if !self.project.isEmpty {
                    writer.key("projects")
                    writer.array { writer in for project in self.project { writer.string(project) } }
                }
                writer.member("password", String(decoding: password.bytes, as: UTF8.self))
            }
            return writer.bytes
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List users.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.list(
                try await client.list("/users"),
                [
                    ("NAME", "name"), ("ID", "id"), ("ROLE", "role"), ("PROJECTS", "projects"), ("ENABLED", "enabled"),
                    ("SESSIONS", "sessions"), ("LAST SIGN-IN", "last_sign_in_at"),
                ]
            )
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a user; never the password.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The user's name or id.") var user: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let id = try await client.id(of: self.user, in: "/users")
            self.output.show(try await client.call("GET", "/users/\(percentEncoded(id))"))
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a user another role; the user's sessions end."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The user's name or id.") var user: String
        @Option(help: "owner, admin, project-admin, viewer or auditor.") var role: String
        @Option(help: "A project that the user is held to, by name or id; repeat for more.") var project: [String] = []

        func run() async throws {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("role", self.role)
                if !self.project.isEmpty {
                    writer.key("projects")
                    writer.array { writer in for project in self.project { writer.string(project) } }
                }
            }
            self.output.show(try await UserCommand.patch(self.user, writer.bytes, self.common))
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Refuse a user until further notice; sessions end.")

        @OptionGroup var common: ClientOptions
        @Argument(help: "The user's name or id.") var user: String

        func run() async throws {
            _ = try await UserCommand.patch(self.user, Array(#"{"enabled":false}"#.utf8), self.common)
            Console.talk("User \(self.user) is disabled.")
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a disabled user in again.")

        @OptionGroup var common: ClientOptions
        @Argument(help: "The user's name or id.") var user: String

        func run() async throws {
            _ = try await UserCommand.patch(self.user, Array(#"{"enabled":true}"#.utf8), self.common)
            Console.talk("User \(self.user) is enabled.")
        }
    }

    struct SetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-password",
            abstract: "Give a user another password; the user's sessions end."
        )

        @OptionGroup var common: ClientOptions
        @Argument(help: "The user's name or id.") var user: String

        func run() async throws {
            let password = try PasswordPrompt.read(twice: true)
            var writer = JSONWriter()
            writer.object { $0.member("password", String(decoding: password.bytes, as: UTF8.self)) }
            _ = try await UserCommand.patch(self.user, writer.bytes, self.common)
            Console.talk("User \(self.user) has a new password.")
        }
    }

    struct SignOut: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign-out",
            abstract: "End all sessions of a user."
        )

        @OptionGroup var common: ClientOptions
        @Argument(help: "The user's name or id.") var user: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let id = try await client.id(of: self.user, in: "/users")
            _ = try await client.call("POST", "/users/\(percentEncoded(id))/sign-out")
            Console.talk("User \(self.user) is signed out everywhere.")
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a user; what the user did stays in the audit trail."
        )

        @OptionGroup var common: ClientOptions
        @Argument(help: "The user's name or id.") var user: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let id = try await client.id(of: self.user, in: "/users")
            _ = try await client.call("DELETE", "/users/\(percentEncoded(id))")
            Console.talk("User \(self.user) is deleted.")
        }
    }

    private static func patch(_ user: String, _ body: [UInt8], _ common: ClientOptions) async throws -> [UInt8] {
        let client = try await AdminClient.open(common)
        defer { client.close() }
        let id = try await client.id(of: user, in: "/users")
        return try await client.call("PATCH", "/users/\(percentEncoded(id))", body)
    }
}

/// Asks for a password without showing it, or reads one line when there is nobody to ask.
enum PasswordPrompt {
    private static let maximumBytes = 4_096

    static func read(twice: Bool) throws -> Secret {
        guard isatty(STDIN_FILENO) == 1 else { return try Self.line() }
        Console.talk("Password:")
        let first = try Self.hidden()
        guard twice else { return first }
        Console.talk("Once more:")
        guard try Self.hidden() == first else { throw CommandFailure(code: 2, message: "the two passwords differ") }
        return first
    }

    /// One line of standard input, with the terminal's echo off while it is typed.
    private static func hidden() throws -> Secret {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { return try Self.line() }
        var quiet = before
        quiet.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
        return try Self.line()
    }

    /// Byte by byte, so that nothing behind the line is taken from whoever reads next.
    private static func line() throws -> Secret {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while Glibc.read(STDIN_FILENO, &byte, 1) == 1, byte != 0x0A, bytes.count < Self.maximumBytes {
            bytes.append(byte)
        }
        if bytes.last == 0x0D { bytes.removeLast() }
        guard !bytes.isEmpty else { throw CommandFailure(code: 2, message: "no password was given on standard input") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(code: 2, message: "the password must be UTF-8")
        }
        return Secret(text)
    }
}

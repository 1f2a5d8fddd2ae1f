import Exchange
import Testing

@testable import Providers

@Suite("AWS credentials")
struct AWSCredentialTests {
    private static let home = ["HOME": "/home/me"]
    private static let document =
        #"{"Code":"Success","AccessKeyId":"ASIA1","SecretAccessKey":"s","Token":"t","Expiration":"2027-01-15T09:00:00Z"}"#
    private static let answer =
        "<R><Credentials><AccessKeyId>ASIA2</AccessKeyId><SecretAccessKey>s&amp;</SecretAccessKey>"
        + "<SessionToken>t2</SessionToken><Expiration>2027-01-15T09:00:00Z</Expiration></Credentials></R>"

    private func chain(
        _ environment: [String: String] = [:],
        profile: String? = nil
    ) throws(CredentialError) -> CredentialChain {
        try .aws(
            profile: profile,
            region: "eu-central-1",
            environment: environment.merging(Self.home) { first, _ in first }
        )
    }

    private func names(_ environment: [String: String], profile: String? = nil) throws -> [String] {
        try self.chain(environment, profile: profile).sources.map(\.name)
    }

    @Test("the order of the chain")
    func order() throws {
        #expect(try names([:]) == ["AWS profile default", "AWS instance metadata"])
        #expect(
            try names([
                "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s", "AWS_WEB_IDENTITY_TOKEN_FILE": "/t",
                "AWS_ROLE_ARN": "r", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/", "AWS_PROFILE": "dev",
            ]) == ["configuration", "AWS web identity", "AWS profile dev", "AWS container metadata"]
        )
        #expect(try names(["AWS_EC2_METADATA_DISABLED": "TRUE"]) == ["AWS profile default"])
        #expect(
            try names(["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s"], profile: "p") == ["AWS profile p"]
        )
        #expect(throws: CredentialError.self) {
            try names(["AWS_ACCESS_KEY_ID": "A\nB", "AWS_SECRET_ACCESS_KEY": "s"])
        }
    }

    @Test("keys in the environment")
    func environment() async throws {
        let issued = try await self.chain([
            "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t",
        ]).fetch(FakeWorld())
        #expect(issued.keys == ["AKID", "s", "t"])
        #expect(issued.expiresAt == nil)
    }

    @Test("keys of a profile")
    func profile() async throws {
        let world = FakeWorld(files: [
            "/home/me/.aws/credentials": "[dev]\naws_access_key_id=AKID\naws_secret_access_key=s\n"
        ])
        #expect(try await self.chain(["AWS_PROFILE": "dev"]).fetch(world).keys == ["AKID", "s", nil])
        #expect(world.reads == ["/home/me/.aws/credentials", "/home/me/.aws/config"])
        #expect(world.requests.isEmpty)
    }

    @Test(
        "a profile that cannot be used is told",
        arguments: [
            ("[other]", CredentialError.Code.malformed), ("[p]\naws_access_key_id=A", .malformed),
            ("[p]\nrole_arn=r", .malformed), ("[p]\nrole_arn=r\nsource_profile=q", .malformed),
            ("[p]\nrole_arn=r\nsource_profile=q\n[q]\nrole_arn=r\nsource_profile=p", .malformed),
            ("[p]\ncredential_process=/bin/canary", .unsupported), ("[p]\nsso_session=canary", .unsupported),
            ("[p]\nregion=x", .absent),
            ("[p]\nrole_arn=r\nsource_profile=q\n[q]\nregion=x", .malformed),
            ("[p]\naws_access_key_id=A B\naws_secret_access_key=s", .malformed),
        ]
    )
    func badProfile(_ file: String, _ code: CredentialError.Code) async throws {
        let error = try #require(
            await self.chain(profile: "p").failure(FakeWorld(files: ["/home/me/.aws/credentials": file]))
        )
        #expect(error.code == code)
        #expect(!error.message.contains("canary"))
    }

    @Test("a profile's role is taken on by another profile's keys, with a signed request")
    func role() async throws {
        let world = FakeWorld(
            files: [
                "/home/me/.aws/config": """
                [profile p]
                role_arn = arn:aws:iam::1:role/r
                source_profile = base
                external_id = e
                region = us-west-2
                [profile base]
                aws_access_key_id = AKID
                aws_secret_access_key = s
                """
            ],
            [CredentialResponse(Self.answer)]
        )
        let issued = try await self.chain(profile: "p").fetch(world)
        #expect(issued.keys == ["ASIA2", "s&", "t2"])
        let request = try #require(world.requests.first)
        #expect(request.url == "https://sts.us-west-2.amazonaws.com/")
        #expect(request.form["Action"] == "AssumeRole")
        #expect(request.form["RoleArn"] == "arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr")
        #expect(request.form["ExternalId"] == "e")
        let authorization = try #require(request.header("authorization"))
        #expect(authorization.contains("Credential=AKID/20270115/us-west-2/sts/aws4_request"))
        #expect(!authorization.contains("canary"))
    }

    @Test("a profile may take on its role by its own keys, or by those of the environment")
    func ownRole() async throws {
        let own = "[p]\nrole_arn=r\nsource_profile=p\naws_access_key_id=AKID\naws_secret_access_key=s"
        let world = FakeWorld(files: ["/home/me/.aws/credentials": own], [CredentialResponse(Self.answer)])
        #expect(try await self.chain(profile: "p").fetch(world).keys.first == "ASIA2")
        let sent = "[p]\nrole_arn=r\ncredential_source=Environment"
        let other = FakeWorld(files: ["/home/me/.aws/credentials": sent], [CredentialResponse(Self.answer)])
        let environment = ["AWS_ACCESS_KEY_ID": "AKENV", "AWS_SECRET_ACCESS_KEY": "s"]
        #expect(try await self.chain(environment, profile: "p").fetch(other).keys.first == "ASIA2")
        #expect(other.requests.first?.header("authorization")?.contains("Credential=AKENV/") == true)
    }

    @Test("a web identity is exchanged for a role")
    func webIdentity() async throws {
        let world = FakeWorld(files: ["/var/token": "eyJ.a.b\n"], [CredentialResponse(Self.answer)])
        let issued = try await self.chain([
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/r",
        ]).fetch(world)
        #expect(issued.keys == ["ASIA2", "s&", "t2"])
        #expect(issued.expiresAt == WallTime(parsing: "2027-01-15T09:00:00Z"))
        let request = try #require(world.requests.first)
        #expect(request.url == "https://sts.eu-central-1.amazonaws.com/")
        #expect(request.form["WebIdentityToken"] == "eyJ.a.b")
        #expect(request.form["RoleSessionName"] == "martlet")
        #expect(request.header("authorization") == nil)
        #expect(!"\(request)".contains("eyJ"))
    }

    @Test(
        "what the token service says no to, or says badly",
        arguments: [
            (
                400, "<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>",
                "InvalidIdentityToken"
            ),
            (403, "<Code>can ary</Code>", "no reason"), (500, "", "no reason"), (200, "<AccessKeyId>A", "complete"),
            (200, "<AccessKeyId><b>A</b></AccessKeyId>", "complete"), (200, "", "complete"),
        ]
    )
    func tokenService(_ status: Int, _ body: String, _ message: String) async throws {
        let world = FakeWorld(files: ["/t": "x"], [CredentialResponse(status, body)])
        let error = try #require(
            await self.chain(["AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": "r"]).failure(world)
        )
        #expect(error.message.contains(message), "\(error)")
        #expect(!error.message.contains("can ary"))
    }

    @Test("a token file that is named must be there")
    func missingToken() async throws {
        let error = await (try self.chain(["AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": "r"]))
            .failure(FakeWorld())
        #expect(error?.code == .fileUnreadable)
    }

    @Test("the instance's metadata are asked in three steps, by session alone")
    func instance() async throws {
        let world = FakeWorld([
            CredentialResponse("SESSION\n"), CredentialResponse("my-role\nother\n"), CredentialResponse(Self.document),
        ])
        let issued = try await self.chain().fetch(world)
        #expect(issued.keys == ["ASIA1", "s", "t"])
        #expect(issued.expiresAt == WallTime(parsing: "2027-01-15T09:00:00Z"))
        let folder = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"
        #expect(
            world.requests.map(\.url) == ["http://169.254.169.254/latest/api/token", folder, "\(folder)my-role"]
        )
        #expect(world.requests.map(\.method) == [.put, .get, .get])
        #expect(world.requests[0].header("x-aws-ec2-metadata-token-ttl-seconds") == "21600")
        #expect(world.requests[1].header("x-aws-ec2-metadata-token") == "SESSION")
        #expect(world.requests.allSatisfy { $0.reach == .metadata && $0.deadline <= .seconds(5) })
    }

    @Test("where there are no metadata, or no role, nothing is found")
    func noInstance() async throws {
        let chain = try self.chain()
        let nobody = try #require(await chain.failure(FakeWorld()))
        #expect(nobody.code == .absent)
        #expect(nobody.message.contains("AWS profile default, AWS instance metadata"))
        let noSession = await chain.failure(FakeWorld([CredentialResponse(403, "")]))
        #expect(noSession?.code == .absent)
        let noRole = await chain.failure(FakeWorld([CredentialResponse("S"), CredentialResponse(404, "")]))
        #expect(noRole?.code == .absent)
        let dots = await chain.failure(FakeWorld([CredentialResponse("S"), CredentialResponse("..")]))
        #expect(dots?.code == .absent)
    }

    @Test(
        "documents that are not what they should be",
        arguments: [
            #"{"Code":"AssumeRoleUnauthorizedAccess"}"#, #"{"AccessKeyId":"A"}"#, "", "null", "[]", "{",
            #"{"AccessKeyId":1,"SecretAccessKey":"s"}"#,
            #"{"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"soon"}"#,
            #"{"AccessKeyId":"A\r\nx: y","SecretAccessKey":"s"}"#,
        ]
    )
    func badDocument(_ body: String) async throws {
        let world = FakeWorld([CredentialResponse("S"), CredentialResponse("role"), CredentialResponse(body)])
        let error = await (try self.chain()).failure(world)
        #expect(error?.code == .malformed || error?.code == .refused)
    }

    @Test("the container's metadata are asked with the token of the file")
    func container() async throws {
        let world = FakeWorld(files: ["/token": "TOKEN\n"], [CredentialResponse(Self.document)])
        let issued = try await self.chain([
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "other",
        ]).fetch(world)
        #expect(issued.keys == ["ASIA1", "s", "t"])
        #expect(world.requests.first?.url == "http://169.254.170.23/v1/credentials")
        #expect(world.requests.first?.header("authorization") == "TOKEN")
        let relative = FakeWorld([CredentialResponse(Self.document)])
        _ = try await self.chain(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/a/"]).fetch(relative)
        #expect(relative.requests.first?.url == "http://169.254.170.2/v2/credentials/a/")
    }

    @Test(
        "the container's token is sent to nobody else",
        arguments: [
            ("http://169.254.170.2/", true), ("http://127.0.0.9:80/", true), ("http://localhost:9911/a/", true),
            ("http://[::1]/", true), ("http://[fd00:ec2::23]/", true), ("https://example.com/x", true),
            ("http://example.com/", false), ("http://169.254.169.254/", false), ("http://10.0.0.1/", false),
            ("http://localhost.example.com/", false), ("http://localhost@evil/", false), ("ftp://localhost/", false),
            ("localhost", false), ("", false), ("http://", false), ("http://127.1/", false),
        ]
    )
    func containerHosts(_ url: String, _ isAllowed: Bool) {
        let container = AWSContainer(environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url])
        #expect(((try? container?.url()) != nil) == isAllowed)
    }

    @Test("a container that says no is not passed over")
    func containerRefusal() async throws {
        let chain = try self.chain(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"])
        #expect(await chain.failure(FakeWorld([CredentialResponse(401, "")]))?.code == .refused)
        #expect(await chain.failure(FakeWorld())?.code == .unreachable)
    }
}

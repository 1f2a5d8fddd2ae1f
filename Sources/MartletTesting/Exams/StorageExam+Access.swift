import Storage

/// Projects, keys and settings.
extension StorageExam {
    static let projectQuestions = [
        StorageExam("a new store is empty") { store in
            try expectEqual(try store.loadConfiguration(), StoredConfiguration(), "configuration")
            try expectEqual(try store.list(RequestQuery()), [], "request log")
        },
        StorageExam("projects come back as stored, by name") { store in
            var disabled = Sample.project("alpha")
            disabled.isEnabled = false
            try store.insertProject(Sample.project("beta"))
            try store.insertProject(disabled)
            try expectEqual(try store.loadConfiguration().projects, [disabled, Sample.project("beta")], "projects")
        },
        StorageExam("a project is replaced by its id") { store in
            try store.insertProject(Sample.project())
            let changed = ProjectRecord(id: "prj_acme", name: "apex", isEnabled: false, createdAt: 11, updatedAt: 99)
            try store.updateProject(changed)
            try expectEqual(try store.loadConfiguration().projects, [changed], "projects")
        },
        StorageExam("project names and ids are unique") { store in
            try store.insertProject(Sample.project("one"))
            try store.insertProject(Sample.project("two"))
            var sameName = Sample.project("one")
            sameName.id = "prj_other"
            var sameID = Sample.project("three")
            sameID.id = "prj_one"
            var renamed = Sample.project("two")
            renamed.name = "one"
            try expectError(.conflict, "same name") { try store.insertProject(sameName) }
            try expectError(.conflict, "same id") { try store.insertProject(sameID) }
            try expectError(.conflict, "renamed onto another") { try store.updateProject(renamed) }
            let expected = [Sample.project("one"), Sample.project("two")]
            try expectEqual(try store.loadConfiguration().projects, expected, "projects")
        },
        StorageExam("changing or deleting a missing project is told") { store in
            try expectError(.notFound, "update") { try store.updateProject(Sample.project()) }
            try expectError(.notFound, "delete") { try store.deleteProject(id: "prj_acme") }
        },
        StorageExam("a project that owns keys stays") { store in
            try store.insertProject(Sample.project())
            try store.insertKey(Sample.key())
            try expectError(.conflict, "delete") { try store.deleteProject(id: "prj_acme") }
            try store.deleteKey(id: "key1")
            try store.deleteProject(id: "prj_acme")
            try expectEqual(try store.loadConfiguration(), StoredConfiguration(), "configuration")
        },
    ]

    static let keyQuestions = [
        StorageExam("keys come back as stored, by creation") { store in
            try store.insertProject(Sample.project())
            var bare = KeyRecord(
                id: "bare",
                name: "",
                projectID: "prj_acme",
                digest: Sample.digest("bare"),
                verifier: "",
                createdAt: 1,
                updatedAt: 1
            )
            try store.insertKey(Sample.key())
            try store.insertKey(bare)
            try expectEqual(try store.loadConfiguration().keys, [bare, Sample.key()], "keys")
            bare.allowedModels = []
            try store.updateKey(bare)
            try expectEqual(try store.loadConfiguration().keys.first?.allowedModels, [], "an empty list of models")
        },
        StorageExam("a rotated key has another secret, keeps the old one beside it, and nothing else changes") {
            store in
            try store.insertProject(Sample.project())
            try store.insertKey(Sample.key())
            try store.insertKey(Sample.key("key2"))
            var rotated = Sample.key()
            rotated.retired = .init(digest: rotated.digest, until: 77)
            (rotated.digest, rotated.verifier, rotated.updatedAt) = (Sample.digest("new"), "v2", 78)
            var given = rotated
            given.name = "not changed by this"
            try store.rotateKey(given)
            let stored = try store.loadConfiguration().keys.first { $0.id == "key1" }
            try expectEqual(stored, rotated, "rotated")
            try expectError(.conflict, "another key's digest") {
                var clash = rotated
                clash.digest = Sample.digest("key2")
                try store.rotateKey(clash)
            }
            try expectError(.notFound, "no such key") {
                var other = Sample.key("key9")
                other.digest = Sample.digest("nine")
                try store.rotateKey(other)
            }
            rotated.retired = nil
            rotated.digest = Sample.digest("newer")
            try store.rotateKey(rotated)
            try expectEqual(try store.loadConfiguration().keys.first { $0.id == "key1" }, rotated, "without an old one")
        },
        StorageExam("key ids and digests are unique and their project exists") { store in
            try store.insertProject(Sample.project())
            try store.insertKey(Sample.key())
            var sameDigest = Sample.key("key2")
            sameDigest.digest = Sample.key().digest
            var sameID = Sample.key("key2")
            sameID.id = "key1"
            try expectError(.conflict, "same digest") { try store.insertKey(sameDigest) }
            try expectError(.conflict, "same id") { try store.insertKey(sameID) }
            try expectError(.notFound, "no project") { try store.insertKey(Sample.key("key3", project: "prj_none")) }
            try expectEqual(try store.loadConfiguration().keys, [Sample.key()], "keys")
        },
        StorageExam("a replaced key keeps its digest and project") { store in
            try store.insertProject(Sample.project())
            try store.insertProject(Sample.project("other"))
            var key = Sample.key()
            key.revokedAt = nil
            try store.insertKey(key)
            var changed = Sample.key()
            changed.name = "renamed"
            changed.verifier = "$2b$12$new"
            changed.isEnabled = true
            changed.expiresAt = nil
            changed.allowedModels = nil
            changed.limits = LimitsRecord()
            changed.maxOutputTokens = nil
            changed.isStrict = false
            changed.updatedAt = 99
            var asked = changed
            asked.digest = Sample.digest("elsewhere")
            asked.projectID = "prj_other"
            try store.updateKey(asked)
            try expectEqual(try store.loadConfiguration().keys, [changed], "keys")
            try expectError(.notFound, "a missing key") { try store.updateKey(Sample.key("key2")) }
        },
        StorageExam("a revoked key never comes back") { store in
            try store.insertProject(Sample.project())
            try store.insertKey(Sample.key())
            for instant in [nil, 5, 500] as [UnixMilliseconds?] {
                var revived = Sample.key()
                revived.revokedAt = instant
                try store.updateKey(revived)
                try expectEqual(try store.loadConfiguration().keys.first?.revokedAt, 21, "revoked at")
            }
        },
        StorageExam("a deleted key leaves its request records") { store in
            try store.insertProject(Sample.project())
            try store.insertKey(Sample.key())
            try store.append([Sample.request("req_1")])
            try store.deleteKey(id: "key1")
            try expectEqual(try store.loadConfiguration().keys, [], "keys")
            try expectEqual(try store.find(id: "req_1")?.record, Sample.request("req_1"), "record")
            try expectError(.notFound, "deleted twice") { try store.deleteKey(id: "key1") }
        },
    ]

    static let settingQuestions = [
        StorageExam("settings come back byte for byte") { store in
            try expectEqual(try store.setting("seed"), nil, "a missing setting")
            let value = (0...255).map { UInt8($0) }
            try store.setSetting("seed", to: value, ifAbsent: false)
            try store.setSetting("none", to: [], ifAbsent: false)
            try expectEqual(try store.setting("seed"), value, "seed")
            try expectEqual(try store.setting("none"), [], "an empty value")
            try store.setSetting("seed", to: [9], ifAbsent: false)
            try expectEqual(try store.setting("seed"), [9], "overwritten")
        },
        StorageExam("a setting written if absent stays as it was first") { store in
            try store.setSetting("seed", to: [1], ifAbsent: true)
            try store.setSetting("seed", to: [2], ifAbsent: true)
            try expectEqual(try store.setting("seed"), [1], "seed")
        },
    ]
}

import Storage

/// Providers and models.
extension StorageExam {
    static let providerQuestions = [
        StorageExam("providers come back as stored, by name") { store in
            let bare = ProviderRecord(
                id: "prv_bare",
                name: "bare",
                kind: "sandbox",
                baseURL: "",
                createdAt: 1,
                updatedAt: 2
            )
            try store.insertProvider(Sample.provider())
            try store.insertProvider(bare)
            try expectEqual(try store.loadConfiguration().providers, [bare, Sample.provider()], "providers")
        },
        StorageExam("a provider is replaced by its id") { store in
            try store.insertProvider(Sample.provider())
            let changed = ProviderRecord(
                id: "prv_openai-eu",
                name: "renamed",
                kind: "anthropic",
                baseURL: "https://b",
                createdAt: 3,
                updatedAt: 4
            )
            try store.updateProvider(changed)
            try expectEqual(try store.loadConfiguration().providers, [changed], "providers")
        },
        StorageExam("provider names and ids are unique") { store in
            try store.insertProvider(Sample.provider("one"))
            try store.insertProvider(Sample.provider("two"))
            var sameName = Sample.provider("one")
            sameName.id = "prv_other"
            var sameID = Sample.provider("three")
            sameID.id = "prv_one"
            var renamed = Sample.provider("two")
            renamed.name = "one"
            try expectError(.conflict, "same name") { try store.insertProvider(sameName) }
            try expectError(.conflict, "same id") { try store.insertProvider(sameID) }
            try expectError(.conflict, "renamed onto another") { try store.updateProvider(renamed) }
            try expectEqual(try store.loadConfiguration().providers.count, 2, "providers")
        },
        StorageExam("changing or deleting a missing provider is told") { store in
            try expectError(.notFound, "update") { try store.updateProvider(Sample.provider()) }
            try expectError(.notFound, "delete") { try store.deleteProvider(id: "prv_openai-eu") }
        },
        StorageExam("a provider that a model has a target on stays, under its name") { store in
            try store.insertProvider(Sample.provider())
            try store.insertModel(Sample.model())
            var renamed = Sample.provider()
            renamed.name = "renamed"
            try expectError(.conflict, "delete") { try store.deleteProvider(id: "prv_openai-eu") }
            try expectError(.conflict, "rename") { try store.updateProvider(renamed) }
            var changed = Sample.provider()
            changed.isEnabled = true
            try store.updateProvider(changed)
            try store.deleteModel(id: "mdl_fast")
            try store.deleteProvider(id: "prv_openai-eu")
            try expectEqual(try store.loadConfiguration(), StoredConfiguration(), "configuration")
        },
    ]

    static let modelQuestions = [
        StorageExam("models come back with their targets in the order given") { store in
            let bare = ModelRecord(id: "mdl_bare", name: "bare", targets: [], createdAt: 1, updatedAt: 2)
            try store.insertModel(Sample.model())
            try store.insertModel(bare)
            try expectEqual(try store.loadConfiguration().models, [bare, Sample.model()], "models")
        },
        StorageExam("a model is replaced together with its targets") { store in
            try store.insertModel(Sample.model())
            var changed = Sample.model()
            changed.name = "faster"
            changed.isEnabled = true
            changed.origin = .stored
            changed.updatedAt = 99
            changed.routing = ModelRoutingRecord(strategy: "priority", idleMilliseconds: 100)
            changed.targets = [TargetRecord(provider: "b", upstreamModel: "m")] + Sample.model().targets.reversed()
            try store.updateModel(changed)
            try expectEqual(try store.loadConfiguration().models, [changed], "models")
            try expectError(.notFound, "a missing model") { try store.updateModel(Sample.model("none")) }
        },
        StorageExam("each flag of a model's routing comes back by itself") { store in
            let routings = [
                ModelRoutingRecord(isSticky: false), ModelRoutingRecord(mayBillTwice: true),
                ModelRoutingRecord(fallsBackOnRefusal: true), ModelRoutingRecord(hedges: true),
                ModelRoutingRecord(totalMilliseconds: 1), ModelRoutingRecord(),
            ]
            try store.insertModel(Sample.model())
            for routing in routings {
                var changed = Sample.model()
                changed.routing = routing
                try store.updateModel(changed)
                try expectEqual(try store.loadConfiguration().models.map(\.routing), [routing], "routing")
            }
        },
        StorageExam("model names are unique byte for byte") { store in
            var composed = Sample.model("a")
            composed.name = "caf\u{e9}"
            var decomposed = Sample.model("b")
            decomposed.name = "cafe\u{301}"
            var upper = Sample.model("c")
            upper.name = "CAF\u{e9}"
            for model in [composed, decomposed, upper] { try store.insertModel(model) }
            var again = Sample.model("d")
            again.name = "cafe\u{301}"
            try expectError(.conflict, "same name") { try store.insertModel(again) }
            let names = try store.loadConfiguration().models.map { Array($0.name.utf8) }
            let expected = [upper, decomposed, composed].map { Array($0.name.utf8) }
            try expectEqual(names, expected, "names")
        },
        StorageExam("a refused change of a model leaves its targets alone") { store in
            try store.insertModel(Sample.model("one"))
            try store.insertModel(Sample.model("two"))
            var changed = Sample.model("two")
            changed.name = "one"
            changed.targets = []
            try expectError(.conflict, "renamed onto another") { try store.updateModel(changed) }
            var sameID = Sample.model("three")
            sameID.id = "mdl_one"
            try expectError(.conflict, "same id") { try store.insertModel(sameID) }
            let expected = [Sample.model("one"), Sample.model("two")]
            try expectEqual(try store.loadConfiguration().models, expected, "models")
        },
        StorageExam("a deleted model takes its targets along") { store in
            try store.insertModel(Sample.model())
            try store.deleteModel(id: "mdl_fast")
            try expectError(.notFound, "deleted twice") { try store.deleteModel(id: "mdl_fast") }
            var bare = Sample.model()
            bare.targets = []
            try store.insertModel(bare)
            try expectEqual(try store.loadConfiguration().models, [bare], "models")
        },
    ]
}

import ArgumentParser

/// The options of every command that calls the admin API.
struct ClientOptions: ParsableArguments {
    @OptionGroup var settings: SettingsOptions
    @Flag(help: "Work on the store itself, which no server may be using, without looking for one.") var offline = false
}

namespace LiveLedger.Server.Settings;

/// <summary>The server cannot start, and a person can do something about it: one line on standard error and an exit code, no stack trace.</summary>
internal sealed class StartFailure(string code, string message) : Exception(message)
{
    public string Code { get; } = code;

    public int ExitCode => Code switch
    {
        "settings-invalid" => 2,
        "port-taken" => 10,
        "database-unreachable" => 12,
        "data-not-writable" => 13,
        "data-in-use" => 14,
        "key-unusable" => 15,
        "libsodium-missing" => 16,
        "database-schema" => 17,
        "disk-full" => 18,
        ['p', 'o', 's', 't', 'g', 'r', 'e', 's', '-', ..] => 11,
        _ => 19,
    };

    /// <summary>The line to print.</summary>
    public string Line => $"liveledger-server: {Code}: {Message.ReplaceLineEndings(" ")}";
}

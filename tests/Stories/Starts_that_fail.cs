using System.Diagnostics;
using System.Security.Cryptography;
using LiveLedger.Cryptography;
using LiveLedger.Harness;

namespace LiveLedger.Stories;

/// <summary>What a person reads when the server cannot start: one line, with a name and the way out, and an exit code for scripts.</summary>
public sealed class Starts_that_fail(OneServer one) : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("liveledger-start-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public Task A_taken_port() => FailsAsync("port-taken", 10, ["--urls", one.Server.BaseUrl.ToString().TrimEnd('/')]);

    [Fact]
    public Task No_PostgreSQL_programs() => FailsAsync("postgres-missing", 11, [], ("LIVELEDGER_POSTGRES_BIN", _data));

    [Fact]
    public async Task A_database_that_does_not_answer_whose_password_is_not_repeated()
    {
        var line = await FailsAsync("database-unreachable", 12, ["--database", $"Host=127.0.0.1;Port={LoopbackPorts.Take()};Username=me;Password=geheim;Database=d"]);
        Assert.DoesNotContain("geheim", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written()
    {
        var file = Path.Combine(_data, "file");
        await File.WriteAllTextAsync(file, "");
        await FailsAsync("data-not-writable", 13, ["--data", Path.Combine(file, "data")]);
    }

    [Fact]
    public Task A_data_folder_that_another_server_holds() => FailsAsync("data-in-use", 14, ["--data", one.Server.Data]);

    [Fact]
    public async Task Another_key_encryption_key_than_the_one_the_keys_were_wrapped_by()
    {
        Directory.CreateDirectory(Path.Combine(_data, "keys"));
        File.Copy(Path.Combine(one.Server.Data, "keys", "api.key"), Path.Combine(_data, "keys", "api.key"));
        await FailsAsync("key-unusable", 15, [], ("LIVELEDGER_KEK", StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(32))));
    }

    [Fact]
    public async Task A_key_encryption_key_that_is_none_and_is_not_repeated()
    {
        var line = await FailsAsync("key-unusable", 15, [], ("LIVELEDGER_KEK", "correct-horse"));
        Assert.DoesNotContain("correct-horse", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--no-such-option", "x")]
    [InlineData("--urls", "https://127.0.0.1:1")]
    [InlineData("--public-url", "ftp://x")]
    [InlineData("--player", "/no/such/folder")]
    [InlineData("--drm", "widevine,nonsense")]
    [InlineData("--mesh-from", "1")]
    [InlineData("--database", "Nonsense=1")]
    [InlineData("--oidc-authority", "http://issuer.example")]
    public Task A_setting_that_makes_no_sense(string option, string value) => FailsAsync("settings-invalid", 2, [option, value]);

    [Theory]
    [InlineData("quorum w\n", "line 1")]
    [InlineData("witness w remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2\nquorum w\n", "no http address")]
    [InlineData("witness w remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2 gopher://w.example\nquorum w\n", "no http address")]
    public async Task A_policy_of_witnesses_that_does_not_tell_whom_to_ask(string policy, string reason)
    {
        var file = Path.Combine(_data, "policy");
        await File.WriteAllTextAsync(file, policy);
        Assert.Contains(reason, await FailsAsync("settings-invalid", 2, ["--witnesses", file]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"urls":["turn:turn.example"],"username":"me","credential":"geheim"}""", true, "is not JSON")]
    [InlineData("""[{"urls":["turn:turn.example"],"credential":"geheim","credential":"geheim"}]""", true, "is not JSON")]
    [InlineData("""[{"urls":["https://turn.example"],"username":"me","credential":"geheim"}]""", true, "urls of stun:, turn: or turns:")]
    [InlineData("""[{"urls":[],"username":"me","credential":"geheim"}]""", true, "urls of stun:, turn: or turns:")]
    [InlineData("""[{"urls":["turn:turn.example"],"username":"me","credential":"geheim"}]""", false, "chmod 600")]
    public async Task A_file_of_TURN_servers_that_is_none_or_is_anybodys_whose_passwords_are_not_repeated(string content, bool isPrivate, string reason)
    {
        var file = Path.Combine(_data, "turn.json");
        await File.WriteAllTextAsync(file, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | (isPrivate ? 0 : UnixFileMode.GroupRead));
        }

        var line = await FailsAsync("settings-invalid", 2, ["--turn", file]);
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", line, StringComparison.Ordinal);
    }

    private async Task<string> FailsAsync(string code, int exit, string[] arguments, (string Name, string Value)? environment = null)
    {
        var server = Path.Combine(RepositoryRoot.Path, "src", "LiveLedger.Server", "bin", "Release", "net10.0", "LiveLedger.Server.dll");
        string[] all = [server, .. arguments,
            .. arguments.Contains("--data") ? (string[])[] : ["--data", _data],
            .. arguments.Contains("--urls") ? (string[])[] : ["--urls", $"http://127.0.0.1:{LoopbackPorts.Take()}"]];
        var start = new ProcessStartInfo("dotnet", all) { RedirectStandardError = true, RedirectStandardOutput = true };
        if (environment is var (name, value))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == exit, $"exit {process.ExitCode}, expected {exit}: {error}");
        var line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith($"liveledger-server: {code}: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", await output, StringComparison.Ordinal);
        return line;
    }
}

using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography.Wrapping;

namespace LiveLedger.Cryptography.Tests.Wrapping;

[UnsupportedOSPlatform("windows")]
public sealed class Key_sources : IDisposable
{
    private readonly string _name = $"LIVELEDGER_TEST_{Guid.NewGuid():N}";
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-source-").FullName;
    private int _patience = 20;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        foreach (var kind in (string[])["", "_FILE", "_COMMAND"])
        {
            Environment.SetEnvironmentVariable(_name + kind, null);
        }
    }

    [Fact]
    public void A_key_in_a_variable_is_taken_and_forgotten()
    {
        Set("", System.Buffers.Text.Base64Url.EncodeToString(_key));
        Assert.Equal(_key, Read());
        Assert.Null(Environment.GetEnvironmentVariable(_name));
    }

    [Fact]
    public void A_key_file_is_for_its_owner_only()
    {
        var file = Path.Combine(_folder, "key");
        File.WriteAllBytes(file, _key);
        Set("_FILE", file);
        Assert.Throws<KeyFileException>(() => Read());
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        Assert.Equal(_key, Read());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_command_prints_the_key_as_tools_do(bool isUrl)
    {
        Set("_COMMAND", $"echo asking >&2; printf '%s\\n' '{(isUrl ? System.Buffers.Text.Base64Url.EncodeToString(_key) : Convert.ToBase64String(_key))}'");
        Assert.Equal(_key, Read());
    }

    [Theory]
    [InlineData("echo leaked-secret; echo leaked-secret >&2; exit 7", "ended with 7")]
    [InlineData("echo leaked-secret; echo leaked-secret >&2", "base64url|32 bytes")]
    [InlineData("echo bGVha2VkLXNlY3JldA; echo leaked-secret >&2", "32 bytes")]
    [InlineData("yes leaked-secret", "more than a key")]
    [InlineData("echo leaked-secret; sleep 60", "within 2 s")]
    public void What_is_no_key_is_refused_in_time_and_never_repeated(string command, string reason)
    {
        Set("_COMMAND", command);
        _patience = reason.StartsWith("within", StringComparison.Ordinal) ? 2 : 20;
        var watch = Stopwatch.StartNew();
        var failure = Assert.Throws<KeyFileException>(() => Read());
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), "it was waited for too long");
        Assert.Matches(reason, failure.Message);
        Assert.DoesNotContain("leaked", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("bGVha2Vk", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_sources_at_once_are_a_mistake()
    {
        Set("", System.Buffers.Text.Base64Url.EncodeToString(_key));
        Set("_COMMAND", "true");
        Assert.Contains("only one of", Assert.Throws<KeyFileException>(() => Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_source_is_none() => Assert.False(KeySource.TryRead(_name, new byte[32]));

    private void Set(string kind, string value) => Environment.SetEnvironmentVariable(_name + kind, value);

    private byte[] Read()
    {
        var key = new byte[32];
        Assert.True(KeySource.TryRead(_name, TimeSpan.FromSeconds(_patience), key));
        return key;
    }
}

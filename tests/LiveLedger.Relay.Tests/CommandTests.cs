using LiveLedger.Harness.Commands;
using LiveLedger.Media.Records;

namespace LiveLedger.Relay.Tests;

/// <summary><c>liveledger relay</c> as its operator meets it.</summary>
public sealed class CommandTests
{
    private const string Broadcast = "0198a0b0c0d070008000000000000000";

    [Fact]
    public async Task Without_a_grant_or_an_identity_it_says_what_is_missing()
    {
        var (exit, _, error) = await CommandLine.RunAsync("relay", "--server", "http://127.0.0.1:1", "--broadcast", Broadcast);
        Assert.Equal(2, exit);
        Assert.Contains("--token-file", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--broadcast", "x", "no broadcast's id")]
    [InlineData("--identity", "x", "no identity")]
    [InlineData("--memory", "12Q", "no number of bytes")]
    [InlineData("--server", "ftp://x", "not an http address")]
    [InlineData("--certificate", "x", "belong together")]
    [InlineData("--token", "x", "--token")]
    public async Task What_cannot_be_read_is_named(string option, string value, string named)
    {
        Dictionary<string, string> options = new() { ["--server"] = "http://127.0.0.1:1", ["--broadcast"] = Broadcast, [option] = value };
        var (exit, _, error) = await CommandLine.RunAsync(["relay", .. options.SelectMany(static o => (string[])[o.Key, o.Value])]);
        Assert.Equal(2, exit);
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--broadcast ID, or --all")]
    [InlineData("--broadcast ID, or --all", "--all", "--broadcast", Broadcast)]
    [InlineData("--token-file", "--all")]
    public async Task What_it_is_to_carry_is_said_once(string named, params string[] options)
    {
        var (exit, _, error) = await CommandLine.RunAsync(["relay", "--server", "http://127.0.0.1:1", .. options]);
        Assert.Equal(2, exit);
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_one_line()
    {
        await using var upstream = await Upstream.StartAsync();
        var (exit, _, error) = await CommandLine.RunAsync(
            "relay", "--server", "http://127.0.0.1:1", "--broadcast", Broadcast, "--identity", IdentityText.Format(upstream.Identity.PublicKey), "--urls", upstream.Address.AbsoluteUri);
        Assert.Equal(3, exit);
        Assert.Contains("the relay cannot start", error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
    }

    [Fact]
    public async Task It_runs_until_it_is_told_to_stop()
    {
        await using var upstream = await Upstream.StartAsync();
        using var relay = await RelayProcess.StartAsync(
            new Dictionary<string, string>(), "--server", upstream.Address.AbsoluteUri, "--broadcast", upstream.Broadcast.ToString(), "--identity", IdentityText.Format(upstream.Identity.PublicKey));
        Assert.Equal(upstream.Files["v/0.m4s"], await relay.Http.GetByteArrayAsync($"/live/{upstream.Broadcast}/v/0.m4s"));
        Assert.Equal(0, await relay.StopAsync());
    }
}

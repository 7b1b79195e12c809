using System.Text.Json;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Commands;
using LiveLedger.Media.Records;

namespace LiveLedger.Cli;

/// <summary>`audit segment`, as its user sees it.</summary>
public sealed class AuditSegmentTests : IDisposable
{
    private readonly TestOrigin _origin = new();
    private readonly SignedBroadcast _broadcast;

    public AuditSegmentTests() => _broadcast = new(_origin);

    private string Identity => IdentityText.Format(_broadcast.Identity.PublicKey);

    [Fact]
    public async Task A_good_segment_under_the_pinned_identity_is_OK_with_exit_0()
    {
        var (exit, output, _) = await CommandLine.RunAsync("audit", "segment", _broadcast.Url(1), "--identity", Identity);

        Assert.Equal(0, exit);
        Assert.StartsWith("OK ", output);
        Assert.Contains("follows the record before it", output);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(16_384, 1)]
    [InlineData(39_999, 2)]
    public async Task One_flipped_byte_names_its_chunk_with_exit_1(int place, int chunk)
    {
        _origin.Files[new Uri(_broadcast.Url(1)).AbsolutePath][place] ^= 0x80;

        var (exit, output, _) = await CommandLine.RunAsync("audit", "segment", _broadcast.Url(1));

        Assert.Equal(1, exit);
        Assert.StartsWith($"FAIL segment-chunk {chunk}\n", output);
    }

    [Fact]
    public async Task Another_identity_is_a_mismatch_with_exit_1()
    {
        using var other = Ed25519PrivateKey.Generate();

        var (exit, output, _) = await CommandLine.RunAsync(
            "audit", "segment", _broadcast.Url(1), "--identity", IdentityText.Format(other.PublicKey), "--json");

        Assert.Equal(1, exit);
        using var verdict = JsonDocument.Parse(output);
        Assert.Equal("identity-mismatch", verdict.RootElement.GetProperty("code").GetString());
        Assert.False(verdict.RootElement.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task The_record_of_another_segment_is_refused_with_exit_1()
    {
        Swap("1.record", "2.record");

        var (exit, output, _) = await CommandLine.RunAsync("audit", "segment", _broadcast.Url(1));

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL record-wrong-slot\n", output);
    }

    [Fact]
    public async Task Another_init_segment_is_refused_with_exit_1()
    {
        _origin.Files[$"/live/{_broadcast.Id}/v/init.mp4"] = "another"u8.ToArray();

        var (exit, output, _) = await CommandLine.RunAsync("audit", "segment", _broadcast.Url(1));

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL init-mismatch\n", output);
    }

    [Fact]
    public async Task A_record_that_does_not_follow_the_one_before_is_refused_with_exit_1()
    {
        // A record of the same shape with another hash: that of another broadcast's segment 1.
        using var origin = new TestOrigin();
        var other = new SignedBroadcast(origin);
        _origin.Files[$"/live/{_broadcast.Id}/v/1.record"] = origin.Files[$"/live/{other.Id}/v/1.record"];

        var (exit, output, _) = await CommandLine.RunAsync("audit", "segment", _broadcast.Url(2));

        Assert.Equal(1, exit);
        Assert.StartsWith("FAIL chain-broken\n", output);
    }

    [Fact]
    public async Task A_segment_that_is_not_there_is_no_verdict_but_exit_3()
    {
        var (exit, output, error) = await CommandLine.RunAsync("audit", "segment", _broadcast.Url(9));

        Assert.Equal(3, exit);
        Assert.Empty(output);
        Assert.Contains("404", error);
    }

    [Fact]
    public async Task An_endless_record_is_cut_off_with_exit_3()
    {
        _origin.Files[$"/live/{_broadcast.Id}/v/1.record"] = new byte[1024 * 1024];

        var (exit, _, error) = await CommandLine.RunAsync("audit", "segment", _broadcast.Url(1));

        Assert.Equal(3, exit);
        Assert.Contains("longer than", error);
    }

    [Theory]
    [InlineData("audit", "segment", "http://127.0.0.1/elsewhere")]
    [InlineData("audit", "segment")]
    [InlineData("demo", "--seconds", "3")]
    [InlineData("broadcast", "show", "not-an-id")]
    [InlineData("nonsense")]
    public async Task A_wrong_command_line_is_exit_2_without_a_stack_trace(params string[] words)
    {
        var (exit, _, error) = await CommandLine.RunAsync(words);

        Assert.Equal(2, exit);
        Assert.DoesNotContain("   at ", error);
    }

    public void Dispose() => _origin.Dispose();

    private void Swap(string one, string other)
    {
        var folder = $"/live/{_broadcast.Id}/v/";
        (_origin.Files[folder + one], _origin.Files[folder + other]) = (_origin.Files[folder + other], _origin.Files[folder + one]);
    }
}

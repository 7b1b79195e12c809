using System.Net;
using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cli.Processes;
using LiveLedger.Harness.Commands;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Witnesses;

namespace LiveLedger.Cli.Witness;

/// <summary>`audit witness` as its operator runs it and a log asks it.</summary>
public sealed class WitnessProcess : IDisposable
{
    private readonly string _state = Path.Combine(Directory.CreateTempSubdirectory("liveledger-witness-").FullName, "state");
    private readonly GrowingLog _log = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };

    [Fact]
    public async Task It_tells_its_key_cosigns_over_http_and_is_the_same_witness_after_Ctrl_C()
    {
        string key;
        using (var first = await StartAsync("--name", "w.example/one"))
        {
            key = first.Key;
            var response = await PostAsync(first, _log.Request(0, 5));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.True(NoteSignature.TryParseLines(await response.Content.ReadAsByteArrayAsync(), out var lines));
            Assert.True(CosignerKey.TryParse(key, out var cosigner));
            Assert.Equal(NoteResult.Valid, Cosignature.Verify(_log.Checkpoint(5).Sign(_log.Signer).With(lines), cosigner, out _));

            var conflict = await PostAsync(first, _log.Request(0, 9));
            Assert.Equal((HttpStatusCode.Conflict, "text/x.tlog.size", "5\n"),
                (conflict.StatusCode, conflict.Content.Headers.ContentType!.ToString(), await conflict.Content.ReadAsStringAsync()));

            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_log.Origin)));
            Assert.StartsWith($"{_log.Origin}\n5\n", await _http.GetStringAsync($"{first.Url}/{hash}/checkpoint"), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync($"{first.Url}/{new string('0', 64)}/checkpoint")).StatusCode);

            Signals.Send(first.Process.Id, Signals.Interrupt);
            await first.Process.WaitForExitAsync();
            Assert.Equal(ExitCode.Good, first.Process.ExitCode);
        }

        using var second = await StartAsync();
        Assert.Equal(key, second.Key);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(second, _log.Request(5, 9))).StatusCode);
    }

    [Fact]
    public async Task Killed_under_load_it_remembers_everything_that_it_answered()
    {
        var answered = 0;
        for (var round = 0; round < 6; round++)
        {
            using var witness = await StartAsync();
            var old = await SizeAsync(witness, answered);
            Assert.True(old >= answered, $"{answered} was cosigned, and it remembers {old}");
            var kill = Task.CompletedTask;
            try
            {
                while (true)
                {
                    Assert.Equal(HttpStatusCode.OK, (await PostAsync(witness, _log.Request(old, old + 1))).StatusCode);
                    answered = ++old;

                    // From the first answer on: how long a start takes is the machine's affair.
                    kill = kill != Task.CompletedTask ? kill : Task.Delay(50 + (round * 40)).ContinueWith(_ => witness.Process.Kill(), TaskScheduler.Default);
                }
            }
            catch (HttpRequestException)
            {
                // Killed; the last request was answered or not.
            }

            await kill;
            await witness.Process.WaitForExitAsync();
        }

        using var last = await StartAsync();
        Assert.InRange(await SizeAsync(last, answered), answered, answered + 1);
        Assert.True(answered > 5, "it was killed under load");
    }

    [Fact]
    public async Task A_second_witness_on_the_same_memory_does_not_start()
    {
        using var first = await StartAsync();
        var (exit, _, error) = await CommandLine.RunAsync("audit", "witness", "--state", _state, "--origin", _log.Key.ToString(), "--listen", "http://127.0.0.1:0");
        Assert.Equal(ExitCode.CouldNotTell, exit);
        Assert.Contains("holds it", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_long_and_a_path_that_is_not_ours_are_refused()
    {
        using var witness = await StartAsync();
        var tooLong = await _http.PostAsync($"{witness.Url}/add-checkpoint", new ByteArrayContent(new byte[AddCheckpointRequest.MaxLength + 1]));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLong.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(new Uri(new Uri(witness.Url), "/add-checkpoint"))).StatusCode);
    }

    [Fact]
    public async Task A_command_line_that_makes_no_sense_is_exit_2()
    {
        string[] good = ["audit", "witness", "--state", _state, "--origin", _log.Key.ToString(), "--listen", "http://127.0.0.1:0"];
        Assert.Equal(ExitCode.Usage, (await CommandLine.RunAsync([.. good[..4], "--listen", good[7]])).Exit);
        Assert.Equal(ExitCode.Usage, (await CommandLine.RunAsync([.. good[..5], CosignerKey.Of("w.example", _log.Key.Key).ToString(), .. good[6..]])).Exit);
        Assert.Equal(ExitCode.Usage, (await CommandLine.RunAsync([.. good[..7], "https://127.0.0.1:0"])).Exit);
        Assert.Equal(ExitCode.Usage, (await CommandLine.RunAsync([.. good, "--name", "a b"])).Exit);
    }

    [Fact]
    public async Task A_key_that_others_can_read_is_not_used()
    {
        (await StartAsync()).Dispose();
        File.SetUnixFileMode(Path.Combine(_state, "witness.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var (exit, _, error) = await CommandLine.RunAsync("audit", "witness", "--state", _state, "--origin", _log.Key.ToString(), "--listen", "http://127.0.0.1:0");
        Assert.Equal(ExitCode.CouldNotTell, exit);
        Assert.Contains("chmod 600", error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _http.Dispose();
        _log.Dispose();
        Directory.Delete(Path.GetDirectoryName(_state)!, recursive: true);
    }

    private Task<RunningWitness> StartAsync(params string[] more) => RunningWitness.StartAsync(_state, _log.Key, "http://127.0.0.1:0/prefix", more);

    private Task<HttpResponseMessage> PostAsync(RunningWitness witness, AddCheckpointRequest request) =>
        _http.PostAsync($"{witness.Url}/add-checkpoint", new ByteArrayContent(request.ToBytes()));

    // An old size that is certainly not the witness's makes it tell its own.
    private async Task<int> SizeAsync(RunningWitness witness, int answered)
    {
        var response = await PostAsync(witness, _log.Request(answered + 2, answered + 2));
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        return int.Parse(await response.Content.ReadAsStringAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }
}

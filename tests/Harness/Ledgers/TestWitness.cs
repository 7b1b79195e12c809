using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;
using LiveLedger.Transparency.Witnesses;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Harness.Ledgers;

/// <summary>A witness that can be told to misbehave. When honest it checks the proof, as far as sizes and roots go.</summary>
public sealed class TestWitness : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Ed25519PrivateKey _key = Ed25519PrivateKey.Generate();
    private readonly Cosigner _cosigner;
    private readonly Dictionary<ulong, RootHash> _seen = [];

    private TestWitness(int number)
    {
        _cosigner = new($"witness.example/{number}", _key);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/add-checkpoint", AddAsync);
        _app.MapGet("/{hash}/checkpoint", (string hash) => Shown is { } note ? Results.Bytes(note) : Results.NotFound());
    }

    /// <summary>What it does with a request.</summary>
    public delegate Task<IResult> Behaviour(TestWitness witness, AddCheckpointRequest request, Checkpoint checkpoint);

    public Behaviour Answer { get; set; } = Honest;

    public CosignerKey Key => _cosigner.Key;

    public string Address => _app.Urls.Single();

    /// <summary>How far it has come.</summary>
    public ulong Size { get; set; }

    public int Asked { get; private set; }

    /// <summary>What it shows its monitors: the last checkpoint it was asked to cosign, or what a test puts in its place.</summary>
    public byte[]? Shown { get; set; }

    public static Behaviour Honest => static (w, request, checkpoint) =>
    {
        if (request.Old.Value != w.Size)
        {
            return Task.FromResult(Results.Text($"{w.Size}\n", AddCheckpointRequest.SizeMediaType, statusCode: 409));
        }

        if (w.Size > 0 && w._seen.TryGetValue(w.Size, out var root)
            && (!ConsistencyProof.TryCreate(request.Old, checkpoint.Head.Size, request.Proof, out var proof) || proof.Verify(root, checkpoint.Head.Root) != ProofResult.Valid))
        {
            return Task.FromResult(Results.Text("the proof does not hold", statusCode: 422));
        }

        w.Size = checkpoint.Head.Size.Value;
        w._seen[w.Size] = checkpoint.Head.Root;
        w.Shown = request.Note.ToArray();
        return Task.FromResult(Results.Text(w._cosigner.Cosign(checkpoint, DateTimeOffset.UtcNow).ToLine()));
    };

    public static Behaviour Silence => static async (_, _, _) =>
    {
        await Task.Delay(TimeSpan.FromSeconds(30));
        return Results.StatusCode(500);
    };

    public static Behaviour Refusal => static (_, _, _) => Task.FromResult(Results.Text("not\ntoday", statusCode: 503));

    public static Behaviour Garbage => static (_, _, _) => Task.FromResult(Results.Bytes(new byte[] { 0xff, 0xfe, 10 }));

    public static Behaviour Flood => static (_, _, _) => Task.FromResult(Results.Bytes(new byte[1_000_000]));

    /// <summary>Another size each time.</summary>
    public static Behaviour Elsewhere => static (_, request, _) =>
        Task.FromResult(Results.Text($"{(request.Old.Value == 1 ? 2 : 1)}\n", AddCheckpointRequest.SizeMediaType, statusCode: 409));

    public static Behaviour AnotherKey => static (w, _, checkpoint) =>
    {
        using var key = Ed25519PrivateKey.Generate();
        var line = new Cosigner(w.Key.Name, key).Cosign(checkpoint, DateTimeOffset.UtcNow);
        return Task.FromResult(Results.Text((line with { KeyId = w.Key.KeyId }).ToLine()));
    };

    public static Behaviour AnotherText => static (w, _, checkpoint) => Task.FromResult(Results.Text(
        w._cosigner.Cosign(checkpoint with { Origin = "other.example/log" }, DateTimeOffset.UtcNow).ToLine()));

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _key.Dispose();
    }

    public static async Task<TestWitness> StartAsync(int number)
    {
        var witness = new TestWitness(number);
        await witness._app.StartAsync();
        return witness;
    }

    private async Task<IResult> AddAsync(HttpRequest http, CancellationToken aborted)
    {
        Asked++;
        using var body = new MemoryStream();
        await http.Body.CopyToAsync(body, aborted);
        return AddCheckpointRequest.TryParse(body.ToArray(), out var request)
            && SignedNote.TryParse(request.Note.Span, out var note) && Checkpoint.TryParse(note.Text, out var checkpoint)
            ? await Answer(this, request, checkpoint)
            : Results.StatusCode(400);
    }
}

using System.Net;
using System.Security.Cryptography;
using System.Text;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Tree;
using LiveLedger.Transparency.Witnesses;

namespace LiveLedger.Ledger.Witnesses;

/// <summary>Asks one witness (tlog-witness, add-checkpoint), and remembers how far it has come. Not thread-safe: one question at a time.</summary>
internal sealed class WitnessClient(PolicyWitness witness, HttpClient http)
{
    private const int MaxAnswer = 64 * 1024;

    private readonly Uri _address = new(witness.Url!.TrimEnd('/') + "/add-checkpoint");
    private TreeSize? _at;

    /// <summary>Makes the proof that the second tree extends the first.</summary>
    internal delegate Task<ConsistencyProof> Prove(TreeSize from, TreeSize to, CancellationToken cancel);

    public PolicyWitness Witness => witness;

    /// <summary>A client that takes no more from a witness than any answer has.</summary>
    public static HttpClient NewHttp() => new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
    {
        MaxResponseContentBufferSize = MaxAnswer,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The witness's cosignature lines of this checkpoint, all verified.</summary>
    /// <exception cref="WitnessFailure">There are none; the message says why.</exception>
    public async Task<IReadOnlyList<NoteSignature>> AskAsync(SignedNote note, TreeHead head, Prove prove, CancellationToken cancel)
    {
        // Twice, because the witness may be somewhere else than we think; then it has told us where.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var old = _at is { } at && at.CompareTo(head.Size) <= 0 ? at : new(0);
            var proof = old.Value == 0 ? [] : (await prove(old, head.Size, cancel)).Hashes;
            using var response = await http.PostAsync(_address, new ByteArrayContent(new AddCheckpointRequest(old, proof, note.ToBytes()).ToBytes()), cancel);
            var body = await response.Content.ReadAsByteArrayAsync(cancel);
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK:
                    var lines = Own(body, note);
                    _at = head.Size;
                    return lines;
                case HttpStatusCode.Conflict when Size(response, body) is { } size && size != old:
                    _at = size;
                    if (size.CompareTo(head.Size) > 0)
                    {
                        throw new WitnessFailure($"it has cosigned {size} entries, this checkpoint has {head.Size}") { Disagrees = true };
                    }

                    break;
                default:
                    // Whatever it meant, next time it is asked where it stands.
                    _at = null;
                    throw new WitnessFailure($"it answers {(int)response.StatusCode}: {Printable(body)}")
                    {
                        // tlog-witness: this checkpoint does not extend what it has cosigned.
                        Disagrees = response.StatusCode == HttpStatusCode.UnprocessableEntity,
                    };
            }
        }

        throw new WitnessFailure("it tells another size each time");
    }

    /// <summary>
    /// The checkpoint of this log that the witness cosigned last, as monitors get it; null if it gives none there. tlog-witness leaves the address
    /// for monitors to the witness; that it is the same prefix is so of ours, and a guess about others.
    /// </summary>
    public async Task<byte[]?> LastAsync(string origin, CancellationToken cancel)
    {
        var log = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)));
        using var response = await http.GetAsync($"{witness.Url!.TrimEnd('/')}/{log}/checkpoint", cancel);
        return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadAsByteArrayAsync(cancel) : null;
    }

    // tlog-witness: cosignatures by unknown keys are ignored.
    private IReadOnlyList<NoteSignature> Own(byte[] body, SignedNote note)
    {
        if (!NoteSignature.TryParseLines(body, out var lines))
        {
            throw new WitnessFailure("its answer is no signature lines");
        }

        NoteSignature[] own = [.. lines.Where(l => l.Name == witness.Key.Name && l.KeyId == witness.Key.KeyId).Take(1)];
        return own.Length == 1 && Cosignature.Verify(note.With(own), witness.Key, out _) == NoteResult.Valid
            ? own
            : throw new WitnessFailure("its cosignature does not verify");
    }

    private static TreeSize? Size(HttpResponseMessage response, byte[] body) =>
        response.Content.Headers.ContentType?.MediaType == AddCheckpointRequest.SizeMediaType
        && Encoding.Latin1.GetString(body) is [.. var digits, '\n'] && TreeSize.TryParse(digits, out var size) ? size : null;

    // It goes into a line of our log.
    private static string Printable(byte[] body) =>
        new([.. Encoding.Latin1.GetString(body.AsSpan(0, Math.Min(body.Length, 120))).Select(static c => c is >= ' ' and <= '~' ? c : ' ')]);
}

/// <summary>A witness did not cosign.</summary>
internal sealed class WitnessFailure(string message) : Exception(message)
{
    /// <summary>True if it says that it has cosigned another tree of this log, or a larger one.</summary>
    public bool Disagrees { get; init; }
}

using System.Runtime.CompilerServices;
using System.Text;
using LiveLedger.Cli.Rest;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>Reads a log by its public C2SP addresses.</summary>
internal sealed class LogReader(HttpClient http, Uri server)
{
    private const int MaxKey = 4 * 1024;

    // 256 entries, each with its length.
    private const int MaxBundle = TilePath.FullWidth * (LedgerEntry.MaxLength + 2);

    internal async Task<VerifierKey> KeyAsync(CancellationToken cancellation)
    {
        var text = Encoding.UTF8.GetString(await Download.GetAsync(http, new(server, "/log/key"), MaxKey, cancellation)).Trim();
        return VerifierKey.TryParse(text, out var key) ? key : throw new CommandFailure($"{server}log/key serves no Ed25519 vkey");
    }

    internal Task<byte[]> CheckpointAsync(CancellationToken cancellation) =>
        Download.GetAsync(http, new(server, "/log/checkpoint"), SignedNote.MaxLength, cancellation);

    /// <summary>Every entry of the tree of this size, in order.</summary>
    internal async IAsyncEnumerable<ReadOnlyMemory<byte>> EntriesAsync(ulong size, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (ulong first = 0; first < size; first += TilePath.FullWidth)
        {
            var width = (int)Math.Min(TilePath.FullWidth, size - first);
            var path = TilePath.Entries(first / TilePath.FullWidth, width);
            var bundle = await Download.TryGetAsync(http, new(server, $"/log/{path}"), MaxBundle, cancellation);
            if (bundle is null && width < TilePath.FullWidth)
            {
                // The tile has filled up meanwhile, and the log may have dropped its partial form.
                bundle = await Download.TryGetAsync(
                    http, new(server, $"/log/{TilePath.Entries(first / TilePath.FullWidth, TilePath.FullWidth)}"), MaxBundle, cancellation);
                width = TilePath.FullWidth;
            }

            if (bundle is null || !EntryBundle.TryParse(bundle, width, out var entries))
            {
                throw new CommandFailure($"the log serves no well-formed {path}");
            }

            foreach (var entry in entries.Take((int)Math.Min(TilePath.FullWidth, size - first)))
            {
                yield return entry;
            }
        }
    }
}

using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using LiveLedger.Cli.Rest;
using LiveLedger.Cryptography;
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
    private const int MaxTile = TilePath.FullWidth * Bytes32.Length;

    internal async Task<VerifierKey> KeyAsync(CancellationToken cancellation)
    {
        var text = Encoding.UTF8.GetString(await Download.GetAsync(http, new(server, "/log/key"), MaxKey, cancellation)).Trim();
        return VerifierKey.TryParse(text, out var key) ? key : throw new CommandFailure($"{server}log/key serves no Ed25519 vkey");
    }

    internal Task<byte[]> CheckpointAsync(CancellationToken cancellation) =>
        Download.GetAsync(http, new(server, "/log/checkpoint"), SignedNote.MaxLength, cancellation);

    /// <summary>A client for logs: entry bundles shrink well, and every answer is bounded as it is unpacked.</summary>
    internal static HttpClient Http()
    {
        var http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip }) { Timeout = TimeSpan.FromSeconds(30) };
        // tlog-tiles: clients should ask for both.
        http.DefaultRequestHeaders.Add("Accept-Encoding", "gzip, identity");
        return http;
    }

    /// <summary>The entries of one bundle of the tree of this size; null if the log has no well-formed one.</summary>
    internal async Task<IReadOnlyList<ReadOnlyMemory<byte>>?> BundleAsync(TreeSize size, ulong index, CancellationToken cancellation)
    {
        var width = TileCover.Width(size, 0, index);
        var (bytes, served) = await FetchAsync(TilePath.Entries(index, width), TilePath.Entries(index, TilePath.FullWidth), MaxBundle, cancellation);
        return bytes is not null && EntryBundle.TryParse(bytes, served.Width, out var entries) ? [.. entries.Take(width)] : null;
    }

    /// <summary>The bytes of a hash tile, with no more hashes than its path says; null if the log has no such tile.</summary>
    internal async Task<ReadOnlyMemory<byte>?> TileAsync(TilePath path, CancellationToken cancellation)
    {
        var (bytes, served) = await FetchAsync(path, TilePath.Hashes(path.Level!.Value, path.Index, TilePath.FullWidth), MaxTile, cancellation);
        if (bytes is null)
        {
            return null;
        }

        // A full tile in the place of its partial form; one of another length is left to whoever parses it.
        var length = path.Width * Bytes32.Length;
        return served != path && bytes.Length == MaxTile ? bytes.AsMemory(0, length) : bytes;
    }

    /// <summary>Fetches the tiles that hold these nodes of the tree of this size.</summary>
    /// <exception cref="CommandFailure">The log does not serve one of them.</exception>
    internal async Task<TileReader> TilesAsync(TreeSize size, IEnumerable<NodeAddress> nodes, CancellationToken cancellation)
    {
        var tiles = new Dictionary<TilePath, ReadOnlyMemory<byte>>();
        foreach (var path in TileReader.TilesFor(size, nodes))
        {
            tiles[path] = await TileAsync(path, cancellation) is { } tile && HashTile.TryParse(tile.Span, path.Width, out _)
                ? tile
                : throw new CommandFailure($"the log serves no well-formed {path}");
        }

        return new(size, path => tiles[path]);
    }

    /// <summary>Every entry of the tree of this size, in order.</summary>
    internal async IAsyncEnumerable<ReadOnlyMemory<byte>> EntriesAsync(ulong size, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (ulong first = 0; first < size; first += TilePath.FullWidth)
        {
            var index = first / TilePath.FullWidth;
            var entries = await BundleAsync(new(size), index, cancellation)
                ?? throw new CommandFailure($"the log serves no well-formed {TilePath.Entries(index, TileCover.Width(new(size), 0, index))}");
            foreach (var entry in entries)
            {
                yield return entry;
            }
        }
    }

    // tlog-tiles: once a tile has filled up the log may have dropped its partial forms.
    private async Task<(byte[]? Bytes, TilePath Served)> FetchAsync(TilePath path, TilePath full, int limit, CancellationToken cancellation) =>
        await Download.TryGetAsync(http, new(server, $"/log/{path}"), limit, cancellation) is { } bytes ? (bytes, path)
        : path == full ? (null, path)
        : (await Download.TryGetAsync(http, new(server, $"/log/{full}"), limit, cancellation), full);
}

using System.Collections.Immutable;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Ledger.Reading;
using LiveLedger.Ledger.Recovery;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Ledger.Http;

/// <summary>The log for outsiders: C2SP tlog-tiles under <c>/log</c>, and proofs and status as JSON under <c>/v1/ledger</c>.</summary>
public static class LogEndpoints
{
    // tlog-tiles: a checkpoint may be cached for seconds, a tile for ever: its content is fixed by its path.
    private const string Short = "public, max-age=1";
    private const string Immutable = "public, max-age=31536000, immutable";

    /// <summary>Maps the log's public paths. Reading needs no token: what is in the log is public.</summary>
    public static IEndpointRouteBuilder MapLog(this IEndpointRouteBuilder app)
    {
        app.MapGet("/log/checkpoint", Checkpoint);
        app.MapGet("/log/key", Key);
        app.MapGet("/log/predecessor", RecoveryEndpoints.Predecessor);
        app.MapGet("/log/tile/{**path}", TileAsync);
        app.MapGet("/log/proof/{index}.tlog-proof", ProofAsync);
        app.MapGet("/v1/ledger/proofs/inclusion", InclusionAsync);
        app.MapGet("/v1/ledger/proofs/consistency", ConsistencyAsync);
        app.MapGet("/v1/ledger/status", StatusAsync);
        return app;
    }

    private static IResult Checkpoint(HttpContext http, LogReader log)
    {
        if (log.Checkpoint() is not { } note)
        {
            return new Refusal(404, "checkpoint-missing", "the log has published no checkpoint yet").ToResult();
        }

        Open(http, Short);
        return Results.Bytes(note, Transparency.Checkpoints.Checkpoint.MediaType);
    }

    private static IResult Key(HttpContext http, LogReader log)
    {
        Open(http, "public, max-age=60");
        return Results.Text(log.VerifierKey + "\n", "text/plain", Encoding.UTF8);
    }

    private static async Task<IResult> TileAsync(string path, HttpContext http, LogReader log)
    {
        if (!TilePath.TryParse("tile/" + path, out var tile))
        {
            return new Refusal(404, "tile-unknown", "this is not a path of tlog-tiles").ToResult();
        }

        if (await log.TileAsync(tile, http.RequestAborted) is not { } bytes)
        {
            // Not cached: the log grows, and the same path may hold a tile in a second.
            return new Refusal(404, "tile-unknown", "the published tree has no such tile").ToResult();
        }

        Open(http, Immutable);
        return Results.Bytes(tile.IsEntries ? CompressedBundle.Answer(http, bytes) : bytes, "application/octet-stream");
    }

    // The checkpoint in it is the one served now, so the answer is good for ever and outdated in a second.
    private static async Task<IResult> ProofAsync(string index, HttpContext http, LogReader log)
    {
        if (!LedgerIndex.TryParse(index, out var leaf))
        {
            return new Refusal(400, "proof-malformed", "an index is a decimal number").ToResult();
        }

        if (await log.ProofAsync(leaf, http.RequestAborted) is not { } proof)
        {
            return new Refusal(404, "proof-unknown", $"the published tree has {log.Head().Size} leaves; index has to be below that").ToResult();
        }

        Open(http, Short);
        return Results.Bytes(proof.ToBytes(), Transparency.Checkpoints.Checkpoint.MediaType);
    }

    private static async Task<IResult> InclusionAsync(string? index, string? size, HttpContext http, LogReader log)
    {
        if (!LedgerIndex.TryParse(index, out var leaf) || !TryReadSize(size, log, out var tree))
        {
            return new Refusal(400, "proof-malformed", "index and size are decimal numbers").ToResult();
        }

        if (await log.InclusionAsync(leaf, tree, http.RequestAborted) is not var (hash, proof))
        {
            return new Refusal(404, "proof-unknown", $"the published tree has {log.Head().Size} leaves; index has to be below size, and size at most that").ToResult();
        }

        Open(http, size is null ? Short : Immutable);
        return Results.Json(new
        {
            index = proof.Index.Value,
            size = proof.Size.Value,
            leaf = Convert.ToBase64String(hash.Value.ToArray()),
            hashes = Base64(proof.Hashes),
        });
    }

    private static async Task<IResult> ConsistencyAsync(string? from, string? to, HttpContext http, LogReader log)
    {
        // RFC 9162 §2.1.4: there is nothing to prove about the empty tree, which every tree extends.
        if (!TreeSize.TryParse(from, out var old) || old.Value == 0 || !TryReadSize(to, log, out var grown) || (to is not null && old.CompareTo(grown) > 0))
        {
            return new Refusal(400, "proof-malformed", "from and to are sizes as decimal numbers, 1 or more, and from is not above to").ToResult();
        }

        if (old.CompareTo(grown) > 0 || await log.ConsistencyAsync(old, grown, http.RequestAborted) is not { } proof)
        {
            return new Refusal(404, "proof-unknown", $"the published tree has {log.Head().Size} leaves; from and to are at most that").ToResult();
        }

        Open(http, to is null ? Short : Immutable);
        return Results.Json(new { from = proof.From.Value, to = proof.To.Value, hashes = Base64(proof.Hashes) });
    }

    private static async Task<IResult> StatusAsync(HttpContext http, LogReader log, LedgerState state, TimeProvider time)
    {
        var head = log.Head();
        var (pending, oldest) = await log.PendingAsync(http.RequestAborted);
        Open(http, "no-store");
        return Results.Json(new
        {
            size = head.Size.Value,
            root = Convert.ToBase64String(head.Root.Value.ToArray()),
            pending,
            halted = state.Halted,
            oldestPendingSeconds = oldest is { } at ? Math.Max(0, (time.GetUtcNow() - at).TotalSeconds) : 0,
        });
    }

    private static IEnumerable<string> Base64(ImmutableArray<Bytes32> hashes) => hashes.Select(static h => Convert.ToBase64String(h.ToArray()));

    // Without a size: the tree of the last checkpoint.
    private static bool TryReadSize(string? text, LogReader log, out TreeSize size)
    {
        if (text is null)
        {
            size = log.Head().Size;
            return true;
        }

        return TreeSize.TryParse(text, out size);
    }

    private static void Open(HttpContext http, string caching)
    {
        http.Response.Headers.CacheControl = caching;

        // Anybody's page may audit the log.
        http.Response.Headers.AccessControlAllowOrigin = "*";
    }
}

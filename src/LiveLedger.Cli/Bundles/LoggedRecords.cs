using System.Buffers.Text;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Records;
using LiveLedger.Transparency.Entries;

namespace LiveLedger.Cli.Bundles;

/// <summary>
/// What the segment records in a bundle say, checked without a segment: the broadcaster's identity certified a session key, that key signed each
/// record for its own place, each record follows the one before it in its track, and there are not more than the broadcast ended with.
/// </summary>
/// <param name="broadcast">The bundle's broadcast.</param>
/// <param name="pinned">The identity that the reader trusts; null for any.</param>
internal sealed class LoggedRecords(BroadcastId broadcast, Ed25519PublicKey? pinned)
{
    private readonly Dictionary<string, (uint Count, Sha256Hash Last)> _tracks = [];
    private SignedCertificate? _certificate;

    // Why the last certificate does not hold: told where something is to stand on it, for a broadcast that is handed over before its start gets another.
    private string? _refusedCertificate;
    private List<(string Track, uint Count, string? Last)>? _ended;

    /// <summary>Records so far.</summary>
    internal long Count { get; private set; }

    /// <summary>Tracks so far.</summary>
    internal int Tracks => _tracks.Count;

    /// <summary>The identity that certified the session key, if one has.</summary>
    internal Ed25519PublicKey? Identity => _certificate?.Certificate.Identity;

    /// <summary>True once the broadcast has said how many records there are.</summary>
    internal bool HasEnded => _ended is not null;

    /// <summary>The first thing that does not hold, or null.</summary>
    internal string? Fault { get; private set; }

    /// <summary>Takes the entries one after another.</summary>
    internal void Take(LedgerEntry entry, ReadOnlySpan<byte> payload)
    {
        if (Fault is not null)
        {
            return;
        }

        try
        {
            Fault = (entry.Stream.Split('/'), entry.Type) switch
            {
                (["broadcast", _], "signer-certified") => TakeCertificate(payload),
                (["broadcast", _], "broadcast-handed-over") => TakeHandOver(),
                (["broadcast", _], "broadcast-ended") => TakeEnd(payload),
                (["segments", _, var track], "segment-sealed") => TakeRecord(track, entry.StreamVersion, payload),
                _ => null,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            Fault = $"version {entry.StreamVersion} of {entry.Stream} is no {entry.Type}: {e.Message}";
        }
    }

    /// <summary>Records that the broadcast ended with and the log had not got yet.</summary>
    internal long Missing { get; private set; }

    /// <summary>Says that there are no more entries.</summary>
    internal void End()
    {
        Fault ??= _refusedCertificate;
        if (Fault is not null || _ended is null)
        {
            return;
        }

        foreach (var (track, count, last) in _ended)
        {
            // Records come into the log behind the stream; fewer are no lie, but something to be said.
            var (have, hash) = _tracks.GetValueOrDefault(track);
            Missing += Math.Max(0, (long)count - have);
            if (have > count || (have == count && count > 0 && hash.ToString() != last))
            {
                Fault = $"the broadcast ended with {count} segments of track {track}, the last one {last ?? "none"}; there are {have} records, the last one {hash}";
                return;
            }
        }

        Fault = _tracks.Keys.Except(_ended.Select(static t => t.Track)).FirstOrDefault() is { } other ? $"the broadcast ended without the track {other}, of which there are records" : null;
    }

    private string? TakeCertificate(ReadOnlySpan<byte> payload)
    {
        using var json = Json(payload);
        var result = SegmentVerification.CheckCertificate(Base64Url.DecodeFromChars(json.RootElement.GetProperty("certificate").GetString()), broadcast, pinned, out var certificate);
        _certificate = certificate ?? _certificate;
        _refusedCertificate = result.IsOk ? null : $"the signer's certificate does not hold: {result}";
        return null;
    }

    // Before the first record a hand-over ends what the old owner had certified; behind it the records are bound to their signer.
    private string? TakeHandOver()
    {
        if (Count == 0)
        {
            (_certificate, _refusedCertificate) = (null, null);
        }

        return null;
    }

    private string? TakeRecord(string name, ulong sequence, ReadOnlySpan<byte> payload)
    {
        if (_refusedCertificate is not null)
        {
            return _refusedCertificate;
        }

        if (_certificate is null || sequence > uint.MaxValue || !TrackName.TryParse(name, out var track))
        {
            return $"record {sequence} of track {name} stands before any certificate, or nowhere a record can";
        }

        using var json = Json(payload);
        var cose = Base64Url.DecodeFromChars(json.RootElement.GetProperty("record").GetString());
        var result = SegmentVerification.CheckLoggedRecord(_certificate, cose, new(broadcast, track, (uint)sequence), out var record);
        if (!result.IsOk)
        {
            return $"record {sequence} of track {name} does not hold: {result}";
        }

        var before = _tracks.GetValueOrDefault(name);
        if (record!.Previous != before.Last || before.Count != sequence)
        {
            return $"record {sequence} of track {name} does not follow the one before it";
        }

        _tracks[name] = ((uint)sequence + 1, Sha256Hash.Of(cose));
        Count++;
        return null;
    }

    private string? TakeEnd(ReadOnlySpan<byte> payload)
    {
        using var json = Json(payload);
        _ended = [.. json.RootElement.GetProperty("tracks").EnumerateArray().Select(static t =>
            (t.GetProperty("track").GetString() ?? "", t.GetProperty("segments").GetUInt32(), t.GetProperty("lastRecord").GetString()))];
        return null;
    }

    private static JsonDocument Json(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        return JsonDocument.ParseValue(ref reader);
    }
}

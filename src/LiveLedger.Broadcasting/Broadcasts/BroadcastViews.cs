using System.Buffers.Text;
using System.Globalization;
using LiveLedger.Media.Records;

namespace LiveLedger.Broadcasting.Broadcasts;

/// <summary>A request for a new broadcast.</summary>
/// <param name="Title">1 to 200 characters.</param>
/// <param name="Scheme"><c>cbcs</c> (default) or <c>cenc</c>.</param>
/// <param name="KeyPeriodSeconds">How long each content key is in use, 10 to 86,400 s of media time; null (default) for one key throughout.</param>
/// <param name="KeySignalling"><c>init</c> (default): an init segment for each key period; <c>in-band</c>: keys named in fragments, which not every player takes.</param>
/// <param name="Peers"><c>viewers</c> (default): viewers may take it from one another too; <c>relays</c>: private, from relays and the origin alone.</param>
internal sealed record CreateBroadcastRequest(string? Title, string? Scheme, long? KeyPeriodSeconds = null, string? KeySignalling = null, string? Peers = null);

/// <summary>From whom a broadcast's viewers are to take it: <c>viewers</c> or <c>relays</c>.</summary>
internal sealed record ChoosePeersRequest(string? Peers);

/// <summary>Why a broadcast is taken down, for operators and auditors: 1 to 500 characters.</summary>
internal sealed record TakeDownRequest(string? Reason);

/// <summary>A broadcast as the REST API shows it to those who may read it.</summary>
internal sealed record BroadcastView(
    string Id, string Title, string Owner, string State, string Scheme, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt,
    DateTimeOffset? TakenDownAt, int? KeyPeriodSeconds, string KeySignalling, string Peers, IngestView? Ingest, string SessionKey, SignerView? Signer, UrlsView Urls, IReadOnlyList<TrackTotal>? Totals)
{
    /// <param name="broadcast">The broadcast.</param>
    /// <param name="baseUrl">Our address, without a trailing slash.</param>
    /// <param name="ingestKey">Shown only where it was just made.</param>
    public static BroadcastView Of(Broadcast broadcast, string baseUrl, string? ingestKey = null)
    {
        var live = $"{baseUrl}/live/{broadcast.Id}";
        return new(
            broadcast.Id.ToString(), broadcast.Title, broadcast.Owner, broadcast.State.ToString().ToLowerInvariant(),
            broadcast.Scheme.ToString().ToLowerInvariant(), broadcast.CreatedAt, broadcast.StartedAt, broadcast.EndedAt,
            broadcast.TakenDownAt, broadcast.KeyPeriod.Seconds,
            broadcast.KeySignalling == Media.Protection.KeySignalling.InBand ? "in-band" : "init",
            broadcast.Peers.ToString().ToLowerInvariant(),
            new($"{baseUrl}/ingest/{broadcast.Id}/", ingestKey),
            Base64Url.EncodeToString(broadcast.SessionKey.Value.ToArray()),
            broadcast.Signer,
            new($"{live}/master.m3u8", $"{live}/manifest.mpd", $"{live}/signer", $"{baseUrl}/watch/{broadcast.Id}"),
            broadcast.State == BroadcastState.Ended ? broadcast.Totals : null);
    }
}

/// <summary>Where a publisher pushes, and with what; the key only where it was just made.</summary>
internal sealed record IngestView(string Url, string? Key);

/// <summary>Who signs for the broadcast.</summary>
internal sealed record SignerView(string Identity, DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    public static SignerView? Of(byte[] certificate) =>
        SignerCertificate.TryParse(certificate, out var signed)
            ? new(IdentityText.Format(signed.Certificate.Identity), signed.Certificate.NotBefore, signed.Certificate.NotAfter)
            : null;
}

/// <summary>Where the broadcast is served.</summary>
internal sealed record UrlsView(string Hls, string Dash, string Signer, string Watch);

/// <summary>How a broadcast is doing at the moment, as this server sees it: its own viewers, and what is logged only if it has the broadcast.</summary>
internal sealed record StatusView(
    string State, uint? Epoch, int Viewers, long? LoggedSegments, long? UnloggedSegments, object? LastIngestRefusal, IReadOnlyList<TrackStatusView> Tracks);

/// <summary>How one track is doing.</summary>
internal sealed record TrackStatusView(
    string Name, string Class, string Codec, uint Segments, long Bytes, uint? LastSequence, DateTimeOffset? LastReceivedAt, uint? Epoch, string Resolution)
{
    public static TrackStatusView Of(Origin.TrackRecording track) => new(
        track.Name.Value, track.Init?.Description.Class.ToString().ToUpperInvariant() ?? "", track.Init?.Description.Codec ?? "",
        track.Count, track.Bytes, track.Last?.Sequence, track.Last?.SealedAt, track.Last?.Epoch,
        track.Init?.Description is Media.Tracks.VideoDescription v ? string.Create(CultureInfo.InvariantCulture, $"{v.Width}x{v.Height}") : "");
}

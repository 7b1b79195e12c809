using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Licences;

/// <summary>Who asks: what a viewer token says, verified, and what its player says of itself.</summary>
/// <param name="TokenId">The token's <c>jti</c>.</param>
/// <param name="Broadcast">The one broadcast it is for.</param>
/// <param name="Viewer">The viewer's pseudonym there.</param>
internal sealed record Asker(string TokenId, BroadcastId Broadcast, ViewerPseudonym Viewer)
{
    /// <summary>What tells this playback from the viewer's others: the name its player gave it, so that it outlives its token; else the token.</summary>
    public string Session { get; private init; } = NameOf("session", Viewer, TokenId);

    /// <summary>The device, as events hold it: another name in each broadcast.</summary>
    public string? Device { get; private init; }

    /// <summary>Where the request came from, if anybody can say.</summary>
    public string? Region { get; init; }

    /// <summary>The same with what the request says of its player.</summary>
    public Asker With(LicenceRequest request) => this with
    {
        Session = request.Playback is { } playback ? NameOf("playback", Viewer, playback) : Session,
        Device = request.Device is { } device ? NameOf("device", Viewer, device) : null,
    };

    // Names by chance, hashed with the viewer's pseudonym: in the ledger they are of one viewer in one broadcast, and link nothing else.
    private static string NameOf(string kind, ViewerPseudonym viewer, string name) =>
        StrictBase64Url.Encode(SHA256.HashData(Encoding.UTF8.GetBytes($"liveledger {kind} v1\n{viewer}\n{name}"))[..16]);
}

using System.Diagnostics.CodeAnalysis;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Offers;

/// <summary>From what a broadcaster writes to terms, or to the sentence that says what is wrong with it.</summary>
internal static class OfferReading
{
    private const int MaxName = 200;
    private const int MaxRegions = 300;
    private const int MaxRegion = 16;
    private const int MaxCount = 1_000;
    private const long MaxSeconds = 10 * 366 * 86_400L;

    /// <summary>The terms; or, with false, why not.</summary>
    public static bool TryRead(OfferBody body, [NotNullWhen(true)] out OfferTerms? terms, [NotNullWhen(false)] out string? fault)
    {
        fault = Fault(body);
        terms = fault is null ? Read(body) : null;
        return terms is not null;
    }

    /// <summary>The terms of a body that was taken before.</summary>
    public static OfferTerms Read(OfferBody body) => new()
    {
        Price = body.Price is { } price ? new(price.Currency!, price.Amount!.Value) : null,
        Sale = new(body.Sale?.From, body.Sale?.Until),
        Viewing = new(body.Viewing?.From, body.Viewing?.Until),
        Rental = Seconds(body.RentalSeconds),
        PlaybackDuration = Seconds(body.PlaybackSeconds),
        Live = body.Live ?? true,
        Dvr = body.Dvr ?? true,
        Vod = body.Vod ?? true,
        MaxTier = body.MaxTier is { } tier ? Enum.Parse<TrackClass>(tier, ignoreCase: true) : TrackClass.Uhd,
        Regions = body.Regions switch { { Allowed: { } allowed } => RegionRule.Only(allowed), { Blocked: { } blocked } => RegionRule.AllBut(blocked), _ => RegionRule.Anywhere },
        MaxPlaybacks = body.Playbacks?.Max,
        Concurrency = body.Playbacks?.Mode == "drop-oldest" ? ConcurrencyMode.DropOldest : ConcurrencyMode.RefuseNew,
        DropGrace = Seconds(body.Playbacks?.GraceSeconds) ?? TimeSpan.Zero,
        MaxDevices = body.Devices,
        PeerSharing = body.PeerSharing switch { "required" => PeerSharing.Required, "forbidden" => PeerSharing.Forbidden, _ => PeerSharing.Optional },
        ReplayProtection = body.ReplayProtection ?? false,
    };

    private static string? Fault(OfferBody body) => body switch
    {
        { Name: { } name } when name.Length > MaxName || name.Any(char.IsControl) => $"name has at most {MaxName} characters and no control characters",
        { Price: { } price } when price.Currency is not { Length: 3 } currency || currency.Any(static c => !char.IsAsciiLetterUpper(c)) || price.Amount is null or < 0 or > 1_000_000_000_000 =>
            "price is {currency, amount}: three capitals (ISO 4217), and not negative, in the currency's smallest unit",
        { Sale: { } sale } when sale.From >= sale.Until => "sale ends before it begins",
        { Viewing: { } viewing } when viewing.From >= viewing.Until => "viewing ends before it begins",
        { RentalSeconds: < 1 or > MaxSeconds } or { PlaybackSeconds: < 1 or > MaxSeconds } => $"rentalSeconds and playbackSeconds are 1 to {MaxSeconds}",
        { Live: false, Dvr: false, Vod: false } => "an offer of neither live nor dvr nor vod offers nothing",
        { MaxTier: { } tier } when tier is not ("AUDIO" or "SD" or "HD" or "UHD") => "maxTier is AUDIO, SD, HD or UHD",
        { Regions: { } regions } when regions.Allowed is null == regions.Blocked is null || (regions.Allowed ?? regions.Blocked)! is not { Count: >= 1 and <= MaxRegions } named
            || named.Any(static r => r is not { Length: >= 2 and <= MaxRegion } || r.Any(static c => !char.IsAsciiLetterUpper(c) && !char.IsAsciiDigit(c) && c != '-')) =>
            $"regions is {{allowed}} or {{blocked}}, 1 to {MaxRegions} names of capitals, digits and '-', as in the server's table of regions",
        { Playbacks: { } playbacks } when playbacks.Max is null or < 1 or > MaxCount || playbacks.Mode is not (null or "refuse-new" or "drop-oldest")
            || playbacks.GraceSeconds is < 0 or > 3600 || playbacks.GraceSeconds > 0 && playbacks.Mode != "drop-oldest" =>
            $"playbacks is {{max, mode, graceSeconds}}: 1 to {MaxCount}, refuse-new or drop-oldest, and for the latter a grace of 0 to 3600 seconds",
        { Devices: < 1 or > MaxCount } => $"devices is 1 to {MaxCount}",
        { PeerSharing: { } sharing } when sharing is not ("optional" or "required" or "forbidden") => "peerSharing is optional, required or forbidden",
        _ => null,
    };

    private static TimeSpan? Seconds(long? seconds) => seconds is { } s ? TimeSpan.FromSeconds(s) : null;
}
